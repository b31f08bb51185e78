// keras_metadata.pb: the configurations that Keras 2 keeps beside a SavedModel.
using System.Globalization;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Protobuf;

namespace Assay.Formats.Keras;

/// <summary>
/// <c>keras_metadata.pb</c> of a SavedModel: a list of nodes, each with its place in the model, what it is, and its configuration as JSON, which <c>keras.models.load_model</c>
/// makes objects of. Specification: <c>keras/protobuf/saved_metadata.proto</c>.
/// </summary>
internal sealed class KerasMetadataFormat : IFormat
{
    private static readonly Lazy<ProtobufSchema> s_schema = new(() => new ProtobufSchema(
    [
        ["SavedMetadata", "1", "nodes", "SavedObject*"],
        ["VersionDef", "1", "producer", "int"],
        ["VersionDef", "2", "min_consumer", "int"],
        ["VersionDef", "3", "bad_consumers", "int*"],
        ["SavedObject", "2", "node_id", "int"],
        ["SavedObject", "3", "node_path", "text"],
        ["SavedObject", "4", "identifier", "text"],
        ["SavedObject", "5", "metadata", "text"],
        ["SavedObject", "6", "version", "VersionDef"],
    ]));

    public string Id => "keras-metadata";

    public string Name => "Keras metadata of a SavedModel";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [".pb"];

    public Claim? Probe(ProbeView view) =>
        view.IsWhole && ProtobufFields.Of(view) is { } outer && outer.Payload(1) is not null && outer.Inner(view, 1) is { } node && node.Payload(4) is not null
        && node.Text(view, 4) is { } identifier && identifier.StartsWith("_tf_keras", StringComparison.Ordinal) ? new Claim(view.Range, ClaimStrength.Certain) : null;

    public void Read(Claim claim, ReadContext context)
    {
        ProtobufWire wire = new(context.Artifact.Bytes, context.Budget);
        new ProtobufWalk(wire, context).Walk(s_schema.Value["SavedMetadata"], claim.Range, message =>
        {
            if (message.Type.Name != "SavedObject")
                return;

            foreach (ProtobufField field in message)
            {
                if (field.Name != "metadata" || field.Payload.Length < 2)
                    continue;

                string name = string.Create(CultureInfo.InvariantCulture, $"{message.Text("node_path", 200)}@0x{field.Payload.Offset:x}");
                context.Submit(new Artifact(name, context.Artifact.Bytes.Slice(field.Payload), context.Artifact, KerasConfigFormat.FormatId));
            }
        });
    }
}
