// The checksums that compressed streams and archives carry.
using System.Buffers.Binary;

namespace Assay.Codecs;

/// <summary>CRC-32 as gzip, zip, bzip2's container and xz use it (reflected polynomial 0xEDB88320), eight bytes at a time.</summary>
internal struct Crc32()
{
    private static readonly uint[] s_table = BuildTable();
    private uint _state = uint.MaxValue;

    public readonly uint Value => ~_state;

    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        Crc32 crc = new();
        crc.Add(bytes);
        return crc.Value;
    }

    public void Add(ReadOnlySpan<byte> bytes)
    {
        uint state = _state;
        ReadOnlySpan<uint> table = s_table;
        while (bytes.Length >= 8)
        {
            uint low = BinaryPrimitives.ReadUInt32LittleEndian(bytes) ^ state;
            uint high = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
            state = table[1792 + (int)(low & 0xFF)] ^ table[1536 + (int)((low >> 8) & 0xFF)]
                ^ table[1280 + (int)((low >> 16) & 0xFF)] ^ table[1024 + (int)(low >> 24)]
                ^ table[768 + (int)(high & 0xFF)] ^ table[512 + (int)((high >> 8) & 0xFF)]
                ^ table[256 + (int)((high >> 16) & 0xFF)] ^ table[(int)(high >> 24)];
            bytes = bytes[8..];
        }

        foreach (byte b in bytes)
        {
            state = table[(int)((state ^ b) & 0xFF)] ^ (state >> 8);
        }

        _state = state;
    }

    private static uint[] BuildTable()
    {
        uint[] table = new uint[8 * 256];
        for (uint i = 0; i < 256; i++)
        {
            uint value = i;
            for (int bit = 0; bit < 8; bit++)
            {
                value = (value & 1) != 0 ? 0xEDB88320 ^ (value >> 1) : value >> 1;
            }

            table[i] = value;
        }

        for (int i = 256; i < table.Length; i++)
        {
            table[i] = (table[i - 256] >> 8) ^ table[table[i - 256] & 0xFF];
        }

        return table;
    }
}

/// <summary>CRC-64 as xz uses it (ECMA-182, reflected).</summary>
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
