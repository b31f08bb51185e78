// The values of numbers.
using System.Globalization;
using System.Numerics;
using System.Text;

namespace Assay.Python.Syntax;

/// <summary>Reads literals of numbers.</summary>
internal static class NumberLiteral
{
    /// <summary>The type of a number, by how it is written.</summary>
    public static ConstantKind Kind(ReadOnlySpan<byte> source)
    {
        if (source.Length > 1 && source[0] == '0' && (source[1] | 0x20) is 'x' or 'o' or 'b')
        {
            return ConstantKind.Integer;
        }

        return (source[^1] | 0x20) == 'j' ? ConstantKind.Imaginary : source.ContainsAny(".eE"u8) ? ConstantKind.Float : ConstantKind.Integer;
    }

    /// <summary>The value of an integer; null when it is none, or has more than <paramref name="maxDigits"/> digits: decimal ones cost their square.</summary>
    public static BigInteger? Integer(ReadOnlySpan<byte> source, int maxDigits)
    {
        if (source.Length > maxDigits + 2)
        {
            return null;
        }

        string digits = Encoding.ASCII.GetString(source).Replace("_", "", StringComparison.Ordinal);
        bool prefixed = digits.Length > 1 && digits[0] == '0' && char.IsAsciiLetter(digits[1]);

        // A leading zero keeps a hexadecimal or binary number from being negative.
        return (prefixed ? digits[1] | 0x20 : 0) switch
        {
            'x' => BigInteger.TryParse("0" + digits[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out BigInteger value) ? value : null,
            'b' => BigInteger.TryParse("0" + digits[2..], NumberStyles.AllowBinarySpecifier, CultureInfo.InvariantCulture, out BigInteger value) ? value : null,
            'o' => Octal(digits.AsSpan(2)),
            _ => BigInteger.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out BigInteger value) ? value : null,
        };
    }

    /// <summary>The value of a float, or the imaginary part of a complex number; null when it is none.</summary>
    public static double? Real(ReadOnlySpan<byte> source)
    {
        string digits = Encoding.ASCII.GetString(source).Replace("_", "", StringComparison.Ordinal).TrimEnd('j', 'J');
        return double.TryParse(digits, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out double value) ? value : null;
    }

    private static BigInteger? Octal(ReadOnlySpan<char> digits)
    {
        // Each digit is three bits.
        StringBuilder bits = new("0", (digits.Length * 3) + 1);
        foreach (char digit in digits)
        {
            if (digit is < '0' or > '7')
            {
                return null;
            }

            bits.Append((char)('0' + ((digit >> 2) & 1))).Append((char)('0' + ((digit >> 1) & 1))).Append((char)('0' + (digit & 1)));
        }

        return digits.IsEmpty ? null : BigInteger.Parse(bits.ToString(), NumberStyles.AllowBinarySpecifier, CultureInfo.InvariantCulture);
    }
}
