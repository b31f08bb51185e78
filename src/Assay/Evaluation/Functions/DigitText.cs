// Whole numbers as digits, and digits as whole numbers, in any base.
using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Assay.Evaluation.Functions;

/// <summary>Reads and writes whole numbers of any length in the bases from 2 to 36.</summary>
internal static class DigitText
{
    /// <summary>CPython refuses to make a number of more decimal digits than 4,300, or such digits of a number.</summary>
    public const int MostDigits = 4096;

    /// <summary>Bits of the largest number that is written in decimal digits.</summary>
    private const int MostDecimalBits = 14_000;

    /// <summary>A number in decimal digits; null where it has more of them than Python writes.</summary>
    public static string? Decimal(BigInteger number) => number.GetBitLength() < MostDecimalBits ? number.ToString(CultureInfo.InvariantCulture) : null;

    /// <summary>A number that is not negative in base 2, 8 or 16.</summary>
    public static string InPowerOfTwo(BigInteger number, int bits)
    {
        byte[] bytes = number.ToByteArray(isUnsigned: true);
        int digits = (int)Math.Max(1, (number.GetBitLength() + bits - 1) / bits);
        return string.Create(digits, (bytes, bits), static (made, from) =>
        {
            for (int i = 0; i < made.Length; i++)
            {
                int at = i * from.bits;
                int low = from.bytes[at >> 3];
                int high = (at >> 3) + 1 < from.bytes.Length ? from.bytes[(at >> 3) + 1] : 0;
                made[^(i + 1)] = "0123456789abcdef"[((low | (high << 8)) >> (at & 7)) & ((1 << from.bits) - 1)];
            }
        });
    }

    /// <summary>The number that at most <see cref="MostDigits"/> digits mean; null where one is none of the base.</summary>
    public static BigInteger? Parse(ReadOnlySpan<char> digits, int radix)
    {
        if (digits.IsEmpty || digits.Length > MostDigits)
        {
            return null;
        }

        // Some digits at a time make a step of one word.
        (int each, ulong scale) = (1, (ulong)radix);
        while (scale * (ulong)radix <= uint.MaxValue)
        {
            each++;
            scale *= (ulong)radix;
        }

        uint[] words = new uint[((digits.Length * BitOperations.Log2((uint)(2 * radix) - 1)) / 32) + 2];
        int used = 0;
        for (int at = 0; at < digits.Length;)
        {
            int count = (digits.Length - at) % each is > 0 and int first ? first : each;
            ulong carry = 0;
            ulong factor = 1;
            foreach (char c in digits.Slice(at, count))
            {
                int digit = char.IsAsciiDigit(c) ? c - '0' : char.IsAsciiLetterLower(c) ? c - 'a' + 10 : 99;
                if (digit >= radix)
                {
                    return null;
                }

                carry = (carry * (ulong)radix) + (ulong)digit;
                factor *= (ulong)radix;
            }

            for (int i = 0; i < used; i++)
            {
                carry += words[i] * factor;
                words[i] = (uint)carry;
                carry >>= 32;
            }

            if (carry > 0)
            {
                words[used++] = (uint)carry;
            }

            at += count;
        }

        Span<uint> made = words.AsSpan(0, used);
        if (!BitConverter.IsLittleEndian)
        {
            BinaryPrimitives.ReverseEndianness(made, made);
        }

        return new BigInteger(MemoryMarshal.AsBytes(made), isUnsigned: true);
    }
}
