// The formats of TensorFlow that are messages: saved models, graphs, meta graphs, and what lies beside them; in bytes and in text.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Protobuf;

namespace Assay.Formats.TensorFlow;

/// <summary>
/// A format of TensorFlow whose file is one message. Specification: <c>saved_model.proto</c>, <c>meta_graph.proto</c>, <c>graph.proto</c>,
/// <c>function.proto</c>. A graph is a program: most operators compute, some read and write files, call Python or the network, and what a saved model
/// names as its initialiser runs when it is loaded.
/// </summary>
internal sealed class TensorFlowFormat : IFormat
{
    private static readonly Lazy<ProtobufSchema> s_schema = new(() => ProtobufSchema.Load("formats/tensorflow.tsv"));
    private readonly string _root;
    private readonly Func<ProbeView, ClaimStrength?> _probe;

    private TensorFlowFormat(string id, string name, string root, IReadOnlyList<string> extensions, Func<ProbeView, ClaimStrength?> probe)
    {
        (Id, Name, _root, Extensions, _probe) = (id, name, root, extensions, probe);
    }

    /// <summary>The messages of TensorFlow.</summary>
    internal static ProtobufSchema Schema => s_schema.Value;

    /// <summary>All of them.</summary>
    public static IReadOnlyList<IFormat> All { get; } =
    [
        new TensorFlowFormat("tf-saved-model", "TensorFlow SavedModel", "SavedModel", [".pb"], SavedModel),
        new TensorFlowFormat("tf-graph", "TensorFlow graph", "GraphDef", [".pb"], view => ProtobufFields.Of(view) is { } graph && IsGraph(view, graph) ? ClaimStrength.Certain : null),
        new TensorFlowFormat("tf-meta-graph", "TensorFlow meta graph", "MetaGraphDef", [".meta"], MetaGraph),
        new TensorFlowFormat("tf-fingerprint", "TensorFlow SavedModel fingerprint", "FingerprintDef", [".pb"], Fingerprint),
        new TensorFlowTextFormat("tf-graph-text", "TensorFlow graph (text)"),
        new TensorFlowCheckpointIndexFormat(),
        new TensorFlowCheckpointDataFormat(),
        new TensorFlowRecordFormat(),
    ];

    public string Id { get; }

    public string Name { get; }

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; }

    public Claim? Probe(ProbeView view) => _probe(view) is { } strength ? new Claim(view.Range, strength) : null;

    public void Read(Claim claim, ReadContext context) => new TensorFlowReader(context).Read(Schema[_root], claim.Range, Id);

    private static ClaimStrength? SavedModel(ProbeView view)
    {
        return ProtobufFields.Of(view) is { } model && model.Fit(Schema["SavedModel"]) && model.Number(1) is null or < 100
            && model.Inner(view, 2) is { } meta && IsMetaGraph(view, meta) ? ClaimStrength.Certain : null;
    }

    private static ClaimStrength? MetaGraph(ProbeView view) =>
        ProtobufFields.Of(view) is { } fields && fields.Has(1) && IsMetaGraph(view, fields) ? ClaimStrength.Certain : null;

    private static ClaimStrength? Fingerprint(ProbeView view) =>
        view.Range.Length is > 20 and < 1024 && ProtobufFields.Of(view) is { IsWhole: true, Count: >= 4 } fields && fields.AreAll(Schema["FingerprintDef"])
        && fields.Has(1) && fields.Has(2) && fields.Has(3) && fields.Has(4) ? ClaimStrength.Likely : null;

    private static bool IsMetaGraph(ProbeView view, ProtobufFields fields)
    {
        if (!fields.IsWellFormed || !fields.Fit(Schema["MetaGraphDef"]) || (fields.Inner(view, 1) is { } info && !info.Fit(Schema["MetaInfoDef"])))
        {
            return false;
        }

        return fields.Inner(view, 2) is { } graph ? IsGraph(view, graph) : fields.Inner(view, 1)?.Text(view, 5) is { } version && version.Length < 32 && char.IsAsciiDigit(version[0]) && version.Contains('.', StringComparison.Ordinal);
    }

    private static bool IsGraph(ProbeView view, ProtobufFields fields)
    {
        if (!fields.IsWellFormed || !fields.Fit(Schema["GraphDef"]))
        {
            return false;
        }

        if (fields.Inner(view, 1) is not { } node)
        {
            // A graph without nodes has its functions.
            return fields.Inner(view, 2)?.Inner(view, 1)?.Inner(view, 1)?.Text(view, 1) is { Length: > 0 } && fields.Has(4);
        }

        return node.IsWellFormed && node.Fit(Schema["NodeDef"]) && node.Text(view, 1) is { Length: > 0 } name && node.Text(view, 2) is { Length: > 0 } operation
            && operation.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '>' or '.') && (TensorFlowOperators.IsRegistered(operation) || node.AreAll(Schema["NodeDef"])) && !name.Contains("Calculator", StringComparison.Ordinal)
            && !operation.Contains("Calculator", StringComparison.Ordinal);
    }
}

/// <summary>The same in the text form: graphs, meta graphs, saved models, and the state of checkpoints.</summary>
internal sealed class TensorFlowTextFormat(string id, string name) : IFormat
{
    public string Id => id;

    public string Name => name;

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [".pbtxt"];

    public Claim? Probe(ProbeView view) =>
        ProtobufTextKeys.Of(view) is { } keys && Root(keys) is not null ? new Claim(view.Range, ClaimStrength.Likely) { Parsed = keys } : null;

    public void Read(Claim claim, ReadContext context)
    {
        ProtobufType root = TensorFlowFormat.Schema[claim.Parsed is ProtobufTextKeys keys ? Root(keys)! : "GraphDef"];
        ProtobufText text = ProtobufText.Read(context.Artifact.Bytes, claim.Range, root, context.Budget, context.Held);
        context.Cover(new ByteRange(claim.Range.Offset, (text.Broken is null ? claim.Range.End : text.End) - claim.Range.Offset), CoverageKind.Parsed);
        new TensorFlowReader(context, text).Read(root, new ByteRange(0, text.Bytes.Length), Id);
        if (text.Broken is { } broken)
        {
            throw broken;
        }
    }

    private static string? Root(ProtobufTextKeys keys) =>
        keys.Outer("saved_model_schema_version") || keys.Outer("meta_graphs") ? "SavedModel"
        : keys.Outer("meta_info_def") || keys.Outer("graph_def") || keys.Outer("saver_def") ? "MetaGraphDef"
        : (keys.Outer("node") && keys.Inner("op")) || (keys.Outer("library") && keys.Outer("versions")) ? "GraphDef"
        : keys.Outer("model_checkpoint_path") ? "CheckpointState" : null;
}
