// Reads nets of Caffe, in bytes and in text: layers, layers in Python, and the files that layers open.
using System.Globalization;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Protobuf;

namespace Assay.Formats.Caffe;

/// <summary>
/// Caffe's nets (<c>.caffemodel</c>): a NetParameter. Specification: <c>caffe.proto</c>. A layer of the type <c>Python</c> imports a module by name and runs a
/// class of it; layers that feed or store data open files by path.
/// </summary>
internal sealed class CaffeFormat : IFormat
{
    private static readonly Lazy<ProtobufSchema> s_schema = new(() => ProtobufSchema.Load("formats/caffe.tsv"));

    /// <summary>The messages of Caffe.</summary>
    internal static ProtobufSchema Schema => s_schema.Value;

    public string Id => "caffe";

    public string Name => "Caffe";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [".caffemodel"];

    public Claim? Probe(ProbeView view)
    {
        if (ProtobufFields.Of(view) is not { } net || !net.Fit(Schema["NetParameter"]) || (net.Payload(1) is { Length: > 0 } && net.Text(view, 1) is null))
        {
            return null;
        }

        bool old = net.Inner(view, 2) is { } first && first.Fit(Schema["V1LayerParameter"]) && first.Text(view, 4) is { Length: > 0 } && first.Number(5) is > 0 and < 100;
        bool recent = net.Inner(view, 100) is { } second && second.Fit(Schema["LayerParameter"]) && second.Text(view, 1) is { Length: > 0 } && second.Text(view, 2) is { Length: > 0 };
        return old || recent ? new Claim(view.Range, ClaimStrength.Certain) : null;
    }

    public void Read(Claim claim, ReadContext context) => new CaffeReader(context, null).Read(Schema["NetParameter"], claim.Range, Id);
}

/// <summary>The same in the text form (<c>.prototxt</c>), and the settings of a training, which may hold nets.</summary>
internal sealed class CaffeTextFormat : IFormat
{
    public string Id => "caffe-text";

    public string Name => "Caffe (text)";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [".prototxt"];

    public Claim? Probe(ProbeView view) =>
        ProtobufTextKeys.Of(view) is { } keys && ((keys.Outer("layer") || keys.Outer("layers")) ? keys.Inner("type") || keys.Inner("name") : IsSolver(keys))
            ? new Claim(view.Range, ClaimStrength.Likely) { Parsed = keys } : null;

    public void Read(Claim claim, ReadContext context)
    {
        ProtobufType root = CaffeFormat.Schema[claim.Parsed is ProtobufTextKeys keys && IsSolver(keys) ? "SolverParameter" : "NetParameter"];
        ProtobufText text = ProtobufText.Read(context.Artifact.Bytes, claim.Range, root, context.Budget, context.Held);
        context.Cover(new ByteRange(claim.Range.Offset, (text.Broken is null ? claim.Range.End : text.End) - claim.Range.Offset), CoverageKind.Parsed);
        new CaffeReader(context, text).Read(root, new ByteRange(0, text.Bytes.Length), Id);
        if (text.Broken is { } broken)
        {
            throw broken;
        }
    }

    private static bool IsSolver(ProtobufTextKeys keys) =>
        (keys.Outer("net") || keys.Outer("train_net") || keys.Outer("net_param") || keys.Outer("train_net_param")) && (keys.Outer("base_lr") || keys.Outer("lr_policy") || keys.Outer("max_iter"));
}

/// <summary>Reads one net.</summary>
internal sealed class CaffeReader(ReadContext context, ProtobufText? text)
{
    private const int MostKinds = 4_096;
    private const int LongestText = 512;
    private readonly ProtobufWire _wire = new(text?.Bytes ?? context.Artifact.Bytes, context.Budget);
    private readonly Dictionary<string, (OperatorFact Fact, long Count)> _layers = new(StringComparer.Ordinal);
    private readonly List<(string Name, List<long> Shape, ByteRange Range, bool IsDouble)> _blobs = [];
    private string _layer = "";

