// Texts that carry nothing: numbers, dates, identifiers of things, single words.
namespace Assay.Detection.Capacity;

/// <summary>The forms of texts that select or label and carry nothing else. All are told in one pass.</summary>
internal static class TextForms
{
    /// <summary>The longest text that is a word.</summary>
    public const int LongestWord = 64;

    /// <summary>The longest text of hexadecimal digits that is the name of something and not a message: SHA-512 with a sign.</summary>
    private const int LongestHex = 130;

    /// <summary>An identifier, or letters, digits, hyphens, underscores and plus signs.</summary>
    public static bool IsWord(ReadOnlySpan<char> text)
    {
        if (text.Length is 0 or > LongestWord)
            return false;

        foreach (char c in text)
        {
            if (!char.IsLetterOrDigit(c) && c is not ('_' or '-' or '+') && !IsMark(c))
                return false;
        }

        return true;
    }

    /// <summary>Words with a single blank or slash between them: a label, a unit, a kind of media.</summary>
    public static bool IsPhrase(ReadOnlySpan<char> text)
    {
        if (text.Length is 0 or > LongestWord)
            return false;

        foreach (Range part in text.SplitAny(' ', '/'))
        {
            if (!IsWord(text[part]) || text[part][0] is '-' or '+')
                return false;
        }

        return true;
    }

    /// <summary>What people write for people: at least three words, the first of them of letters only.</summary>
    public static bool IsSentence(ReadOnlySpan<char> text)
    {
        int words = 0;
        foreach (Range part in text.Split(' '))
        {
            ReadOnlySpan<char> word = text[part];
            foreach (char c in words == 0 ? word : [])
            {
                if (!char.IsLetter(c) && c is not (':' or ',' or '\''))
                    return false;
            }

            words += word.IsEmpty ? 0 : 1;
        }

        return words > 2;
    }

    /// <summary>An identifier of Python, as far as its letters are ASCII.</summary>
    public static bool IsIdentifier(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty || !(char.IsAsciiLetter(text[0]) || text[0] == '_'))
            return false;

        foreach (char c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '_')
                return false;
        }

        return true;
    }

    /// <summary>Two underscores on both sides of a name.</summary>
    public static bool IsDunder(ReadOnlySpan<char> text) =>
        text.Length > 4 && text.StartsWith("__") && text.EndsWith("__") && IsIdentifier(text);

    /// <summary>A number, a date or a time, a version, a shape, a UUID or a digest, the code of a device or of an element type.</summary>
    public static bool IsNumeric(ReadOnlySpan<char> text) =>
        IsNumberOrDate(text) || IsHex(text) || IsUuid(text) || IsVersion(text) || IsTypeCode(text) || IsDevice(text);

    // Digits and what stands between them in numbers, dates and times; at most the letters of an exponent, a zone or a unit.
    private static bool IsNumberOrDate(ReadOnlySpan<char> text)
    {
        if (text.Length > LongestWord)
            return false;

        int digits = 0, letters = 0, dots = 0;
        foreach (char c in text)
        {
            if (char.IsAsciiDigit(c))
                digits++;
            else if (c is 'e' or 'E' or 'T' or 'Z' or 'x' or 'j' or 'L')
                letters++;
            else if (c == '.')
                dots++;
            else if (c is not ('+' or '-' or ':' or ' ' or ',' or '_' or '%' or '/'))
                return false;
        }

        // Four numbers with dots are an address; a slash needs digits on both sides, else it is a path.
        return digits > 0 && letters <= 2 && dots < 3 && (char.IsAsciiDigit(text[^1]) || text[^1] is 'Z' or 'L' or 'j' or '%')
            && text[0] is not ('/' or ',' or ':' or '%' or ' ');
    }

    private static bool IsHex(ReadOnlySpan<char> text)
    {
        if (text.Length > LongestHex)
            return false;

        text = text.StartsWith("0x") ? text[2..] : text;
        foreach (char c in text)
        {
            if (!char.IsAsciiHexDigit(c))
                return false;
        }

        return text.Length >= 4 && text.IndexOfAnyInRange('0', '9') >= 0;
    }

    private static bool IsUuid(ReadOnlySpan<char> text)
    {
        if (text.Length != 36)
            return false;

        for (int i = 0; i < text.Length; i++)
        {
            if (i is 8 or 13 or 18 or 23 ? text[i] != '-' : !char.IsAsciiHexDigit(text[i]))
                return false;
        }

        return true;
    }

    // A short name of letters, then at least one number, with more numbers and letters behind dots: v1.2.3, cu118-2.0.1.
    private static bool IsVersion(ReadOnlySpan<char> text)
    {
        if (text.Length > 32)
            return false;

        int at = 0;
        while (at < text.Length && char.IsAsciiLetter(text[at]) && at < 8)
            at++;

        if (at == text.Length || !char.IsAsciiDigit(text[at]))
            return false;

        int dots = 0;
        bool number = true;
        for (int i = at; i < text.Length; i++)
        {
            if (text[i] == '.')
            {
                dots++;
                number &= i + 1 < text.Length && char.IsAsciiDigit(text[i + 1]);
            }
            else if (!char.IsAsciiLetterOrDigit(text[i]) && text[i] is not ('+' or '-' or '_'))
            {
                return false;
            }
        }

        return number && dots is > 0 and < 3;
    }

    // <f8, |O, >M8[ns], datetime64[ns]
    private static bool IsTypeCode(ReadOnlySpan<char> text)
    {
        if (text.Length is < 2 or > 24)
            return false;

        bool ordered = text[0] is '<' or '>' or '|' or '=';
        ReadOnlySpan<char> rest = ordered ? text[1..] : text;
        bool unit = rest.EndsWith("]") && rest.IndexOf('[') is > 0 and int open && (rest = rest[..open]).Length > 0;
        if (rest.IsEmpty || !(ordered || unit))
            return false;

        foreach (char c in rest)
        {
            if (!char.IsAsciiLetterOrDigit(c))
                return false;
        }

        return char.IsAsciiLetter(rest[0]);
    }

    // cuda:0, gpu:12; EPSG:4326, a number in a register
    private static bool IsDevice(ReadOnlySpan<char> text)
    {
        int colon = text.IndexOf(':');
        int longest = colon > 0 && text[..colon].IndexOfAnyExceptInRange('A', 'Z') < 0 ? 7 : 3;
        return colon is > 0 and < 12 && text.Length - colon > 1 && text.Length - colon <= longest && IsIdentifier(text[..colon]) && text[(colon + 1)..].IndexOfAnyExceptInRange('0', '9') < 0;
    }

    // Marks belong to the letters before them in many scripts.
    private static bool IsMark(char c) => c > 127 && char.GetUnicodeCategory(c) is System.Globalization.UnicodeCategory.NonSpacingMark
        or System.Globalization.UnicodeCategory.SpacingCombiningMark;
}
