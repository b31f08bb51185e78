// Reads the configuration that Triton serves a model by: its backend, and the files that it names.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Protobuf;

namespace Assay.Formats.Triton;

/// <summary>
/// Triton's configuration of a model (<c>config.pbtxt</c>): the text form of a ModelConfig. Specification: <c>model_config.proto</c>. The backend <c>python</c>
/// runs <c>model.py</c> of the model's folder; the library of another backend, libraries of operators and an environment may be named by path.
/// </summary>
internal sealed class TritonConfigFormat : IFormat
{
    private static readonly Lazy<ProtobufSchema> s_schema = new(() => ProtobufSchema.Load("formats/triton.tsv"));

    public string Id => "triton-config";

    public string Name => "Triton configuration";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [];

    public Claim? Probe(ProbeView view) =>
        view.Artifact.Extension is not (".yaml" or ".yml") && ProtobufTextKeys.Of(view) is { } keys && (keys.Outer("platform") || keys.Outer("backend"))
        && (keys.Outer("max_batch_size") || keys.Outer("instance_group") || keys.Inner("data_type") || keys.Inner("dims") || keys.Outer("parameters"))
            ? new Claim(view.Range, ClaimStrength.Likely) : null;

    public void Read(Claim claim, ReadContext context)
    {
        ProtobufType root = s_schema.Value["ModelConfig"];
        ProtobufText text = ProtobufText.Read(context.Artifact.Bytes, claim.Range, root, context.Budget, context.Held);
        context.Cover(new ByteRange(claim.Range.Offset, (text.Broken is null ? claim.Range.End : text.End) - claim.Range.Offset), CoverageKind.Parsed);
        ProtobufWire wire = new(text.Bytes, context.Budget);
        new ProtobufWalk(wire, context, covers: false) { At = text.At }.Walk(root, new ByteRange(0, text.Bytes.Length), message => Enter(message, text, context));
        // The server reads config.pbtxt, and what lies in configs; what breaks under another name is a draft that a script fills in.
        string name = context.Artifact.In?.Name ?? context.Artifact.Name;
        if (text.Broken is not null && context.Artifact.Parent is null && !name.EndsWith("config.pbtxt", StringComparison.Ordinal) && !name.Contains("configs/", StringComparison.Ordinal))
        {
            context.Cover(claim.Range, CoverageKind.Data);
        }
        else if (text.Broken is { } broken)
        {
            throw broken;
        }
    }

    private static void Enter(ProtobufMessage message, ProtobufText text, ReadContext context)
    {
        switch (message.Type.Name)
        {
            case "ModelConfig":
                foreach (ProtobufField field in message)
                {
                    if (field.Name is "name" or "platform" or "backend" or "runtime" or "default_model_filename")
                    {
                        Entry(field.Name, field.Text(), text.At(field.Offset), context);
                        context.Meta(field.Name, field.Text());
                    }

                    if (field.Name is "default_model_filename" or "runtime")
                    {
                        context.Refer("triton-file", field.Text(), text.At(field.Offset));
                    }
                }

                break;
            case "FileEntry":
                context.Refer("triton-file", message.Text("value"), text.At(message.Range.Offset));
                break;
            case "ModelOperations":
                foreach (string library in message.Texts("op_library_filename"))
                {
                    context.Refer("triton-library", library, text.At(message.Range.Offset));
                }

                break;
            case "ParameterEntry":
                Entry(KeyPath.Append("parameters", message.Text("key")), message.Message("value")?.Text("string_value") ?? "", text.At(message.Range.Offset), context);
                break;
        }
    }

    private static void Entry(string key, string value, long offset, ReadContext context) =>
        context.Add(new EntryFact { Path = context.Artifact.Path, Offset = offset, Source = "config", Key = key, Value = value });
}
