// One Huffman code of a bzip2 block.
using System.Buffers.Binary;

namespace Assay.Codecs;

/// <summary>
/// A Huffman code of bzip2, of up to 258 symbols of up to 20 bits. Codes that are incomplete or that say too much are read as bzip2 1.0.8 reads
/// them: the shortest code that fits is taken, and only a code that is used and not there breaks the stream.
/// </summary>
internal sealed class Bzip2Code
{
    private const int Longest = 20;
    private const int FastBits = 10;
    private const int MostSymbols = 258;

    /// <summary>The most bytes that are looked at for a group of symbols.</summary>
    private const int MostGroupBytes = ((Bzip2Block.GroupSize * Longest) / 8) + 1 + sizeof(ulong);

    private readonly byte[] _lengths = new byte[MostSymbols];
    private readonly ushort[] _order = new ushort[MostSymbols];
    private readonly int[] _limit = new int[Longest + 2];
    private readonly int[] _base = new int[Longest + 2];
    private readonly ushort[] _fast = new ushort[1 << FastBits];
    private int _count;
    private int _shortest;

    /// <summary>Reads the lengths of the codes; false when one is out of range.</summary>
    public bool TryRead(BitsFromTheTop bits, int count)
    {
        _count = count;
        int length = (int)bits.Take(5);
        for (int i = 0; i < count; i++)
        {
            while (true)
            {
                if (length is < 1 or > Longest)
                {
                    return false;
                }

                if (bits.Take(1) == 0)
                {
                    break;
                }

                length += bits.Take(1) == 0 ? 1 : -1;
            }

            _lengths[i] = (byte)length;
        }

        Build();
        return true;
    }

    /// <summary>The next symbol, or -1 when there is no such code.</summary>
    public int Next(BitsFromTheTop bits)
    {
        int symbol = Of((ulong)bits.Peek(Longest) << (64 - Longest), out int length);
        bits.Drop(length);
        return symbol;
    }

    /// <summary>
    /// The next <see cref="Bzip2Block.GroupSize"/> symbols, or fewer where they end with <paramref name="end"/> or with no code, -1. Returns how many they are.
    /// </summary>
    public int Next(BitsFromTheTop bits, int end, Span<short> symbols)
    {
        int at = 0;
        if (!bits.TryLend(MostGroupBytes, out ReadOnlySpan<byte> ready, out ulong held, out int count))
        {
            while (at < Bzip2Block.GroupSize)
            {
                int symbol = Next(bits);
                symbols[at++] = (short)symbol;
                if (symbol < 0 || symbol == end)
                {
                    break;
                }
            }

            return at;
        }

        int read = 0;
        ReadOnlySpan<ushort> fast = _fast;
        while (at < Bzip2Block.GroupSize)
        {
            if (count < Longest)
            {
                // Whole bytes are added: bits that are there already are put there again.
                held |= BinaryPrimitives.ReadUInt64BigEndian(ready[read..]) >> count;
                read += (63 - count) >> 3;
                count |= 56;
            }

            int entry = fast[(int)(held >> (64 - FastBits))];
            int length = entry & 31;
            int symbol = entry != 0 ? entry >> 5 : Of(held, out length);
            held <<= length;
            count -= length;
            symbols[at++] = (short)symbol;
            if (symbol < 0 || symbol == end)
            {
                break;
            }
        }

        bits.GiveBack(read, held, count);
        return at;
    }

    /// <summary>The symbol that the highest bits of <paramref name="ahead"/> stand for, or -1, and how many they are.</summary>
    private int Of(ulong ahead, out int length)
    {
        int fast = _fast[(int)(ahead >> (64 - FastBits))];
        if (fast != 0)
        {
            length = fast & 31;
            return fast >> 5;
        }

        for (length = _shortest; length <= Longest; length++)
        {
            int code = (int)(ahead >> (64 - length));
            if (code <= _limit[length])
            {
                int place = code - _base[length];
                return place >= 0 && place < _count ? _order[place] : -1;
            }
        }

        length = Longest;
        return -1;
    }

    private void Build()
    {
        Span<int> perLength = stackalloc int[Longest + 1];
        perLength.Clear();
        foreach (byte length in _lengths.AsSpan(0, _count))
        {
            perLength[length]++;
        }

        _fast.AsSpan().Clear();
        _shortest = Longest;
        int place = 0;
        int code = 0;
        for (int length = 1; length <= Longest; length++)
        {
            code <<= 1;
            if (perLength[length] > 0)
            {
                _shortest = Math.Min(_shortest, length);
            }

            _base[length] = code - place;
            for (int i = 0; i < _count && perLength[length] > 0; i++)
            {
                if (_lengths[i] == length)
                {
                    _order[place++] = (ushort)i;
                    Fast(code++, length, i);
                }
            }

            _limit[length] = code - 1;
        }
    }

    private void Fast(int code, int length, int symbol)
    {
        if (length > FastBits || code >= 1 << length)
        {
            return;
        }

        foreach (ref ushort entry in _fast.AsSpan(code << (FastBits - length), 1 << (FastBits - length)))
        {
            // Where codes say too much, the shorter one counts.
            entry = entry == 0 ? (ushort)((symbol << 5) | length) : entry;
        }
    }
}
