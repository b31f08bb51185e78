// The filters of chunks, and undoing those that every library has.
using System.Text;
using Assay.Bytes;
using Assay.Codecs;

namespace Assay.Formats.Hdf5;

/// <summary>The filters of a dataset's chunks.</summary>
internal static class Hdf5Filters
{
    public const int Deflate = 1;
    public const int Shuffle = 2;
    public const int Fletcher = 3;

    /// <summary>Filters below this number belong to the library.</summary>
    public const int FirstForeign = 256;

    /// <summary>Reads a filter pipeline message.</summary>
    public static List<Hdf5Filter> Read(Hdf5Message message, Hdf5File file)
    {
        Hdf5Cursor all = new(message.Bytes, message.At, file);
        int version = all.U8();
        int count = all.U8();
        all.Skip(version == 1 ? 6 : 0);
        List<Hdf5Filter> filters = [];
        for (int i = 0; i < count && all.Left >= 6; i++)
        {
            int id = all.U16();
            int nameLength = version == 1 || id >= FirstForeign ? all.U16() : 0;
            all.Skip(2);
            int values = all.U16();
            string name = Encoding.UTF8.GetString(all.Bytes(version == 1 ? (nameLength + 7) & ~7 : nameLength).TrimEnd((byte)0));
            List<long> told = [];
            for (int v = 0; v < values; v++)
                told.Add(all.U32());

            all.Skip(version == 1 && values % 2 == 1 ? Math.Min(4, all.Left) : 0);
            filters.Add(new Hdf5Filter(id, name, told));
        }

        return filters;
    }

    /// <summary>Undoes the filters of a chunk; null where one is of another kind, or where more comes out than a chunk has.</summary>
    public static byte[]? Undo(Hdf5File file, Hdf5Dataset dataset, Hdf5Chunk chunk)
    {
        long whole = dataset.ChunkBytes;
        if (whole < 0 || whole > int.MaxValue / 2 || chunk.Size > int.MaxValue / 2 || chunk.Address < 0)
            return null;

        byte[] bytes = file.Take(chunk.Address, chunk.Size, "A chunk");
        for (int i = dataset.Filters.Count - 1; i >= 0; i--)
        {
            if ((chunk.Mask & (1L << i)) != 0)
                continue;

            Hdf5Filter filter = dataset.Filters[i];
            switch (filter.Id)
            {
                case Deflate:
                    InflatedSoFar soFar = Codec.InflateSoFar(CodecKind.Zlib, new MemorySource(bytes), new ByteRange(0, bytes.Length), file.Context.Budget, file.Context.Scratch, whole + 16);
                    using (soFar.Result.Bytes)
                    {
                        if (soFar.Stop is { } stop)
                            throw stop;

                        if (soFar.Capped || (soFar.Result.Error is not null && !soFar.Result.OnlyChecksum))
                            return null;

                        bytes = soFar.Result.Bytes.ReadUpTo(0, (int)soFar.Result.Bytes.Length);
                    }

                    break;
                case Shuffle:
                    bytes = Unshuffle(bytes, (int)Math.Min(int.MaxValue, filter.Values is [var size, ..] ? size : dataset.Type!.Size));
                    break;
                case Fletcher:
                    bytes = bytes.Length >= 4 ? bytes[..^4] : bytes;
                    break;
                default:
                    return null;
            }
        }

        return bytes;
    }

    private static byte[] Unshuffle(byte[] bytes, int size)
    {
        int count = size > 1 ? bytes.Length / size : 0;
        if (count == 0)
            return bytes;

        byte[] plain = new byte[bytes.Length];
        for (int place = 0; place < size; place++)
        {
            for (int i = 0; i < count; i++)
                plain[(i * size) + place] = bytes[(place * count) + i];
        }

        bytes.AsSpan(count * size).CopyTo(plain.AsSpan(count * size));
        return plain;
    }
}
