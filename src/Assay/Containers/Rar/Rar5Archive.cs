// The blocks of RAR 5 and later.
using System.Buffers.Binary;
using System.IO.Hashing;
using Assay.Bytes;
using Assay.Codecs;

namespace Assay.Containers.Rar;

/// <summary>RAR 5 (technote of RARLAB): blocks with a CRC-32 and numbers of seven bits a byte; the data follow.</summary>
internal sealed class Rar5Archive(ByteSource source, ByteRange window, ScanBudget budget, HeldMemory held) : RarArchive(source, window, budget, held)
{
    private const int LongestHeader = 2 << 20;
    private const int FileBlock = 2;
    private const int EncryptionBlock = 4;
    private const int EndBlock = 5;

    protected override bool Block()
    {
        long offset = End;
        byte[] start = Source.ReadUpTo(offset, (int)Math.Min(7, Area.End - offset));
        int at = 4;
        long length = start.Length > 4 ? Number(start, ref at) : -1;
        if (length <= 0 || length > LongestHeader || length > Area.End - offset - at)
        {
            return false;
        }

        int body = at;
        byte[] header = Source.ReadUpTo(offset, body + (int)length);
        if (Crc32.HashToUInt32(header.AsSpan(4)) != BinaryPrimitives.ReadUInt32LittleEndian(header))
        {
            Oddities.Add("rar.header-crc", offset, header.Length, "The CRC of a RAR header is wrong.");
        }

        long type = Number(header, ref at);
        long flags = Number(header, ref at);
        long extra = (flags & 1) != 0 ? Number(header, ref at) : 0;
        long data = (flags & 2) != 0 ? Number(header, ref at) : 0;
        if (type < 0 || flags < 0 || extra < 0 || data < 0 || extra > header.Length - at)
        {
            return false;
        }

        Structures.Add(new ByteRange(offset, header.Length));
        ByteRange packed = new ByteRange(offset + header.Length, data).ClampTo(Area.End);
        if (type == FileBlock && !File(offset, header, at, flags, packed, data, extra))
        {
            return false;
        }

        IsHeaderEncrypted = type == EncryptionBlock;
        HasEnd = type == EndBlock;
        End = packed.End;
        return true;
    }

    private bool File(long offset, byte[] header, int at, long blockFlags, ByteRange packed, long packedSize, long extra)
    {
        long flags = Number(header, ref at);
        long size = Number(header, ref at);
        long attributes = Number(header, ref at);
        const int HasTime = 2;
        const int HasCrc = 4;
        at += (flags & HasTime) != 0 ? 4 : 0;
        uint? crc = null;
        if ((flags & HasCrc) != 0)
        {
            if (at + 4 > header.Length)
            {
                return false;
            }

            crc = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(at));
            at += 4;
        }

        long compression = Number(header, ref at);
        long system = Number(header, ref at);
        long nameLength = Number(header, ref at);
        if (flags < 0 || size < 0 || attributes < 0 || compression < 0 || nameLength < 0 || nameLength > header.Length - at)
        {
            return false;
        }

        string name = Text(header.AsSpan(at, (int)nameLength));
        const int IsDirectory = 1;
        const int UnknownSize = 8;
        if ((flags & IsDirectory) != 0)
        {
            return true;
        }

        const int Unix = 1;
        const int Split = 0x18;
        bool stored = ((compression >> 7) & 7) == 0;
        Add(new RarFile(
            name,
            offset,
            packed,
            packedSize,
            (flags & UnknownSize) != 0 ? -1 : size,
            stored,
            IsEncrypted(header, header.Length - (int)extra),
            (blockFlags & Split) != 0,
            crc,
            (128L << 10) << (int)((compression >> 10) & 31),
            system == Unix ? (int)(attributes & 0xFFFF) : 0));
        return true;
    }

    /// <summary>Whether the extra records hold that of encryption (type 1).</summary>
    private static bool IsEncrypted(byte[] header, int at)
    {
        while (at < header.Length)
        {
            long length = Number(header, ref at);
            int body = at;
            if (length <= 0 || length > header.Length - at)
            {
                return false;
            }

            if (Number(header, ref at) == 1)
            {
                return true;
            }

            at = body + (int)length;
        }

        return false;
    }

    /// <summary>A number of seven bits a byte, or -1 when it is broken.</summary>
    private static long Number(ReadOnlySpan<byte> bytes, ref int at)
    {
        long value = 0;
        for (int shift = 0; shift < 63 && at < bytes.Length; shift += 7)
        {
            byte next = bytes[at++];
            value |= (long)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        return -1;
    }
}
