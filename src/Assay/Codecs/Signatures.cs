// Tells compressions by the first bytes of their streams.
using System.Buffers.Binary;

namespace Assay.Codecs;

/// <summary>Tells compressions by the first bytes of their streams.</summary>
internal static class Signatures
{
    public static CodecKind? Sniff(ReadOnlySpan<byte> head)
    {
        if (head.Length < 2)
        {
            return null;
        }

        if (head.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B, 0x08]))
        {
            return CodecKind.Gzip;
        }

        if (head.StartsWith("BZh"u8) && head.Length > 3 && head[3] is >= (byte)'1' and <= (byte)'9')
        {
            return CodecKind.Bzip2;
        }

        if (head.StartsWith((ReadOnlySpan<byte>)[0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]))
        {
            return CodecKind.Xz;
        }

        uint magic = head.Length >= 4 ? BinaryPrimitives.ReadUInt32LittleEndian(head) : 0;
        if (magic == ZstdDecoder.Magic)
        {
            return CodecKind.Zstd;
        }

        if (magic is Lz4Decoder.Magic or Lz4Decoder.LegacyMagic)
        {
            return CodecKind.Lz4;
        }

        // Zstandard and LZ4 share the skippable frame; what follows it decides, and Zstandard when nothing does.
        if ((magic & 0xFFFFFFF0) == ZstdDecoder.SkippableMagic && head.Length >= 8)
        {
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(head[4..]);
            bool lz4 = length <= head.Length - 12
                && BinaryPrimitives.ReadUInt32LittleEndian(head[(8 + (int)length)..]) == Lz4Decoder.Magic;
            return lz4 ? CodecKind.Lz4 : CodecKind.Zstd;
        }

        if (IsLzmaAlone(head))
        {
            return CodecKind.LzmaAlone;
        }

        return IsZlib(head) ? CodecKind.Zlib : null;
    }

    private static bool IsZlib(ReadOnlySpan<byte> head) =>
        head[0] == 0x78 && head[1] is 0x01 or 0x5E or 0x9C or 0xDA && ((head[0] << 8) | head[1]) % 31 == 0;

    private static bool IsLzmaAlone(ReadOnlySpan<byte> head)
    {
        if (head.Length < 14 || head[0] != 0x5D)
        {
            return false;
        }

        // Encoders write 2^n or 2^n + 2^(n-1); the sizes are those that liblzma itself accepts. The range coder starts with zero.
        uint dictionary = BinaryPrimitives.ReadUInt32LittleEndian(head[1..]);
        ulong size = BinaryPrimitives.ReadUInt64LittleEndian(head[5..]);
        bool plausible = dictionary == uint.MaxValue
            || (dictionary >= 1 << 12 && (uint.IsPow2(dictionary) || (dictionary % 3 == 0 && uint.IsPow2(dictionary / 3))));
        return plausible && (size == ulong.MaxValue || size < 1UL << 38) && head[13] == 0;
    }
}
