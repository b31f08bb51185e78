// The number texts that CPython's unpickler accepts.
using System.Globalization;

namespace Assay.Python.Literals;

/// <summary>How the unpicklers see a number text.</summary>
internal enum NumberText : byte
{
    /// <summary>No unpickler takes it.</summary>
    Invalid,

    /// <summary>Decimal digits, as picklers write them.</summary>
    Plain,

    /// <summary>All unpicklers take it, and other parsers may see another value or refuse.</summary>
    Odd,

    /// <summary>Only the C unpickler takes it.</summary>
    COnly,

    /// <summary>Only the Python unpickler takes it.</summary>
    PythonOnly,
}

/// <summary>
/// The number texts of protocol 0. The C unpickler reads INT by <c>strtol</c> with base 0 and, where that fails, like
/// <c>int(text, 0)</c>; LONG like <c>int(text, 0)</c> without a trailing L; GET and PUT in base 10.
/// </summary>
internal static class NumberTexts
{
    private const int LongestFloat = 4096;

    /// <summary>So many digits and an exponent of two more are no number that a double cannot hold.</summary>
    private const int ShortFloat = 200;

    public static NumberText ClassifyInt(ReadOnlySpan<byte> text, bool isLong)
    {
        if (isLong && text.Length > 0 && text[^1] == (byte)'L')
        {
            text = text[..^1];
        }

        if (IsPlainDecimal(text))
        {
            return NumberText.Plain;
        }

        int nul = text.IndexOf((byte)0);
        if (nul >= 0)
        {
            // C reads up to the NUL and is content with that; Python refuses.
            return CInt(text[..nul], isLong) || (nul == 0 && !isLong) ? NumberText.COnly : NumberText.Invalid;
        }

        return (CInt(text, isLong), PythonInt(text)) switch
        {
            (true, true) => NumberText.Odd,
            (true, false) => NumberText.COnly,
            (false, true) => NumberText.PythonOnly,
            _ => NumberText.Invalid,
        };
    }

    /// <summary><c>strtol</c> with base 0, or else <c>int(text, 0)</c>; LONG only the latter.</summary>
    private static bool CInt(ReadOnlySpan<byte> text, bool isLong)
    {
        if (PythonInt(text))
        {
            return true;
        }

        // What strtol takes beyond that: a leading zero makes the number octal. Too many digits overflow it.
        ReadOnlySpan<byte> digits = text.TrimStart(" \t\r\v\f\n"u8);
        if (digits.Length > 0 && (digits[0] == (byte)'-' || digits[0] == (byte)'+'))
        {
            digits = digits[1..];
        }

        return !isLong && digits.Length > 0 && digits[0] == (byte)'0' && digits.IndexOfAnyExceptInRange((byte)'0', (byte)'7') < 0
            && digits.TrimStart((byte)'0').Length <= 21;
    }

    /// <summary><c>int(text, 0)</c>.</summary>
    private static bool PythonInt(ReadOnlySpan<byte> text)
    {
        text = text.Trim(" \t\r\v\f\n"u8);
        if (text.Length > 0 && (text[0] == (byte)'-' || text[0] == (byte)'+'))
        {
            text = text[1..];
        }

        return IsInteger(text);
    }

    /// <summary>FLOAT: the C unpickler takes what <c>strtod</c> takes whole, the Python one what <c>float()</c> takes.</summary>
    public static NumberText ClassifyFloat(ReadOnlySpan<byte> text)
    {
        if (IsPlainFloat(text))
        {
            return NumberText.Plain;
        }

        int nul = text.IndexOf((byte)0);
        ReadOnlySpan<byte> upToNul = nul < 0 ? text : text[..nul];
        // strtod's range is checked by the one in C, which raises; float() gives an infinity.
        bool c = IsFloat(upToNul) && !IsBeyondRange(upToNul);
        bool python = nul < 0 && IsFloat(Ungrouped(text.Trim(" \t\r\v\f\n"u8)));
        return (c, python) switch
        {
            (true, true) => NumberText.Plain,
            (true, false) => NumberText.COnly,
            (false, true) => NumberText.PythonOnly,
            _ => NumberText.Invalid,
        };
    }

    /// <summary>Whether a text is digits with at most one point and one short exponent, as picklers write nearly all numbers: all unpicklers take it.</summary>
    private static bool IsPlainFloat(ReadOnlySpan<byte> text)
    {
        if (text.Length is 0 or > ShortFloat)
        {
            return false;
        }

        int at = text[0] == (byte)'-' ? 1 : 0;
        int whole = Digits(text, ref at);
        int part = 0;
        if (at < text.Length && text[at] == (byte)'.')
        {
            at++;
            part = Digits(text, ref at);
        }

        if (whole + part > 0 && at < text.Length && (text[at] | 0x20) == 'e')
        {
            at += at + 1 < text.Length && text[at + 1] is (byte)'-' or (byte)'+' ? 2 : 1;
            return Digits(text, ref at) is 1 or 2 && at == text.Length;
        }

        return whole + part > 0 && at == text.Length;
    }

