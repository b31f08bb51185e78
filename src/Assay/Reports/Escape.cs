// Makes text from files safe to show: nothing that reaches a reader can move a cursor, turn a line round or hide.
using System.Globalization;
using System.Text;

namespace Assay.Reports;

/// <summary>
/// Makes hostile text visible. Control characters become <c>\xNN</c> (<c>\n</c>, <c>\r</c>, <c>\t</c> where those are
/// known better); characters that turn, join, hide or imitate (bidirectional controls, zero-width characters, spaces other
/// than the plain one, tags, private and unassigned characters) and halves of surrogate pairs become <c>\u{...}</c>.
/// Backslashes stay as they are: evidence is full of them, and a doubled one would no longer be what the file says.
/// </summary>
public static class Escape
{
    /// <summary>More combining marks than this on one letter are an attempt to smear over other lines.</summary>
    private const int MarksInARow = 3;

    /// <summary>The text with everything unsafe made visible.</summary>
    public static string Visible(string text)
    {
        int first = FirstUnsafe(text);
        if (first < 0)
        {
            return text;
        }

        StringBuilder visible = new(text.Length + 16);
        int marks = MarksInARow;
        for (int at = 0; at < text.Length;)
        {
            if (!Rune.TryGetRuneAt(text, at, out Rune rune))
            {
                Braced(visible, text[at]);
                at++;
                marks = MarksInARow;
                continue;
            }

            bool mark = IsMark(rune);
            marks = mark ? marks + 1 : 0;
            if (IsPlain(rune) && (!mark || marks <= MarksInARow))
            {
                visible.Append(rune);
            }
            else
            {
                Append(visible, rune);
            }

            at += rune.Utf16SequenceLength;
        }

        return visible.ToString();
    }

    /// <summary>The text with only halves of surrogate pairs made visible, for formats that have their own escapes.</summary>
    public static string WellFormed(string text)
    {
        StringBuilder? formed = null;
        for (int at = 0; at < text.Length;)
        {
            if (Rune.TryGetRuneAt(text, at, out Rune rune))
            {
                formed?.Append(rune);
                at += rune.Utf16SequenceLength;
                continue;
            }

            formed ??= new StringBuilder(text, 0, at, text.Length + 16);
            Braced(formed, text[at]);
            at++;
        }

        return formed?.ToString() ?? text;
    }

    /// <summary>At most <paramref name="length"/> characters of the text, with a note of what was cut.</summary>
    public static string Cut(string text, int length)
    {
        if (text.Length <= length)
        {
            return text;
        }

        int end = char.IsHighSurrogate(text[length - 1]) ? length - 1 : length;
        return string.Create(CultureInfo.InvariantCulture, $"{text.AsSpan(0, end)}... ({text.Length - end:N0} more characters)");
    }

    private static int FirstUnsafe(string text)
    {
        for (int at = 0; at < text.Length; at++)
        {
            if (text[at] is < ' ' or > '~')
            {
                return at;
            }
        }

        return -1;
    }

    private static bool IsMark(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark;

    private static bool IsPlain(Rune rune) => rune.Value switch
    {
        ' ' => true,
        // Letters by category that have no ink: fillers of Hangul, a joiner of marks, selectors of variants, Braille blank.
        0x034F or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or 0x2800 or 0x3164 or 0xFFA0 => false,
        >= 0xFE00 and <= 0xFE0F or >= 0xE0000 and <= 0xE0FFF => false,
        _ => Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format
            or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator),
    };

    private static void Append(StringBuilder visible, Rune rune)
    {
        switch (rune.Value)
        {
            case '\n':
                visible.Append("\\n");
                break;
            case '\r':
                visible.Append("\\r");
                break;
            case '\t':
                visible.Append("\\t");
                break;
            case < 0x20 or >= 0x7F and <= 0x9F:
                visible.Append(CultureInfo.InvariantCulture, $"\\x{rune.Value:x2}");
                break;
            default:
                Braced(visible, rune.Value);
                break;
        }
    }

    private static void Braced(StringBuilder visible, int value) =>
        visible.Append(CultureInfo.InvariantCulture, $"\\u{{{value:x}}}");
}
