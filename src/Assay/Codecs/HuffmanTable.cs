// Decodes the prefix codes of deflate: short codes by one look-up, long ones bit by bit.
namespace Assay.Codecs;

/// <summary>A canonical prefix code of RFC 1951, section 3.2.2.</summary>
internal sealed class HuffmanTable(int maxSymbols)
{
    public const int LongestCode = 15;
    private const int DirectBits = 10;

    // Symbol in the high bits, length of the code in the low four; 0 means that the code is longer, or does not exist.
    private readonly ushort[] _direct = new ushort[1 << DirectBits];
    private readonly ushort[] _symbols = new ushort[maxSymbols];
    private readonly ushort[] _counts = new ushort[LongestCode + 1];

    /// <summary>Builds the code; false when the lengths describe more codes than there can be.</summary>
    public bool TryBuild(ReadOnlySpan<byte> lengths)
    {
        Array.Clear(_direct);
        Array.Clear(_counts);
        foreach (byte length in lengths)
        {
            _counts[length]++;
        }

        _counts[0] = 0;
        int left = 1;
        Span<ushort> offsets = stackalloc ushort[LongestCode + 2];
        Span<uint> next = stackalloc uint[LongestCode + 2];
        uint code = 0;
        for (int length = 1; length <= LongestCode; length++)
        {
            left = (left << 1) - _counts[length];
            if (left < 0)
            {
                return false;
            }

            offsets[length + 1] = (ushort)(offsets[length] + _counts[length]);
            next[length] = code;
            code = (code + _counts[length]) << 1;
        }

        for (int symbol = 0; symbol < lengths.Length; symbol++)
        {
            int length = lengths[symbol];
            if (length == 0)
            {
                continue;
            }

            _symbols[offsets[length]++] = (ushort)symbol;
            uint reversed = Reverse(next[length]++, length);
            if (length <= DirectBits)
            {
                ushort entry = (ushort)((symbol << 4) | length);
                for (uint i = reversed; i < 1 << DirectBits; i += 1u << length)
                {
                    _direct[i] = entry;
                }
            }
        }

        return true;
    }

    /// <summary>
    /// The symbol whose code lies in the low bits of <paramref name="bits"/>, and the length of the code; -1 when there is no such
    /// code. The caller provides at least <see cref="LongestCode"/> bits, zero where the input has ended.
    /// </summary>
    public int Decode(ulong bits, out int length)
    {
        int entry = _direct[(int)bits & ((1 << DirectBits) - 1)];
        length = entry & 15;
        return entry != 0 ? entry >> 4 : DecodeLong(bits, out length);
    }

    private int DecodeLong(ulong bits, out int length)
    {
        int code = 0;
        int first = 0;
        int index = 0;
        for (length = 1; length <= LongestCode; length++)
        {
            code |= (int)(bits & 1);
            bits >>= 1;
            int count = _counts[length];
            if (code - count < first)
            {
                return _symbols[index + (code - first)];
            }

            index += count;
            first = (first + count) << 1;
            code <<= 1;
        }

        length = LongestCode;
        return -1;
    }

    private static uint Reverse(uint code, int length)
    {
        uint reversed = 0;
        for (int i = 0; i < length; i++)
        {
            reversed = (reversed << 1) | (code & 1);
            code >>= 1;
        }

        return reversed;
    }
}
