// The blocks of RAR up to version 4.
using System.Buffers.Binary;
using System.IO.Hashing;
using Assay.Bytes;
using Assay.Codecs;

namespace Assay.Containers.Rar;

/// <summary>RAR 1.5 to 4: blocks with a CRC-16, type, flags and length; the data follow.</summary>
internal sealed class Rar4Archive(ByteSource source, ByteRange window, ScanBudget budget, HeldMemory held) : RarArchive(source, window, budget, held)
{
    private const int MainBlock = 0x73;
    private const int FileBlock = 0x74;
    private const int NewSubBlock = 0x7A;
    private const int EndBlock = 0x7B;
    private const int HasData = 0x8000;
    private const int HeadersEncrypted = 0x80;

    protected override bool Block()
    {
        long offset = End;
        byte[] start = Source.ReadUpTo(offset, (int)Math.Min(7, Area.End - offset));
        if (start.Length < 7)
        {
            return false;
        }

        int type = start[2];
        int flags = BinaryPrimitives.ReadUInt16LittleEndian(start.AsSpan(3));
        int length = BinaryPrimitives.ReadUInt16LittleEndian(start.AsSpan(5));
        if (length < 7 || length > Area.End - offset || type is < 0x72 or > 0x7B)
        {
            return false;
        }

        byte[] header = Source.ReadUpTo(offset, length);
        if ((ushort)Crc32.HashToUInt32(header.AsSpan(2)) != BinaryPrimitives.ReadUInt16LittleEndian(header))
        {
            // The CRC of the main block and of files covers all; old archives are not strict for others.
            Oddities.Add("rar.header-crc", offset, length, "The CRC of a RAR header is wrong.");
        }

        Structures.Add(new ByteRange(offset, length));
        long data = 0;
        if (type is FileBlock or NewSubBlock)
        {
            if (length < 32)
            {
                return false;
            }

            data = File(offset, header, flags, type == FileBlock);
        }
        else if ((flags & HasData) != 0 && length >= 11)
        {
            data = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(7));
        }

        IsHeaderEncrypted = type == MainBlock && (flags & HeadersEncrypted) != 0;
        HasEnd = type == EndBlock;
        End = Math.Min(Area.End, data > Area.End ? Area.End : offset + length + data);
        return true;
    }

    private long File(long offset, byte[] header, int flags, bool isFile)
    {
        long packed = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(7));
        long size = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(11));
        int nameLength = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(26));
        int at = 32;
        const int Large = 0x100;
        if ((flags & Large) != 0 && header.Length >= 40)
        {
            packed |= (long)BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(32)) << 32;
            size |= (long)BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(36)) << 32;
            at += 8;
        }

        packed = Math.Max(0, packed);
        ReadOnlySpan<byte> name = header.AsSpan(at, Math.Min(nameLength, header.Length - at));
        const int Unicode = 0x200;
        if ((flags & Unicode) != 0 && name.IndexOf((byte)0) is int zero and >= 0)
        {
            // The second half encodes the same name as UTF-16; the first is it in the packer's locale.
            name = name[..zero];
        }

        const int DirectoryMask = 0xE0;
        if (isFile && (flags & DirectoryMask) != DirectoryMask)
        {
            const int Unix = 3;
            const int Stored = 0x30;
            const int Encrypted = 4;
            const int Split = 3;
            uint attributes = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(28));
            Add(new RarFile(
                Text(name).Replace('\\', '/'),
                offset,
                new ByteRange(offset + header.Length, packed).ClampTo(Area.End),
                packed,
                size < 0 ? -1 : size,
                header[25] == Stored,
                (flags & Encrypted) != 0,
                (flags & Split) != 0,
                BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(16)),
                4L << 20,
                header[15] == Unix ? (int)attributes : 0));
        }

        return packed;
    }
}
