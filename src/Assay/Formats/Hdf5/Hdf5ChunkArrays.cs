// The index of chunks as an array, which newer versions of HDF5 write for datasets of a fixed number of chunks.
using Assay.Bytes;

namespace Assay.Formats.Hdf5;

/// <summary>Arrays of the addresses of chunks.</summary>
internal static class Hdf5ChunkArrays
{
    /// <summary>The chunks of a fixed array; the only offset of each is its number.</summary>
    public static IEnumerable<Hdf5Chunk> Fixed(Hdf5File file, long address, long whole, bool isFiltered)
    {
        (int entrySize, int pageBits, long count, long block) = Header(file, address);
        if (block < 0 || count <= 0)
            yield break;

        long perPage = 1L << Math.Min(pageBits, 40);
        bool isPaged = count > perPage;
        long pages = isPaged ? (count + perPage - 1) / perPage : 1;
        if (entrySize == 0 || count > file.Length / entrySize + 1)
            throw new MalformedException(file.At(address), "The index of a dataset has more chunks than the file.");

        long prefix = 6 + file.OffsetSize + (isPaged ? (pages + 7) / 8 : 0);
        byte[] initialised = isPaged ? file.Take(block + 6 + file.OffsetSize, (pages + 7) / 8, "The index of a dataset") : [];
        Hdf5Cursor head = file.Open(block, prefix, "The index of a dataset");
        head.Signature("FADB"u8, "index of a dataset");
        long at = block + prefix + (isPaged ? 4 : 0);
        file.Parsed(block, prefix + 4);
        for (long page = 0; page < pages; page++)
        {
            long inPage = Math.Min(perPage, count - (page * perPage));
            bool isThere = !isPaged || (initialised[page / 8] & (0x80 >> (int)(page % 8))) != 0;
            foreach (Hdf5Chunk chunk in isThere ? Page(file, at, inPage, entrySize, whole, isFiltered, page * perPage) : [])
                yield return chunk;

            at += (inPage * entrySize) + (isPaged ? 4 : 0);
        }
    }

    private static List<Hdf5Chunk> Page(Hdf5File file, long address, long count, int entrySize, long whole, bool isFiltered, long first)
    {
        Hdf5Cursor all = file.Open(address, count * entrySize, "The index of a dataset");
        file.Parsed(address, (count * entrySize) + 4);
        List<Hdf5Chunk> chunks = [];
        for (long i = 0; i < count; i++)
        {
            long chunk = all.Address();
            int sizes = entrySize - file.OffsetSize - 4;
            long size = isFiltered && sizes > 0 ? all.Number(Math.Min(8, sizes)) : whole;
            long mask = isFiltered && sizes > 0 ? all.U32() : 0;
            if (chunk >= 0)
                chunks.Add(new Hdf5Chunk(chunk, size, mask, [first + i]));
        }

        return chunks;
    }

    private static (int EntrySize, int PageBits, long Count, long Block) Header(Hdf5File file, long address)
    {
        Hdf5Cursor all = file.Open(address, 12 + file.LengthSize + file.OffsetSize, "The index of a dataset");
        all.Signature("FAHD"u8, "index of a dataset");
        all.Skip(2);
        return (all.U8(), all.U8(), all.Length(), all.Address());
    }
}
