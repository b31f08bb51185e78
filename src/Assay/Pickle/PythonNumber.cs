// The number texts that CPython's unpickler accepts.
namespace Assay.Pickle;

/// <summary>How the unpicklers see a number text.</summary>
internal enum NumberText : byte
{
    /// <summary>No unpickler takes it.</summary>
    Invalid,

    /// <summary>Decimal digits, as picklers write them.</summary>
    Plain,

    /// <summary>Some unpickler takes it, and others may see another value or refuse.</summary>
    Odd,
}

/// <summary>
/// The number texts of protocol 0. The C unpickler reads INT by <c>strtol</c> with base 0 and, where that fails, like
/// <c>int(text, 0)</c>; LONG like <c>int(text, 0)</c> without a trailing L; GET and PUT in base 10.
/// </summary>
internal static class PythonNumber
{
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
        if (!isLong && nul > 0)
        {
            // strtol stops at the NUL and the unpickler is content with that.
            text = text[..nul];
        }

        text = text.Trim(" \t\r\v\f\n"u8);
        if (text.Length > 0 && (text[0] == (byte)'-' || text[0] == (byte)'+'))
        {
            text = text[1..];
        }

        return IsInteger(text) ? NumberText.Odd : NumberText.Invalid;
    }

    public static NumberText ClassifyFloat(ReadOnlySpan<byte> text)
    {
        bool plain = text.Length > 0;
        foreach (byte c in text)
        {
            plain &= c is (>= (byte)'0' and <= (byte)'9') or (byte)'.' or (byte)'-' or (byte)'+' or (byte)'e' or (byte)'E';
        }

        string trimmed = System.Text.Encoding.Latin1.GetString(text).Trim(' ', '\t', '\r', '\v', '\f', '\n', '\0');
        string bare = trimmed.TrimStart('-', '+').ToLowerInvariant();
        if (bare is "inf" or "infinity" or "nan")
        {
            return NumberText.Plain;
        }

        string digits = trimmed.Replace("_", "", StringComparison.Ordinal);
        bool parses = double.TryParse(digits, System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out _);
        return !parses ? NumberText.Invalid : plain ? NumberText.Plain : NumberText.Odd;
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
        if (text.Length == 0)
        {
            return false;
        }

        int radix = 10;
        if (text.Length > 2 && text[0] == (byte)'0' && (text[1] | 0x20) is 'x' or 'o' or 'b')
        {
            radix = (text[1] | 0x20) switch { 'x' => 16, 'o' => 8, _ => 2 };
            text = text[2..];
        }
        else if (text[0] == (byte)'0')
        {
            // strtol reads a leading zero as octal; int() refuses it unless the number is zero.
            radix = 8;
        }

        bool digit = false;
        foreach (byte c in text)
        {
            int value = c switch
            {
                >= (byte)'0' and <= (byte)'9' => c - '0',
                >= (byte)'a' and <= (byte)'f' => c - 'a' + 10,
                >= (byte)'A' and <= (byte)'F' => c - 'A' + 10,
                (byte)'_' => -1,
                _ => 99,
            };
            if (value >= radix)
            {
                return false;
            }

            digit |= value >= 0;
        }

        return digit;
    }
}
