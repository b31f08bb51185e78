// Reads what lies in a package of Core ML beside the model: its manifest, and the file of weights.
using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Json;

namespace Assay.Formats.CoreMl;

/// <summary>
/// The manifest of an <c>.mlpackage</c>: a JSON object whose <c>itemInfoEntries</c> give for each item its path below <c>Data</c>. A loader joins the
/// path to that folder, so a path may lead elsewhere.
/// </summary>
internal sealed class CoreMlManifestFormat : IFormat
{
    private const int MaxDepth = 64;

    public string Id => "coreml-manifest";

    public string Name => "Core ML package manifest";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [];

    public Claim? Probe(ProbeView view) =>
        view.IsWhole && JsonKeys.Of(view) is { IsList: false } keys && keys.Outer("itemInfoEntries") && keys.Outer("rootModelIdentifier") ? new Claim(view.Range, ClaimStrength.Certain) : null;

    public void Read(Claim claim, ReadContext context)
    {
        int mark = context.Artifact.Bytes.ReadUpTo(claim.Range.Offset, 3) is [0xEF, 0xBB, 0xBF] ? 3 : 0;
        JsonTokenReader json = new(context.Artifact.Bytes, new ByteRange(claim.Range.Offset + mark, claim.Range.Length - mark), context.Budget, MaxDepth);
        try
        {
            while (json.Read())
            {
                if (json.Type == JsonTokenType.PropertyName && json.Depth == 3 && json.Text() == "path")
                {
                    long at = json.Offset;
                    json.Read();
                    string path = json.Type == JsonTokenType.String ? json.Text() : "";
                    bool isRelative = BundleName.Resolve("x", path).Place is ReferencePlace.Inside or ReferencePlace.Outside;
                    if (!isRelative || path.Split('/', '\\').Contains(".."))
                    {
                        context.Anomaly("coreml.package-path", at, 0, $"An item of the package has the path {(path.Length > 200 ? path[..200] : path)}.");
                    }

                    context.Refer("package-item", isRelative ? $"Data/{path}" : path, at);
                }
            }

            context.Cover(claim.Range, CoverageKind.Parsed);
        }
        catch (MalformedException e)
        {
            context.Cover(new ByteRange(claim.Range.Offset, json.End - claim.Range.Offset), CoverageKind.Parsed);
            context.Unread(UnreadCause.Malformed, e.Offset, claim.Range.End - e.Offset, e.Message);
        }
    }
}

/// <summary>
/// The weights of a program of Core ML (<c>weight.bin</c>): 64 bytes with the number of blobs, then for each 64 bytes that say where it lies. Everything
/// starts at a multiple of 64. Specification: <c>MILBlob/Blob/StorageFormat.hpp</c>.
/// </summary>
internal sealed class CoreMlWeightsFormat : IFormat
{
    private const int Alignment = 64;
    private const uint Sentinel = 0xDEADBEEF;

    public string Id => "coreml-weights";

    public string Name => "Core ML weights";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [];

    public Claim? Probe(ProbeView view)
    {
        ReadOnlySpan<byte> head = view.Head.Span;
        return view.IsWhole && head.Length >= Alignment && BinaryPrimitives.ReadUInt32LittleEndian(head[4..]) == 2 && head[8..Alignment].IndexOfAnyExcept((byte)0) < 0
            && (BinaryPrimitives.ReadUInt32LittleEndian(head) == 0 ? head.Length == Alignment : head.Length >= 2 * Alignment && BinaryPrimitives.ReadUInt32LittleEndian(head[Alignment..]) == Sentinel) ? new Claim(view.Range, ClaimStrength.Certain) : null;
    }

    public void Read(Claim claim, ReadContext context)
    {
        ByteSource bytes = context.Artifact.Bytes;
        uint count = BinaryPrimitives.ReadUInt32LittleEndian(bytes.ReadUpTo(claim.Range.Offset, 4));
        context.Cover(new ByteRange(claim.Range.Offset, Alignment), CoverageKind.Parsed);
        byte[] entry = new byte[Alignment];
        long at = claim.Range.Offset + Alignment;
        for (uint i = 0; i < count; i++)
        {
            context.Budget.SpendWork(WorkCosts.NearRead, at);
            if (bytes.ReadAt(at, entry) < Alignment || BinaryPrimitives.ReadUInt32LittleEndian(entry) != Sentinel)
            {
                throw new MalformedException(at, "A blob of weights does not begin as blobs do.");
            }

            ulong size = BinaryPrimitives.ReadUInt64LittleEndian(entry.AsSpan(8));
            ulong offset = BinaryPrimitives.ReadUInt64LittleEndian(entry.AsSpan(16));
            ulong length = (ulong)claim.Range.End;
            if (offset > length || size > length - offset || offset < (ulong)(at + Alignment))
            {
                context.Anomaly("coreml.weights-range", at, Alignment, "A blob of weights lies outside of the file, or over its own description.");
                context.Unread(UnreadCause.Malformed, at, claim.Range.End - at, "The weights cannot be followed any further.");
                return;
            }

            long end = Math.Min(claim.Range.End, ((long)(offset + size) + Alignment - 1) / Alignment * Alignment);
            context.Cover(new ByteRange(at, Alignment), CoverageKind.Parsed);
            context.Cover(new ByteRange((long)offset, (long)size), CoverageKind.Data);
            at = end;
        }

        context.Meta("blobs", count.ToString(CultureInfo.InvariantCulture));
    }
}