    private static int Digits(ReadOnlySpan<byte> text, ref int at)
    {
        int start = at;
        while (at < text.Length && (uint)(text[at] - '0') <= 9)
        {
            at++;
        }

        return at - start;
    }

    private static bool IsFloat(ReadOnlySpan<byte> text)
    {
        if (text.Length is 0 or > LongestFloat)
        {
            return false;
        }

        string all = System.Text.Encoding.Latin1.GetString(text);
        string bare = (all[0] is '-' or '+' ? all[1..] : all).ToLowerInvariant();
        if (bare is "inf" or "infinity" or "nan")
        {
            return true;
        }

        foreach (char ch in all)
        {
            if (!(ch is (>= '0' and <= '9') or '.' or '-' or '+' or 'e' or 'E'))
            {
                return false;
            }
        }

        return double.TryParse(all, NumberStyles.Float, CultureInfo.InvariantCulture, out _);
    }

    /// <summary>Whether digits say a number that is larger than any double.</summary>
    private static bool IsBeyondRange(ReadOnlySpan<byte> text) =>
        (text[0] is (byte)'-' or (byte)'+' ? text[1..] : text) is [(>= (byte)'0' and <= (byte)'9') or (byte)'.', ..]
        && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsInfinity(number);

    /// <summary>The text without underscores between digits; empty where they stand anywhere else.</summary>
    private static byte[] Ungrouped(ReadOnlySpan<byte> text)
    {
        List<byte> kept = new(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != (byte)'_')
            {
                kept.Add(text[i]);
            }
            else if (i == 0 || i + 1 == text.Length || !char.IsAsciiDigit((char)text[i - 1]) || !char.IsAsciiDigit((char)text[i + 1]))
            {
                return [];
            }
        }

        return [.. kept];
    }

    /// <summary>An index in base 10; false where the unpickler raises.</summary>
    public static bool TryIndex(ReadOnlySpan<byte> text, out long index)
    {
        text = text.Trim(" \t\r\v\f\n"u8);
        index = 0;
        bool negative = text.Length > 0 && text[0] == (byte)'-';
        if (text.Length > 0 && (text[0] == (byte)'-' || text[0] == (byte)'+'))
        {
            text = text[1..];
        }

        if (text.Length is 0 or > 4300)
        {
            return false;
        }

        bool digitBefore = false;
        foreach (byte c in text)
        {
            if (c == (byte)'_' && digitBefore)
            {
                digitBefore = false;
                continue;
            }

            if (c is < (byte)'0' or > (byte)'9' || index > (long.MaxValue - 9) / 10)
            {
                return false;
            }

            index = (index * 10) + (c - '0');
            digitBefore = true;
        }

        index = negative ? -index : index;
        return digitBefore;
    }

    private static bool IsPlainDecimal(ReadOnlySpan<byte> text)
    {
        if (text.Length > 0 && text[0] == (byte)'-')
        {
            text = text[1..];
        }

        if (text.Length == 0 || (text.Length > 1 && text[0] == (byte)'0' && !text.SequenceEqual("00"u8) && !text.SequenceEqual("01"u8)))
        {
            return false;
        }

        return text.IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0;
    }

    private static bool IsInteger(ReadOnlySpan<byte> text)
    {
        int radix = 10;
        bool digitBefore = false;
        if (text.Length > 2 && text[0] == (byte)'0' && (text[1] | 0x20) is 'x' or 'o' or 'b')
        {
            radix = (text[1] | 0x20) switch { 'x' => 16, 'o' => 8, _ => 2 };
            text = text[2..];
            digitBefore = true;
        }
        else if (text.Length > 1 && text[0] == (byte)'0' && text.IndexOfAnyExcept("0_"u8) >= 0)
        {
            // int() refuses a leading zero unless the number is zero.
            return false;
        }

        bool digit = false;
        foreach (byte c in text)
        {
            if (c == (byte)'_')
            {
                if (!digitBefore)
                {
                    return false;
                }

                digitBefore = false;
                continue;
            }

            int value = c switch
            {
                >= (byte)'0' and <= (byte)'9' => c - '0',
                >= (byte)'a' and <= (byte)'f' => c - 'a' + 10,
                >= (byte)'A' and <= (byte)'F' => c - 'A' + 10,
                _ => 99,
            };
            if (value >= radix)
            {
                return false;
            }

            digit = true;
            digitBefore = true;
        }

        return digit && digitBefore;
    }
}
