// Searches the bytes that no directory accounts for: end records, and local headers that loaders which stream would meet.
using Assay.Bytes;

namespace Assay.Containers.Zip;

/// <summary>Searches the gaps of a zip.</summary>
internal sealed class ZipGapReader(ByteSource source, ByteRange window, ScanBudget budget, ZipHeaderReader reader, OddityLog oddities)
{
    private const int Chunk = 64 << 10;

    /// <summary>The offsets of end records in bytes that nothing accounts for, last first.</summary>
    public static IReadOnlyList<long> FindEnds(
        ByteSource source, ByteRange window, ScanBudget budget, IReadOnlyList<ZipEntry> entries, IReadOnlyList<ByteRange> structures)
    {
        List<long> ends = [];
        foreach (ByteRange gap in Gaps(source.Length, window, entries, structures, locals: false))
        {
            Search(source, gap, budget, (at, signature) =>
            {
                if (signature == ZipHeaderReader.EndSignature)
                {
                    ends.Add(at);
                }

                return at + 4;
            });
        }

        ends.Reverse();
        return ends;
    }

    /// <summary>Adds the members whose local headers lie in gaps.</summary>
    public void Read(List<ZipEntry> entries, List<ByteRange> structures, Action<ZipHeader> count)
    {
        foreach (ByteRange gap in Gaps(source.Length, window, entries, structures, locals: true))
        {
            ZipHeader? open = null;
            Search(source, gap, budget, (at, signature) => signature switch
            {
                ZipHeaderReader.LocalSignature => Local(at),
                ZipHeaderReader.CentralSignature => Central(at),
                ZipHeaderReader.DescriptorSignature => Descriptor(at),
                _ => at + 4,
            });
            Close(gap.End);

            long Local(long at)
            {
                if (reader.Local(at) is not { } local || local.Name.Length == 0)
                {
                    return at + 4;
                }

                count(local);
                Close(at);
                structures.Add(new ByteRange(at, local.Length));
                if (local.Packed < 0)
                {
                    open = local;
                    return at + local.Length;
                }

                Add(local);
                return at + local.Length + Math.Min(local.Packed, gap.End - at);
            }

            long Central(long at)
            {
                Close(at);
                long start = at;
                while (reader.Central(at, out _, out _) is { } central)
                {
                    budget.SpendWork(WorkCosts.NearRead + central.Name.Length, at);
                    at += central.Length;
                }

                if (at == start)
                {
                    return at + 4;
                }

                structures.Add(new ByteRange(start, at - start));
                oddities.Add("zip.orphan-directory", start, at - start, "There is a directory to which no end record leads.");
                return at;
            }

            long Descriptor(long at)
            {
                ReadOnlySpan<byte> bytes = reader.Bytes(at, 24);
                if (open is null || bytes.Length < 16)
                {
                    return at + 4;
                }

                long packed = at - (open.Offset + open.Length);
                bool wide = bytes.Length >= 24 && ZipHeaderReader.I64(bytes, 8) == packed;
                if (!wide && ZipHeaderReader.U32(bytes, 8) != packed)
                {
                    return at + 4;
                }

                structures.Add(new ByteRange(at, wide ? 24 : 16));
                long size = wide ? ZipHeaderReader.I64(bytes, 16) : ZipHeaderReader.U32(bytes, 12);
                Add(open with { Packed = packed, Size = size, Crc = ZipHeaderReader.U32(bytes, 4) });
                open = null;
                return at + (wide ? 24 : 16);
            }

            void Close(long at)
            {
                if (open is not null)
                {
                    Add(open with { Packed = Math.Max(0, at - (open.Offset + open.Length)) });
                    open = null;
                }
            }
        }

        void Add(ZipHeader local)
        {
            entries.Add(new ZipEntry(null, local, local.Offset, 0));
            oddities.Add("zip.unlisted-entry", local.Offset, local.Length, () => $"The member \"{local.Name}\" is in no directory; loaders that read from front to back meet it.");
        }
    }

    private static List<ByteRange> Gaps(
        long sourceLength, ByteRange window, IReadOnlyList<ZipEntry> entries, IReadOnlyList<ByteRange> structures, bool locals)
    {
        List<ByteRange> known = new(entries.Count + structures.Count);
        known.AddRange(structures);
        foreach (ZipEntry entry in entries)
        {
            if (entry.Local is null)
            {
                continue;
            }

            // A loader that goes by the local header stops earlier: what follows there is searched as if it were a gap.
            ByteRange data = entry.Data(sourceLength);
            bool shorter = locals && entry.Local.Packed >= 0 && entry.Local.Packed < data.Length;
            known.Add(shorter ? data with { Length = entry.Local.Packed } : data);
        }

        known.Sort((a, b) => a.Offset.CompareTo(b.Offset));
        List<ByteRange> gaps = [];
        long at = window.Offset;
        foreach (ByteRange range in known)
        {
            if (range.IsEmpty)
            {
                continue;
            }

            if (range.Offset > at)
            {
                gaps.Add(new ByteRange(at, Math.Min(range.Offset, window.End) - at));
            }

            at = Math.Max(at, range.End);
            if (at >= window.End)
            {
                return gaps;
            }
        }

        gaps.Add(new ByteRange(at, window.End - at));
        return gaps;
    }

    /// <summary>Calls <paramref name="found"/> for each "PK" signature in <paramref name="gap"/>; it returns where to go on.</summary>
    private static void Search(ByteSource source, ByteRange gap, ScanBudget budget, Func<long, uint, long> found)
    {
        if (gap.Length < 4)
        {
            return;
        }

        byte[] buffer = new byte[(int)Math.Min(Chunk, gap.Length)];
        long at = gap.Offset;
        while (at <= gap.End - 4)
        {
            budget.SpendWork(WorkCosts.NearRead, at);
            int wanted = (int)Math.Min(buffer.Length, gap.End - at);
            ReadOnlySpan<byte> bytes = buffer.AsSpan(0, source.ReadAt(at, buffer.AsSpan(0, wanted)));
            long next = at + Math.Max(1, bytes.Length - 3);
            int into = 0;
            while (into <= bytes.Length - 4)
            {
                int hit = bytes[into..].IndexOf("PK"u8);
                if (hit < 0 || into + hit > bytes.Length - 4)
                {
                    break;
                }

                into += hit;
                uint signature = ZipHeaderReader.U32(bytes, into);
                long go = (signature >> 16) is 0x0403 or 0x0201 or 0x0605 or 0x0807 ? found(at + into, signature) : at + into + 2;
                if (go - at > bytes.Length - 4)
                {
                    next = go;
                    break;
                }

                into = (int)(go - at);
            }

            at = next;
        }
    }
}
