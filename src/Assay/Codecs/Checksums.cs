// The checksums that compressed streams and archives carry.
using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
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
                budget.SpendWork(got / WorkCosts.BytesRead, at);
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

/// <summary>CRC-32 as bzip2 uses it (polynomial 0x04C11DB7, from the highest bit on), eight bytes at a time.</summary>
internal struct Bzip2Crc()
{
    private static readonly uint[] s_table = BuildTable();
    private uint _state = uint.MaxValue;

    public readonly uint Value => ~_state;

    public void Add(ReadOnlySpan<byte> bytes)
    {
        uint state = _state;
        ReadOnlySpan<uint> table = s_table;
        while (bytes.Length >= 8)
        {
            uint high = BinaryPrimitives.ReadUInt32BigEndian(bytes) ^ state;
            uint low = BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]);
            state = table[1792 + (int)(high >> 24)] ^ table[1536 + (int)((high >> 16) & 0xFF)]
                ^ table[1280 + (int)((high >> 8) & 0xFF)] ^ table[1024 + (int)(high & 0xFF)]
                ^ table[768 + (int)(low >> 24)] ^ table[512 + (int)((low >> 16) & 0xFF)]
                ^ table[256 + (int)((low >> 8) & 0xFF)] ^ table[(int)(low & 0xFF)];
            bytes = bytes[8..];
        }

        foreach (byte b in bytes)
        {
            state = table[(int)((state >> 24) ^ b)] ^ (state << 8);
        }

        _state = state;
    }

    private static uint[] BuildTable()
    {
        uint[] table = new uint[8 * 256];
        for (uint i = 0; i < 256; i++)
        {
            uint value = i << 24;
            for (int bit = 0; bit < 8; bit++)
            {
                value = (value & 0x80000000) != 0 ? 0x04C11DB7 ^ (value << 1) : value << 1;
            }

            table[i] = value;
        }

        for (int i = 256; i < table.Length; i++)
        {
            table[i] = (table[i - 256] << 8) ^ table[table[i - 256] >> 24];
        }

        return table;
    }
}

/// <summary>CRC-64 as xz uses it (ECMA-182, reflected), which the runtime does not have; eight bytes at a time.</summary>
internal struct Crc64()
{
    private static readonly ulong[] s_table = BuildTable();
    private ulong _state = ulong.MaxValue;

    public readonly ulong Value => ~_state;

    public void Add(ReadOnlySpan<byte> bytes)
    {
        ulong state = _state;
        ReadOnlySpan<ulong> table = s_table;
        while (bytes.Length >= 8)
        {
            ulong next = BinaryPrimitives.ReadUInt64LittleEndian(bytes) ^ state;
            state = table[1792 + (int)(next & 0xFF)] ^ table[1536 + (int)((next >> 8) & 0xFF)]
                ^ table[1280 + (int)((next >> 16) & 0xFF)] ^ table[1024 + (int)((next >> 24) & 0xFF)]
                ^ table[768 + (int)((next >> 32) & 0xFF)] ^ table[512 + (int)((next >> 40) & 0xFF)]
                ^ table[256 + (int)((next >> 48) & 0xFF)] ^ table[(int)(next >> 56)];
            bytes = bytes[8..];
        }

        foreach (byte b in bytes)
        {
            state = table[(int)((state ^ b) & 0xFF)] ^ (state >> 8);
        }

        _state = state;
    }

    private static ulong[] BuildTable()
    {
        ulong[] table = new ulong[8 * 256];
        for (uint i = 0; i < 256; i++)
        {
            ulong value = i;
            for (int bit = 0; bit < 8; bit++)
            {
                value = (value & 1) != 0 ? 0xC96C5795D7870F42 ^ (value >> 1) : value >> 1;
            }

            table[i] = value;
        }

        for (int i = 256; i < table.Length; i++)
        {
            table[i] = (table[i - 256] >> 8) ^ table[(int)(table[i - 256] & 0xFF)];
        }

        return table;
    }
}

/// <summary>Adler-32 as zlib uses it (RFC 1950), sixteen bytes at a time.</summary>
internal struct Adler32()
{
    private const uint Modulus = 65521;

    // The longest run of whole vectors after which the sums cannot have overflowed; RFC 1950's own is 5552.
    private const int LongestRun = 5536;
    private uint _a = 1;
    private uint _b;

    public readonly uint Value => (_b << 16) | _a;

    public void Add(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            ReadOnlySpan<byte> run = bytes[..Math.Min(bytes.Length, LongestRun)];
            int done = AddVectors(run);
            foreach (byte b in run[done..])
            {
                _a += b;
                _b += _a;
            }

            _a %= Modulus;
            _b %= Modulus;
            bytes = bytes[run.Length..];
        }
    }

    private int AddVectors(ReadOnlySpan<byte> run)
    {
        ReadOnlySpan<Vector128<byte>> vectors = MemoryMarshal.Cast<byte, Vector128<byte>>(run);
        if (vectors.IsEmpty)
        {
            return 0;
        }

        // Of sixteen bytes, the first counts sixteen times in the second sum, and all that was before counts sixteen times each.
        Vector128<ushort> firstWeights = Vector128.Create((ushort)16, 15, 14, 13, 12, 11, 10, 9);
        Vector128<ushort> lastWeights = Vector128.Create((ushort)8, 7, 6, 5, 4, 3, 2, 1);
        Vector128<uint> sums = default;
        Vector128<uint> before = default;
        Vector128<uint> weighted = default;
        foreach (Vector128<byte> vector in vectors)
        {
            before += sums;
            (Vector128<ushort> first, Vector128<ushort> last) = Vector128.Widen(vector);
            (Vector128<uint> low, Vector128<uint> high) = Vector128.Widen(first + last);
            sums += low + high;
            (low, high) = Vector128.Widen((first * firstWeights) + (last * lastWeights));
            weighted += low + high;
        }

        _b += (_a * (uint)(vectors.Length * 16)) + (Vector128.Sum(before) * 16) + Vector128.Sum(weighted);
        _a += Vector128.Sum(sums);
        return vectors.Length * 16;
    }
}
