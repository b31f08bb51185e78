// Writes constants as Python would, so that nothing in them is obeyed.
using System.Buffers;
using System.Globalization;
using System.Text;

namespace Assay.Evaluation.Decompiler;

/// <summary>Writes constants as Python's <c>repr</c> does, or stricter.</summary>
internal static class PythonLiteral
{
    private static readonly SearchValues<char> s_float = SearchValues.Create("0123456789+-.eE_");
    private static readonly SearchValues<char> s_int = SearchValues.Create("0123456789-+xXoObB_abcdefABCDEF");

    private static readonly HashSet<string> s_keywords =
    [
        "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif", "else", "except",
        "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try",
        "while", "with", "yield",
    ];

    /// <summary>A name as a str literal of ASCII: a letter of another script may look like one of ours.</summary>
    public static string Name(string text) => Str(text, ascii: true);

    /// <summary>A str literal. What has no ink, joins or turns is escaped.</summary>
    public static string Str(string text, bool ascii = false)
    {
        char quote = Quote(text.Contains('\'', StringComparison.Ordinal), text.Contains('"', StringComparison.Ordinal));
        StringBuilder literal = new(text.Length + 2);
        literal.Append(quote);
        for (int at = 0; at < text.Length;)
        {
            if (!Rune.TryGetRuneAt(text, at, out Rune rune))
            {
                literal.Append(CultureInfo.InvariantCulture, $"\\u{(int)text[at]:x4}");
                at++;
                continue;
            }

            at += rune.Utf16SequenceLength;
            if (rune.IsAscii)
            {
                Ascii(literal, (byte)rune.Value, quote);
            }
            else if (!ascii && IsPlain(rune))
            {
                literal.Append(rune);
            }
            else if (rune.Value < 0x100)
            {
                literal.Append(CultureInfo.InvariantCulture, $"\\x{rune.Value:x2}");
            }
            else
            {
                literal.Append(CultureInfo.InvariantCulture, $"\\{(rune.IsBmp ? 'u' : 'U')}{rune.Value.ToString(rune.IsBmp ? "x4" : "x8", CultureInfo.InvariantCulture)}");
            }
        }

        return literal.Append(quote).ToString();
    }

    /// <summary>A bytes literal.</summary>
    public static string Bytes(ReadOnlySpan<byte> bytes)
    {
        char quote = Quote(bytes.Contains((byte)'\''), bytes.Contains((byte)'"'));
        StringBuilder literal = new(bytes.Length + 3);
        literal.Append('b').Append(quote);
        foreach (byte value in bytes)
        {
            Ascii(literal, value, quote);
        }

        return literal.Append(quote).ToString();
    }

    /// <summary>A float from the text of a number.</summary>
    public static string Float(string text)
    {
        if (text.AsSpan().IndexOfAnyExcept(s_float) >= 0 || text.Length == 0)
        {
            string lower = text.ToLowerInvariant();
            return lower switch
            {
                "nan" => "float('nan')",
                "infinity" or "inf" or "+inf" => "float('inf')",
                "-infinity" or "-inf" => "float('-inf')",
                _ => $"float({Str(text)})",
            };
        }

        return text.AsSpan().IndexOfAny(".eE") >= 0 ? text : text + ".0";
    }

    /// <summary>An int from the text of a number, which may be odd or cut.</summary>
    public static string Int(string text)
    {
        if (text.Length > 100)
        {
            return "<int of more than 100 digits>";
        }

        return text is "True" or "False" || text.StartsWith('<') || (text.Length > 0 && text.AsSpan().IndexOfAnyExcept(s_int) < 0)
            ? text
            : $"int({Str(text)}, 0)";
    }

    /// <summary>Whether the text is an identifier of ASCII letters: others may look like what they are not.</summary>
    public static bool IsIdentifier(string text)
    {
        if (text.Length is 0 or > 200 || char.IsAsciiDigit(text[0]) || s_keywords.Contains(text))
        {
            return false;
        }

        foreach (char c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '_')
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether the text is one or more identifiers with dots between them.</summary>
    public static bool IsDotted(string text)
    {
        if (text.Length > 400)
        {
            return false;
        }

        foreach (string part in text.Split('.'))
        {
            if (!IsIdentifier(part))
            {
                return false;
            }
        }

        return true;
    }

    private static char Quote(bool single, bool twice) => single && !twice ? '"' : '\'';

    private static void Ascii(StringBuilder literal, byte value, char quote)
    {
        switch (value)
        {
            case (byte)'\n': literal.Append("\\n"); break;
            case (byte)'\r': literal.Append("\\r"); break;
            case (byte)'\t': literal.Append("\\t"); break;
            case (byte)'\\': literal.Append("\\\\"); break;
            case < 0x20 or >= 0x7F: literal.Append(CultureInfo.InvariantCulture, $"\\x{value:x2}"); break;
            default:
                if (value == quote)
                {
                    literal.Append('\\');
                }

                literal.Append((char)value);
                break;
        }
    }

    private static bool IsPlain(Rune rune) => Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator
        or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator or UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark);
}
