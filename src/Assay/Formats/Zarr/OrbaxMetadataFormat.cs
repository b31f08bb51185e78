// The JSON files that Orbax keeps beside the arrays of a checkpoint.
using System.Text.Json;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Json;

namespace Assay.Formats.Zarr;

/// <summary>
/// <c>_METADATA</c>, <c>_CHECKPOINT_METADATA</c> and the like: the tree of a checkpoint of Orbax, by the names of its leaves, and which handler reads which part. Names become
/// names of files where a part is written out again, as Keras does with assets. Specification: <c>orbax/checkpoint/_src/metadata</c>.
/// </summary>
internal sealed class OrbaxMetadataFormat : IFormat
{
    private const int MaxDepth = 1000;

    public string Id => "orbax-metadata";

    public string Name => "Orbax checkpoint metadata";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [];

    public Claim? Probe(ProbeView view) =>
        view.IsWhole && JsonKeys.Of(view) is { IsList: false } keys
        && (keys.Outer("tree_metadata") || keys.Outer("array_metadatas") || (keys.Outer("item_handlers") && keys.Outer("init_timestamp_nsecs"))) ? new Claim(view.Range, ClaimStrength.Certain) : null;

    public void Read(Claim claim, ReadContext context) => JsonDocumentWalk.Read(claim.Range, context, MaxDepth, (json, path) =>
    {
        if (json.Type == JsonTokenType.String && path[^1] is "key" or "param_name" or "item_handlers" && LeadsOut(json.LooseText()))
            context.Anomaly("zarr.name-traversal", json.Offset, 0, "The name of a part of the checkpoint leads out of its folder.");
    });

    private static bool LeadsOut(string name) => name.StartsWith('/') || name.Split('/', '\\').Contains("..") || name.Contains('\0', StringComparison.Ordinal);
}
