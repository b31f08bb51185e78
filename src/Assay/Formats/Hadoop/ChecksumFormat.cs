// Reads what Hadoop leaves beside every file that it writes: checksums of its blocks.
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.Hadoop;

/// <summary>
/// The checksums that Hadoop's local file system keeps of a file (<c>.name.crc</c>): <c>crc\0</c>, the length of a block as a big-endian number of 4 bytes, and for each block its CRC-32 or CRC-32C in
/// as many. Nothing but numbers; whoever reads the file compares them. Specification: <c>org.apache.hadoop.fs.ChecksumFileSystem</c>.
/// </summary>
internal sealed class ChecksumFormat : IFormat
{
    private const int HeadSize = 8;
    private const long LongestBlock = 1 << 30;

    public string Id => "hadoop-checksums";

    public string Name => "Hadoop checksums";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [];

    public Claim? Probe(ProbeView view) =>
        view.IsWhole && view.Range.Length % 4 == 0 && view.Head.Length >= HeadSize && view.StartsWith("crc\0"u8) && BlockLength(view.Head.Span) is > 0 and <= LongestBlock
            ? new Claim(view.Range, ClaimStrength.Likely)
            : null;

    public void Read(Claim claim, ReadContext context)
    {
        context.Cover(claim.Range with { Length = HeadSize }, CoverageKind.Parsed);
        context.Cover(new ByteRange(claim.Range.Offset + HeadSize, claim.Range.Length - HeadSize), CoverageKind.Data);
    }

    private static long BlockLength(ReadOnlySpan<byte> head) => System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(head[4..]);
}
