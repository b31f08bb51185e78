// The JSON files of zarr, in which Orbax, AnnData and others keep arrays as folders.
using System.Text.Json;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Json;

namespace Assay.Formats.Zarr;

/// <summary>
/// <c>.zarray</c>, <c>.zgroup</c>, <c>.zmetadata</c> (version 2) and <c>zarr.json</c> (version 3): the shape of an array and how its chunks, which are files beside it, are
/// coded. A codec may be a pickle, which <c>numcodecs</c> loads. Specification: zarr-specs, versions 2 and 3.
/// </summary>
internal sealed class ZarrMetadataFormat : IFormat
{
    private const int MaxDepth = 512;

    public string Id => "zarr-metadata";

    public string Name => "zarr metadata";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [".zarray", ".zgroup", ".zmetadata"];

    public Claim? Probe(ProbeView view) =>
        view.IsWhole && JsonKeys.Of(view) is { IsList: false } keys && (keys.Outer("zarr_format") || keys.Outer("zarr_consolidated_format")) ? new Claim(view.Range, ClaimStrength.Certain) : null;

    public void Read(Claim claim, ReadContext context) => JsonDocumentWalk.Read(claim.Range, context, MaxDepth, (json, path) =>
    {
        string key = path[^1];
        if (json.Type != JsonTokenType.String)
            return;

        if (key is "id" or "name" or "codec_id" && json.LooseText() is "pickle" or "numcodecs.pickle")
            context.Anomaly("zarr.pickle-codec", json.Offset, 0, "Chunks of an array are pickles.");
        else if (key is "dtype" && json.LooseText() is "|O" or "O")
            context.Anomaly("zarr.object-array", json.Offset, 0, "The elements of an array are objects.");
    });
}

/// <summary>
/// A chunk of an array of zarr: a file of elements, compressed or not, beside the metadata of its array. Without these it is no format of its own.
/// </summary>
internal sealed class ZarrChunkFormat : IFormat
{
    private static readonly System.Buffers.SearchValues<char> s_ofChunks = System.Buffers.SearchValues.Create(".0123456789abcdef");

    public string Id => "zarr-chunk";

    public string Name => "zarr chunk";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [];

    public Claim? Probe(ProbeView view) => view.IsWhole && view.Range.Length > 0 && IsChunk(view.Artifact) ? new Claim(view.Range, ClaimStrength.Weak) : null;

    public void Read(Claim claim, ReadContext context) => context.Cover(claim.Range, CoverageKind.Data);

    /// <summary>Whether a file is a chunk: its name is numbers, and the metadata of an array, or of a store of many, lies where it belongs.</summary>
    public static bool IsChunk(Artifact artifact)
    {
        if (artifact.In is not { } place)
            return false;

        // Most names are told by their last step, and nothing is made for those.
        if (place.Name.AsSpan(place.Name.LastIndexOf('/') + 1).ContainsAnyExcept(s_ofChunks))
            return false;

        string[] steps = place.Name.Split('/');
        string name = steps[^1];
        if (name.Length == 32 && name.All(char.IsAsciiHexDigitLower) && steps.Length > 1 && steps[^2] == "d")
            return Has(place, string.Join('/', [.. steps[..^2], "manifest.ocdbt"]));

        if (name.Length == 0 || !name.All(c => char.IsAsciiDigit(c) || c == '.') || !char.IsAsciiDigit(name[0]))
            return false;

        for (int up = steps.Length - 1; up >= Math.Max(0, steps.Length - 8); up--)
        {
            string folder = up == 0 ? "" : string.Join('/', steps[..up]) + "/";
            if (Has(place, folder + ".zarray") || Has(place, folder + "zarr.json"))
                return true;

            if (up > 0 && !(steps[up - 1] is "c" || steps[up - 1].All(char.IsAsciiDigit)))
                break;
        }

        return false;
    }

    private static bool Has(BundlePlace place, string name)
    {
        BundleOpening opening = place.Bundle.TryOpen(name);
        opening.Bytes?.Dispose();
        return opening.Refusal is BundleRefusal.None;
    }
}
