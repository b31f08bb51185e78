// Finds end records and every directory that each of them can be taken to mean.
using System.Buffers;
using Assay.Bytes;

namespace Assay.Containers.Zip;

/// <summary>A directory that an end record can be taken to mean.</summary>
/// <param name="End">Where the end record lies.</param>
/// <param name="Start">Where the directory starts.</param>
/// <param name="Shift">What is added to stored offsets.</param>
/// <param name="Size">The declared length of the directory.</param>
/// <param name="Count">The declared number of entries.</param>
/// <param name="Zip64">Whether the numbers come from a Zip64 end record.</param>
internal readonly record struct ZipCandidate(long End, long Start, long Shift, long Size, long Count, bool Zip64);

/// <summary>
/// Finds end records. Loaders disagree on which one counts (the last signature, or one whose comment reaches the end) and on where
/// its directory lies (right before it, or at the stored offset), so all of them are returned.
/// </summary>
internal static class ZipEndReader
{
    /// <summary>How far from the end loaders look: the record and the longest comment, and a little more for bytes appended.</summary>
    public const int TailLength = ZipHeaderReader.EndLength + ushort.MaxValue + 4096;

    private const int MostEnds = 64;

    /// <summary>The offsets of end records near the end of <paramref name="window"/>, last first.</summary>
    public static IReadOnlyList<long> FindInTail(ByteSource source, ByteRange window)
    {
        int length = (int)Math.Min(window.Length, TailLength);
        long start = window.End - length;
        byte[] bytes = ArrayPool<byte>.Shared.Rent(length);
        ReadOnlySpan<byte> tail = bytes.AsSpan(0, source.ReadAt(start, bytes.AsSpan(0, length)));
        List<long> ends = [];
        while (ends.Count < MostEnds)
        {
            int at = tail.LastIndexOf("PK\u0005\u0006"u8);
            if (at < 0)
            {
                break;
            }

            if (start + at + ZipHeaderReader.EndLength <= window.End)
            {
                ends.Add(start + at);
            }

            tail = tail[..at];
        }

        ArrayPool<byte>.Shared.Return(bytes);
        return ends;
    }

    /// <summary>The bytes of an end record with its comment.</summary>
    public static ByteRange Extent(ZipHeaderReader reader, long end)
    {
        ReadOnlySpan<byte> record = reader.Bytes(end, ZipHeaderReader.EndLength);
        int comment = record.Length == ZipHeaderReader.EndLength ? ZipHeaderReader.U16(record, 20) : 0;
        return new ByteRange(end, ZipHeaderReader.EndLength + comment);
    }

    /// <summary>The directories that the end record at <paramref name="end"/> can be taken to mean; empty when it leads nowhere.</summary>
    public static IReadOnlyList<ZipCandidate> Candidates(ZipHeaderReader reader, long end, OddityLog oddities)
    {
        List<ZipCandidate> candidates = [];
        ReadOnlySpan<byte> record = reader.Bytes(end, ZipHeaderReader.EndLength);
        if (record.Length < ZipHeaderReader.EndLength || ZipHeaderReader.U32(record, 0) != ZipHeaderReader.EndSignature)
        {
            return candidates;
        }

        if (ZipHeaderReader.U16(record, 4) != ZipHeaderReader.U16(record, 6))
        {
            oddities.Add("zip.several-disks", end, ZipHeaderReader.EndLength, "The end record says that the archive is spread over several disks.");
        }

        long count = ZipHeaderReader.U16(record, 10);
        long size = ZipHeaderReader.U32(record, 12);
        long offset = ZipHeaderReader.U32(record, 16);
        long? wide = Wide(reader, end, size, offset, count, candidates, oddities);
        if (wide is null || (size != uint.MaxValue && offset != uint.MaxValue))
        {
            // The Zip64 records, where they are, lie between the directory and the end record.
            Try(reader, end, wide ?? end, size, offset, count, zip64: false, candidates);
        }

        return candidates;
    }

    /// <summary>Adds what the Zip64 end record means; returns where that record lies, or null when there is none.</summary>
    private static long? Wide(
        ZipHeaderReader reader, long end, long size, long offset, long count, List<ZipCandidate> candidates, OddityLog oddities)
    {
        long at = end - ZipHeaderReader.Locator64Length;
        ReadOnlySpan<byte> locator = reader.Bytes(at, ZipHeaderReader.Locator64Length);
        if (locator.Length < ZipHeaderReader.Locator64Length || ZipHeaderReader.U32(locator, 0) != ZipHeaderReader.Locator64Signature)
        {
            return null;
        }

        // One family of loaders trusts the locator's offset, the other looks right before the locator.
        long told = ZipHeaderReader.I64(locator, 8);
        long before = at - ZipHeaderReader.End64Length;
        if (told != before && reader.Signature(told) == ZipHeaderReader.End64Signature)
        {
            oddities.Add("zip.zip64-locator", at, ZipHeaderReader.Locator64Length, "The Zip64 locator points elsewhere than right before itself.");
        }

        long? found = null;
        foreach (long position in told == before ? [before] : new[] { before, told })
        {
            ReadOnlySpan<byte> record = reader.Bytes(position, ZipHeaderReader.End64Length);
            if (record.Length < ZipHeaderReader.End64Length || ZipHeaderReader.U32(record, 0) != ZipHeaderReader.End64Signature)
            {
                continue;
            }

            long count64 = ZipHeaderReader.I64(record, 32);
            long size64 = ZipHeaderReader.I64(record, 40);
            long offset64 = ZipHeaderReader.I64(record, 48);
            found ??= position;
            if ((size != uint.MaxValue && size != size64) || (offset != uint.MaxValue && offset != offset64)
                || (count != ushort.MaxValue && count != count64))
            {
                oddities.Add("zip.zip64-mismatch", position, ZipHeaderReader.End64Length, "The Zip64 end record and the end record tell different things.");
            }

            Try(reader, end, position, size64, offset64, count64, zip64: true, candidates);
        }

        return found;
    }

    private static void Try(
        ZipHeaderReader reader, long end, long anchor, long size, long offset, long count, bool zip64, List<ZipCandidate> candidates)
    {
        if (size < 0 || offset < 0 || count < 0)
        {
            return;
        }

        if (size == 0 && count == 0)
        {
            candidates.Add(new ZipCandidate(end, anchor, 0, 0, 0, zip64));
            return;
        }

        // Right before the end record, with whatever shift that means; and at the stored offset.
        long near = anchor - size;
        if (near >= 0 && reader.Signature(near) == ZipHeaderReader.CentralSignature)
        {
            candidates.Add(new ZipCandidate(end, near, near - offset, size, count, zip64));
        }

        if (offset != near && reader.Signature(offset) == ZipHeaderReader.CentralSignature)
        {
            candidates.Add(new ZipCandidate(end, offset, 0, size, count, zip64));
        }
    }
}