    /// <summary>Reads a message with the nets in it.</summary>
    public void Read(ProtobufType root, ByteRange range, string id)
    {
        ProtobufWalk walk = new(_wire, context, text is null)
        {
            At = At,
            OnBytes = field => ProtobufPayloads.ExamineNumbers(context, _wire, field.Payload, field.Name),
        };
        try
        {
            walk.Walk(root, range, Enter);
        }
        finally
        {
            foreach ((OperatorFact fact, long count) in _layers.Values)
            {
                context.Add(fact with { Count = count });
            }
        }

        context.ReadTensors(id, group =>
        {
            foreach ((string name, List<long> shape, ByteRange bytes, bool isDouble) in _blobs)
            {
                group.Add(name, TensorView.RowMajor(isDouble ? ElementType.F64 : ElementType.F32, shape), new TensorStorage("", _wire.Bytes, bytes));
            }
        });
    }

    private void Enter(ProtobufMessage message)
    {
        switch (message.Type.Name)
        {
            case "SolverParameter":
                foreach (string file in message.Texts("net").Concat(message.Texts("train_net")).Concat(message.Texts("test_net")))
                {
                    context.Refer("net", file, At(message.Range.Offset));
                }

                break;
            case "NetParameter":
                context.Meta("name", message.Text("name"));
                break;
            case "LayerParameter" or "V1LayerParameter":
                Layer(message);
                break;
            case "BlobProto" when context.Wants(ReadingParts.Tensors):
                Blob(message);
                break;
        }
    }

    private void Layer(ProtobufMessage message)
    {
        string type = "";
        List<OperatorAttribute> attributes = [];
        foreach (ProtobufField field in message)
        {
            if (field.Name == "name")
            {
                _layer = field.Text(LongestText);
            }
            else if (field.Name == "type")
            {
                type = field.Wire == ProtobufWire.Varint ? field.Number.ToString(CultureInfo.InvariantCulture) : field.Text(LongestText);
            }
            else if (field.Message is { } parameters && field.Name.EndsWith("_param", StringComparison.Ordinal))
            {
                foreach (ProtobufField inner in parameters)
                {
                    if (inner.Name is "module" or "layer" or "param_str" or "source" or "file_name" or "root_folder" or "mean_file" && attributes.Count < 16)
                    {
                        attributes.Add(new OperatorAttribute(inner.Name, inner.Text(LongestText)));
                    }
                }
            }
        }

        string key = $"{type}\0{string.Join('\0', attributes.Select(a => a.Name + "\0" + a.Value))}";
        if (_layers.TryGetValue(key, out (OperatorFact Fact, long Count) known))
        {
            _layers[key] = (known.Fact, known.Count + 1);
        }
        else if (_layers.Count < MostKinds)
        {
            _layers.Add(key, (new OperatorFact { Path = context.Artifact.Path, Offset = At(message.Range.Offset), Name = type, Attributes = attributes }, 1));
        }
        else
        {
            throw ScanBudget.Spent("entries", MostKinds, At(message.Range.Offset));
        }
    }

    private void Blob(ProtobufMessage message)
    {
        List<long> shape = [];
        (ByteRange Range, bool IsDouble)? data = null;
        List<long> old = [];
        foreach (ProtobufField field in message)
        {
            switch (field.Name)
            {
                case "shape" when field.Message is { } sizes:
                    foreach (ProtobufField dim in sizes)
                    {
                        shape.AddRange(dim.Numbers(TensorView.MaxDimensions));
                    }

                    break;
                case "num" or "channels" or "height" or "width":
                    old.Add(field.Number);
                    break;
                case "data" or "double_data" when field.Wire == ProtobufWire.Payload:
                    data = (field.Payload, field.Name == "double_data");
                    break;
            }
        }

        if (data is { } found)
        {
            _blobs.Add((string.Create(CultureInfo.InvariantCulture, $"{_layer}.{_blobs.Count}"), shape.Count > 0 ? shape : old, found.Range, found.IsDouble));
        }
    }

    private long At(long offset) => text?.At(offset) ?? offset;
}
