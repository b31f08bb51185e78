// The manifest and the nodes of TensorStore's key-value store, in which Orbax keeps arrays.
using System.Buffers.Binary;
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.Zarr;

/// <summary>
/// OCDBT: a database of keys and values in a folder. The manifest and the nodes of its trees begin with a magic number and their length; values lie between them. They
/// are metadata and chunks of zarr, and nothing of them is run. Specification: TensorStore, <c>kvstore/ocdbt/format</c>.
/// </summary>
internal sealed class OcdbtFormat : IFormat
{
    private const uint Manifest = 0x0CDB3A2A;
    private const uint Node = 0x0CDB20DE;
    private const uint Versions = 0x0CDB1234;

    public string Id => "ocdbt";

    public string Name => "OCDBT (TensorStore, Orbax)";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [".ocdbt"];

    public Claim? Probe(ProbeView view) =>
        view.IsWhole && view.Head.Length >= 12 && BinaryPrimitives.ReadUInt32BigEndian(view.Head.Span) is Manifest or Node or Versions
        && BinaryPrimitives.ReadUInt64LittleEndian(view.Head.Span[4..]) is >= 12 and var length && length <= (ulong)view.Range.Length ? new Claim(view.Range, ClaimStrength.Certain) : null;

    public void Read(Claim claim, ReadContext context)
    {
        byte[] head = context.Artifact.Bytes.ReadUpTo(claim.Range.Offset, 12);
        long length = (long)BinaryPrimitives.ReadUInt64LittleEndian(head.AsSpan(4));
        bool isManifest = BinaryPrimitives.ReadUInt32BigEndian(head) == Manifest;
        context.Cover(new ByteRange(claim.Range.Offset, 12), CoverageKind.Parsed);
        context.Meta("kind", isManifest ? "manifest" : "node");

        // A manifest is alone in its file; a file of nodes holds values, too.
        long end = isManifest ? length : claim.Range.Length;
        context.Cover(new ByteRange(claim.Range.Offset + 12, end - 12), CoverageKind.Data);
    }
}
