// Elements that lie in other files: external storage and virtual datasets.
using System.Text;
using Assay.Bytes;

namespace Assay.Formats.Hdf5;

/// <summary>The files in which the elements of a dataset lie instead of in this one.</summary>
internal static class Hdf5Elsewhere
{
    private const int MostFiles = 1000;

    /// <summary>The files of an external file list message; their names lie in a local heap.</summary>
    public static void ExternalFiles(Hdf5Message message, Hdf5File file, List<(string Name, long At)> files)
    {
        Hdf5Cursor all = new(message.Bytes, message.At, file);
        all.Skip(6);
        int used = all.U16();
        long address = all.Address();
        Hdf5Cursor heap = file.Open(address, 8 + (2 * file.LengthSize) + file.OffsetSize, "A local heap");
        heap.Signature("HEAP"u8, "local heap");
        heap.Skip(4);
        long size = heap.Length();
        heap.LengthOrNone();
        long data = heap.Address();
        byte[] names = file.Take(data, size, "A local heap");
        file.Parsed(data, size);
        for (int i = 0; i < used && i < MostFiles && all.Left >= file.LengthSize; i++)
        {
            long at = all.Offset;
            long offset = all.Length();
            all.Skip(Math.Min(all.Left, 2 * file.LengthSize));
            files.Add((Name(names, offset), at));
        }
    }

    /// <summary>The files of a virtual dataset: their names lie in the global heap, and a point is the file itself.</summary>
    public static void VirtualFiles(long address, long index, Hdf5File file, List<(string Name, long At)> files, long at)
    {
        if (new Hdf5GlobalHeap(file).Find(address, index) is not { } place)
        {
            files.Add(("", at));
            return;
        }

        byte[] block = file.Bytes.ReadUpTo(place.Offset, (int)Math.Min(place.Length, 64 << 20));
        Hdf5Cursor all = new(block, place.Offset, file);
        int version = all.U8();
        long count = all.Length();
        for (long i = 0; i < count && i < MostFiles && all.Left > 4; i++)
        {
            // Version 1 says with flags whether the name is that of an entry before, or of this file.
            int flags = version == 0 ? 0 : all.U8();
            long where = all.Offset;
            if ((flags & 4) != 0)
                files.Add((".", where));
            else if ((flags & 1) != 0)
                all.Skip(file.LengthSize);
            else
                files.Add((Name(block, all.Position), where));

            if ((flags & 5) == 0)
                all.Skip(Math.Min(all.Left, Encoding.UTF8.GetByteCount(files[^1].Name) + 1));

            if ((flags & 2) != 0)
                all.Skip(Math.Min(all.Left, file.LengthSize));
            else
                all.Skip(Math.Min(all.Left, EndOfName(block, all.Position) - all.Position + 1));

            if (!Selection(ref all) || !Selection(ref all))
                break;
        }
    }

    /// <summary>Steps over a selection of elements; false where it is of a form that is not known, so that what follows is not found.</summary>
    private static bool Selection(ref Hdf5Cursor all)
    {
        if (all.Left < 8)
            return false;

        long type = all.U32();
        long version = all.U32();
        switch (type)
        {
            case 0 or 3:
                all.Skip(Math.Min(all.Left, 8));
                return true;
            case 1 or 2 when version == 1:
                all.Skip(Math.Min(all.Left, 4));
                all.Skip(Math.Min((long)all.Left, all.U32()));
                return true;
            case 2 when version == 2:
                all.Skip(Math.Min(1, all.Left));
                all.Skip(Math.Min((long)all.Left, all.U32()));
                return true;
            case 2 when version == 3:
                bool isRegular = (all.U8() & 1) != 0;
                int width = all.U8();
                long rank = all.U32();
                long blocks = isRegular ? 2 : all.Number(Math.Clamp(width, 1, 8));
                all.Skip((long)UInt128.Min((UInt128)all.Left, (UInt128)2 * (UInt128)rank * (UInt128)width * (UInt128)blocks));
                return true;
            default:
                return false;
        }
    }

    private static int EndOfName(ReadOnlySpan<byte> bytes, int from)
    {
        int end = bytes[from..].IndexOf((byte)0);
        return end < 0 ? bytes.Length - 1 : from + end;
    }

    private static string Name(ReadOnlySpan<byte> bytes, long from)
    {
        if (from >= bytes.Length)
            return "";

        ReadOnlySpan<byte> rest = bytes[(int)from..];
        int end = rest.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? rest : rest[..end]);
    }
}
