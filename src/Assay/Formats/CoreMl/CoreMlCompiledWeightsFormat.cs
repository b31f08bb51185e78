// Reads the weights of a compiled model of Core ML: sizes in front, then the blobs without gaps.
using System.Buffers.Binary;
using System.Globalization;
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.CoreMl;

/// <summary>
/// The weights of a compiled model (<c>model.espresso.weights</c> in an <c>.mlmodelc</c>): the number of blobs, for each its number and its size, all of 64
/// bits, and the blobs one after the other. No specification is published; a file is told by sizes that add up to its length.
/// </summary>
internal sealed class CoreMlCompiledWeightsFormat : IFormat
{
    private const int EntrySize = 16;
    private const int MostBlobs = 1 << 16;

    public string Id => "coreml-compiled-weights";

    public string Name => "Core ML compiled weights";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [];

    public Claim? Probe(ProbeView view)
    {
        ReadOnlySpan<byte> head = view.Head.Span;
        if (!view.IsWhole || head.Length < 8 + EntrySize || BinaryPrimitives.ReadUInt64LittleEndian(head) is not (> 0 and <= MostBlobs and var count)
            || BinaryPrimitives.ReadUInt64LittleEndian(head[8..]) != 0 || 8 + ((long)count * EntrySize) > view.Range.Length)
        {
            return null;
        }

        return Sizes(view.Artifact.Bytes, (long)count, view.Range.Length) is { } size && size == view.Range.Length ? new Claim(view.Range, ClaimStrength.Likely) : null;
    }

    public void Read(Claim claim, ReadContext context)
    {
        long count = BinaryPrimitives.ReadInt64LittleEndian(context.Artifact.Bytes.ReadUpTo(claim.Range.Offset, 8));
        long table = 8 + (count * EntrySize);
        context.Cover(new ByteRange(claim.Range.Offset, table), CoverageKind.Parsed);
        context.Cover(new ByteRange(claim.Range.Offset + table, claim.Range.Length - table), CoverageKind.Data);
        context.Meta("blobs", count.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>The length that the sizes come to; null where the numbers are not in order or the sizes are more than the file.</summary>
    private static long? Sizes(ByteSource bytes, long count, long most)
    {
        byte[] table = bytes.ReadUpTo(8, (int)(count * EntrySize));
        long sum = 8 + table.Length;
        for (int i = 0; i < count; i++)
        {
            ulong size = BinaryPrimitives.ReadUInt64LittleEndian(table.AsSpan((i * EntrySize) + 8));
            if (BinaryPrimitives.ReadUInt64LittleEndian(table.AsSpan(i * EntrySize)) != (ulong)i || size > (ulong)(most - sum))
            {
                return null;
            }

            sum += (long)size;
        }

        return sum;
    }
}
