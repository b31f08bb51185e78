// Reads TFRecord files: records of any content, each between a length and checksums.
using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.TensorFlow;

/// <summary>
/// TFRecord, of data sets and of event files: for each record 64 bits with its length, a checksum of them, the record, its checksum. Specification:
/// <c>record_writer.h</c>. Nothing of it is run; records are stepped over.
/// </summary>
internal sealed class TensorFlowRecordFormat : IFormat
{
    private const int HeadSize = 12;
    private const int TailSize = 4;

    public string Id => "tf-record";

    public string Name => "TFRecord";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [".tfrecord", ".tfrecords"];

    public Claim? Probe(ProbeView view) =>
        view.IsWhole && view.Head.Length >= HeadSize + TailSize && Length(view.Head.Span) is { } length && length <= view.Range.Length - HeadSize - TailSize
            ? new Claim(view.Range, ClaimStrength.Certain) : null;

    public void Read(Claim claim, ReadContext context)
    {
        ByteSource bytes = context.Artifact.Bytes;
        Span<byte> head = stackalloc byte[HeadSize];
        long records = 0;
        long at = claim.Range.Offset;
        while (at < claim.Range.End)
        {
            context.Budget.SpendWork(WorkCosts.NearRead, at);
            int got = bytes.ReadAt(at, head[..(int)Math.Min(HeadSize, claim.Range.End - at)]);
            if (got < HeadSize || Length(head) is not { } length)
            {
                context.Cover(new ByteRange(claim.Range.Offset, at - claim.Range.Offset), CoverageKind.Data);
                throw new MalformedException(at, "A record has no valid length.");
            }

            if (length > claim.Range.End - at - HeadSize - TailSize)
            {
                context.Unread(UnreadCause.Truncated, at, claim.Range.End - at, "The last record is longer than the file.");
                at = claim.Range.End;
                break;
            }

            at += HeadSize + length + TailSize;
            records++;
        }

        context.Cover(new ByteRange(claim.Range.Offset, at - claim.Range.Offset), CoverageKind.Data);
        context.Meta("records", records.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>The length of a record whose head has the right checksum; null for any other.</summary>
    private static long? Length(ReadOnlySpan<byte> head)
    {
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(head);
        return length <= long.MaxValue && Masked(length) == BinaryPrimitives.ReadUInt32LittleEndian(head[8..]) ? (long)length : null;
    }

    /// <summary>CRC-32C, turned and shifted as the format asks for.</summary>
    private static uint Masked(ulong length)
    {
        uint crc = ~BitOperations.Crc32C(uint.MaxValue, length);
        return unchecked(BitOperations.RotateRight(crc, 15) + 0xA282EAD8u);
    }
}
