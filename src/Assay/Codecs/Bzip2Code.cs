// One Huffman code of a bzip2 block.
using Assay.Bytes;

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
        uint ahead = bits.Peek(Longest);
        int fast = _fast[ahead >> (Longest - FastBits)];
        if (fast != 0)
        {
            bits.Drop(fast & 31);
            return fast >> 5;
        }

        for (int length = _shortest; length <= Longest; length++)
        {
            int code = (int)(ahead >> (Longest - length));
            if (code <= _limit[length])
            {
                bits.Drop(length);
                int place = code - _base[length];
                return place >= 0 && place < _count ? _order[place] : -1;
            }
        }

        bits.Drop(Longest);
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
