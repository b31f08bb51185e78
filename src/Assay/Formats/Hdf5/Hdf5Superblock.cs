// The superblock: where an HDF5 file begins and how wide its numbers are.
using Assay.Bytes;

namespace Assay.Formats.Hdf5;

/// <summary>The superblock of versions 0 to 3.</summary>
/// <param name="Version">The version.</param>
/// <param name="Root">The object header of the root group.</param>
/// <param name="Extension">The object header of the superblock's extension, or undefined.</param>
/// <param name="Eof">Where the file ends as it says, counted from the signature.</param>
internal sealed record Hdf5Superblock(int Version, long Root, long Extension, long Eof)
{
    /// <summary>The signature; it stands at 0, 512, 1024 and so on, doubling, as the library looks for it.</summary>
    public static ReadOnlySpan<byte> Signature => [0x89, (byte)'H', (byte)'D', (byte)'F', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Where the signature stands in a range, or -1.</summary>
    public static long Find(ByteSource bytes, ByteRange range)
    {
        Span<byte> head = stackalloc byte[8];
        for (long at = 0; at + 8 <= range.Length; at = at == 0 ? 512 : at * 2)
        {
            if (bytes.ReadAt(range.Offset + at, head) == 8 && head.SequenceEqual(Signature))
                return range.Offset + at;

            if (at > long.MaxValue / 4)
                break;
        }

        return -1;
    }

    /// <summary>Reads the superblock at the base address of a file, and sets the widths of its numbers.</summary>
    public static Hdf5Superblock Read(Hdf5File file)
    {
        Hdf5Cursor all = new(file.Take(0, Math.Min(file.Length, 256), "The superblock"), file.Base, file);
        all.Skip(8);
        int version = all.U8();
        Hdf5Superblock read = version switch
        {
            0 or 1 => Old(file, ref all, version),
            2 or 3 => New(file, ref all, version),
            _ => throw new MalformedException(file.At(8), $"The superblock has version {version}."),
        };
        file.Parsed(0, all.Position);
        return read;
    }

    private static Hdf5Superblock Old(Hdf5File file, ref Hdf5Cursor all, int version)
    {
        all.Skip(4);
        Sizes(file, ref all);
        all.Skip(1);
        file.LeafK = Math.Max(1, all.U16());
        file.GroupK = Math.Max(1, all.U16());
        all.Skip(4);
        if (version == 1)
        {
            file.ChunkK = Math.Max(1, all.U16());
            all.Skip(2);
        }

        long stated = all.Address();
        all.Address();
        long eof = End(file, stated, all.Address());
        long driver = all.Address();
        all.Skip(file.OffsetSize);
        long root = all.Address();
        all.Skip(24);
        if (driver >= 0)
        {
            // The driver of files that lie in several pieces.
            Hdf5Cursor block = new(file.Take(driver, 16, "The driver's block"), file.At(driver), file);
            block.Skip(4);
            file.Parsed(driver, 16 + block.U32());
        }

        return new Hdf5Superblock(version, root, Hdf5File.Undefined, eof);
    }

    private static Hdf5Superblock New(Hdf5File file, ref Hdf5Cursor all, int version)
    {
        Sizes(file, ref all);
        all.Skip(1);
        long stated = all.Address();
        long extension = all.Address();
        long eof = End(file, stated, all.Address());
        long root = all.Address();
        all.Skip(4);
        return new Hdf5Superblock(version, root, extension, eof);
    }

    /// <summary>The end of the file is counted from where its base address counts from.</summary>
    private static long End(Hdf5File file, long stated, long eof) => eof >= 0 && stated > 0 && stated == file.Base ? Math.Max(0, eof - stated) : eof;

    private static void Sizes(Hdf5File file, ref Hdf5Cursor all)
    {
        long at = all.Offset;
        file.OffsetSize = all.U8();
        file.LengthSize = all.U8();
        if (file.OffsetSize is not (2 or 4 or 8 or 16 or 32) || file.LengthSize is not (2 or 4 or 8 or 16 or 32))
            throw new MalformedException(at, "The widths of addresses and lengths are none that HDF5 has.");
    }
}
