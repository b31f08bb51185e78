// The checksums that compressed streams and archives carry.
using System.Buffers;
using System.IO.Hashing;
using Assay.Bytes;

namespace Assay.Codecs;

/// <summary>CRC-32 as gzip, zip, 7z, RAR and xz use it.</summary>
internal static class ContentChecksum
{
    private const int Step = 64 << 10;

    /// <summary>The CRC-32 of all bytes of a source.</summary>
    public static uint Crc32(ByteSource bytes, ScanBudget budget)
    {
        Crc32 crc = new();
        byte[] buffer = ArrayPool<byte>.Shared.Rent((int)Math.Clamp(bytes.Length, 1, Step));
        try
        {
            long at = 0;
            for (int got; (got = bytes.ReadAt(at, buffer)) > 0; at += got)
            {
                budget.Poll(at);
                crc.Append(buffer.AsSpan(0, got));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return crc.GetCurrentHashAsUInt32();
    }
}

/// <summary>CRC-64 as xz uses it: ECMA-182, reflected, which the runtime does not have.</summary>
internal struct Crc64()
{
    private static readonly ulong[] s_table = BuildTable();
    private ulong _state = ulong.MaxValue;

    public readonly ulong Value => ~_state;

    public void Add(ReadOnlySpan<byte> bytes)
    {
        ulong state = _state;
        foreach (byte b in bytes)
        {
            state = s_table[(int)((state ^ b) & 0xFF)] ^ (state >> 8);
        }

        _state = state;
    }

    private static ulong[] BuildTable()
    {
        ulong[] table = new ulong[256];
        for (uint i = 0; i < 256; i++)
        {
            ulong value = i;
            for (int bit = 0; bit < 8; bit++)
            {
                value = (value & 1) != 0 ? 0xC96C5795D7870F42 ^ (value >> 1) : value >> 1;
            }

            table[i] = value;
        }

        return table;
    }
}

/// <summary>Adler-32 as zlib uses it (RFC 1950).</summary>
internal struct Adler32()
{
    private uint _a = 1;
    private uint _b;

    public readonly uint Value => (_b << 16) | _a;

    public void Add(ReadOnlySpan<byte> bytes)
    {
        // 5552 is the longest run after which the sums cannot have overflowed.
        while (!bytes.IsEmpty)
        {
            int count = Math.Min(bytes.Length, 5552);
            foreach (byte b in bytes[..count])
            {
                _a += b;
                _b += _a;
            }

            _a %= 65521;
            _b %= 65521;
            bytes = bytes[count..];
        }
    }
}
