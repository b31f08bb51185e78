// Reads ONNX models: graphs in graphs, functions, tensors wherever they are, and what the model refers to.
using Assay.Artifacts;
using Assay.Formats.Protobuf;

namespace Assay.Formats.Onnx;

/// <summary>
/// ONNX: a ModelProto. Specification: <c>onnx.proto</c> and "Open Neural Network Exchange Intermediate Representation". Standard operators compute
/// and nothing more; others are found in native libraries that somebody registers with the runtime. What a model can do by itself is name files:
/// the elements of tensors may lie in other files, and a loader opens what the model names.
/// </summary>
internal sealed class OnnxFormat : IFormat
{
    private static readonly Lazy<ProtobufSchema> s_schema = new(() => ProtobufSchema.Load("formats/onnx.tsv"));

    /// <summary>The messages of ONNX.</summary>
    internal static ProtobufSchema Schema => s_schema.Value;

    public string Id => "onnx";

    public string Name => "ONNX";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [".onnx"];

    public Claim? Probe(ProbeView view)
    {
        if (ProtobufFields.Of(view) is not { } model || model.Payload(7) is not { } graphAt || !(model.Number(1) is not null || model.Payload(8) is not null))
        {
            return null;
        }

        if (!model.Fit(Schema["ModelProto"]))
        {
            return null;
        }

        ProtobufFields graph = ProtobufFields.Walk(view.Artifact.Bytes, graphAt, view.Budget);
        bool fits = graphAt.IsEmpty || (graph.IsWellFormed && graph.Fit(Schema["GraphProto"])
            && (graph.Payload(1) is not { } node || ProtobufFields.Walk(view.Artifact.Bytes, node, view.Budget).Fit(Schema["NodeProto"])));
        return fits && model.Number(1) is null or < 1000 ? new Claim(view.Range, ClaimStrength.Certain) : null;
    }

    public void Read(Claim claim, ReadContext context) => new OnnxReader(context, claim.Range).Read(Schema["ModelProto"], Id);
}

/// <summary>A TensorProto in a file of its own, as test data and examples of inputs are.</summary>
internal sealed class OnnxTensorFormat : IFormat
{
    public string Id => "onnx-tensor";

    public string Name => "ONNX tensor";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [".pb"];

    public Claim? Probe(ProbeView view)
    {
        if (ProtobufFields.Of(view) is not { IsWhole: true } tensor || tensor.Number(2) is not (> 0 and < 64) || !tensor.AreAll(OnnxFormat.Schema["TensorProto"]))
        {
            return null;
        }

        bool holds = tensor.Has(4) || tensor.Has(5) || tensor.Has(6) || tensor.Has(7) || tensor.Has(9) || tensor.Has(10) || tensor.Has(11) || tensor.Has(13);
        return holds ? new Claim(view.Range, ClaimStrength.Likely) : null;
    }

    public void Read(Claim claim, ReadContext context) => new OnnxReader(context, claim.Range).Read(OnnxFormat.Schema["TensorProto"], Id);
}
