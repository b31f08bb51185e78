// A set of numbers of readings, a bit each.
using System.Numerics;

namespace Assay.Store.Judging;

/// <summary>A set of numbers from 0 to a largest one.</summary>
internal sealed class BitSet(long largest)
{
    private const int Bits = 64;
    private readonly ulong[] _words = new ulong[(largest / Bits) + 1];

    /// <summary>How many are in it.</summary>
    public long Count => _words.Sum(w => (long)BitOperations.PopCount(w));

    /// <summary>Adds a number; those beyond the largest came after the question.</summary>
    public void Add(long number)
    {
        if (number >= 0 && number / Bits < _words.Length)
        {
            _words[number / Bits] |= 1UL << (int)(number % Bits);
        }
    }

    /// <summary>Whether a number is in it.</summary>
    public bool Contains(long number) => number >= 0 && number / Bits < _words.Length && (_words[number / Bits] >> (int)(number % Bits) & 1) != 0;

    /// <summary>Takes out what is not in another.</summary>
    public void And(BitSet other)
    {
        for (int i = 0; i < _words.Length; i++)
        {
            _words[i] &= other._words[i];
        }
    }

    /// <summary>The numbers, the smallest first.</summary>
    public IEnumerable<long> Ascending()
    {
        for (int i = 0; i < _words.Length; i++)
        {
            for (ulong word = _words[i]; word != 0; word &= word - 1)
            {
                yield return ((long)i * Bits) + BitOperations.TrailingZeroCount(word);
            }
        }
    }

    /// <summary>The numbers, the largest first.</summary>
    public IEnumerable<long> Descending()
    {
        for (int i = _words.Length - 1; i >= 0; i--)
        {
            for (ulong word = _words[i]; word != 0;)
            {
                int bit = BitOperations.Log2(word);
                yield return ((long)i * Bits) + bit;
                word &= ~(1UL << bit);
            }
        }
    }
}
