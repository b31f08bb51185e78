// Works out where the bytes of sparse tar members lie.
using Assay.Bytes;

namespace Assay.Containers.Tar;

/// <summary>Sparse members: GNU's old map in header blocks, and the pax maps 0.1 and 1.0.</summary>
internal static class TarSparse
{
    private const int MostExtents = 100_000;

    /// <summary>Reads the map of GNU's old format, which lies between the header and the data; moves <paramref name="at"/> behind it.</summary>
    public static TarEntry Resolve(
        ByteSource source, ByteRange window, TarHeader header, TarEntry entry, PaxRecords pax, ref long at, List<ByteRange> structures, OddityLog oddities)
    {
        if (header.Type == 'S')
        {
            List<(long Offset, long Length)> map = [];
            Add(map, header.SparseMap);
            bool more = header.HasMoreSparse;
            byte[] block = new byte[TarHeader.Size];
            while (more && at + TarHeader.Size <= window.End && map.Count < MostExtents)
            {
                source.ReadAt(at, block);
                structures.Add(new ByteRange(at, TarHeader.Size));
                at += TarHeader.Size;
                Add(map, block.AsSpan(0, 504));
                more = block[504] != 0;
            }

            oddities.Add("tar.sparse", entry.Offset, TarHeader.Size, $"\"{entry.Name}\" is sparse.");
            return entry with { RealSize = header.RealSize ?? 0, Extents = Pending(map), UnknownSparse = more };
        }

        if (pax["GNU.sparse.map"] is { } text)
        {
            oddities.Add("tar.sparse", entry.Offset, TarHeader.Size, $"\"{entry.Name}\" is sparse.");
            List<(long Offset, long Length)>? map = Numbers(text.Split(',', MostExtents * 2));
            return entry with { RealSize = pax.Number("GNU.sparse.size") ?? 0, Extents = map is null ? null : Pending(map), UnknownSparse = map is null };
        }

        if (pax["GNU.sparse.major"] is not null || pax.HasRepeatedSparse)
        {
            oddities.Add("tar.sparse", entry.Offset, TarHeader.Size, $"\"{entry.Name}\" is sparse.");
            bool known = pax["GNU.sparse.major"] == "1" && pax["GNU.sparse.minor"] == "0";
            return entry with { RealSize = pax.Number("GNU.sparse.realsize") ?? 0, Extents = known ? [] : null, UnknownSparse = !known };
        }

        return entry;
    }

    /// <summary>Gives every stretch its place in the source, now that the data's place is known.</summary>
    public static TarEntry Place(ByteSource source, TarEntry entry, OddityLog oddities)
    {
        if (entry.Extents is not { } pending)
        {
            return entry;
        }

        List<TarExtent> stretches = [.. pending];
        long at = entry.Data.Offset;
        if (stretches.Count == 0)
        {
            // Map 1.0 heads the data: a count, then offset and length of each stretch, one number a line, padded to a block.
            byte[] head = source.ReadUpTo(at, (int)Math.Min(entry.Data.Length, TarReader.LongestExtension));
            if (InlineMap(head, out int used) is not { } map)
            {
                return entry with { Extents = null, UnknownSparse = true };
            }

            at += used;
            stretches = Pending(map);
        }

        List<TarExtent> extents = new(stretches.Count);
        long content = 0;
        foreach (TarExtent extent in stretches)
        {
            if (extent.Offset < content || extent.Stored.Length > entry.Data.End - at || extent.Offset > entry.RealSize - extent.Stored.Length)
            {
                oddities.Add("tar.sparse-broken", entry.Offset, TarHeader.Size, $"The sparse map of \"{entry.Name}\" contradicts itself.");
                return entry with { Extents = null, UnknownSparse = true };
            }

            extents.Add(new TarExtent(extent.Offset, new ByteRange(at, extent.Stored.Length)));
            at += extent.Stored.Length;
            content = extent.Offset + extent.Stored.Length;
        }

        return entry with { Extents = extents };
    }

    private static List<TarExtent> Pending(List<(long Offset, long Length)> map) =>
        map.ConvertAll(m => new TarExtent(m.Offset, new ByteRange(0, m.Length)));

    private static void Add(List<(long Offset, long Length)> map, ReadOnlySpan<byte> fields)
    {
        for (; fields.Length >= 24; fields = fields[24..])
        {
            if (fields[0] == 0 || TarHeader.Number(fields[..12]) is not { } offset || TarHeader.Number(fields[12..24]) is not { } length)
            {
                return;
            }

            map.Add((offset, length));
        }
    }

    private static List<(long Offset, long Length)>? Numbers(string[] texts)
    {
        List<(long, long)> map = [];
        for (int i = 0; i + 1 < texts.Length; i += 2)
        {
            if (!long.TryParse(texts[i], out long offset) || !long.TryParse(texts[i + 1], out long length) || offset < 0 || length < 0)
            {
                return null;
            }

            map.Add((offset, length));
        }

        return texts.Length % 2 == 0 ? map : null;
    }

    private static List<(long Offset, long Length)>? InlineMap(ReadOnlySpan<byte> head, out int used)
    {
        used = 0;
        int at = 0;
        if (Line(head, ref at) is not { } count || count > MostExtents)
        {
            return null;
        }

        List<(long, long)> map = [];
        for (long i = 0; i < count; i++)
        {
            if (Line(head, ref at) is not { } offset || Line(head, ref at) is not { } length)
            {
                return null;
            }

            map.Add((offset, length));
        }

        used = (at + 511) & ~511;
        return map;
    }

    private static long? Line(ReadOnlySpan<byte> bytes, ref int at)
    {
        int end = bytes[at..].IndexOf((byte)'\n');
        if (end is <= 0 or > 20 || !System.Buffers.Text.Utf8Parser.TryParse(bytes.Slice(at, end), out long value, out int digits) || digits != end || value < 0)
        {
            return null;
        }

        at += end + 1;
        return value;
    }
}
