// Text with backslash escapes, outside of source.
using Assay.Python.Syntax;

namespace Assay.Python.Literals;

/// <summary>
/// Undoes the escapes of text that is no source: the strings of protocol 0, and what Python's codecs are given. Line ends stay as they are,
/// and where Python raises there is no value.
/// </summary>
internal static class EscapedText
{
    /// <summary>The codec <c>escape_decode</c>: the inside of a bytes literal. Null where Python raises.</summary>
    public static byte[]? Bytes(ReadOnlySpan<byte> text)
    {
        byte[] made = new byte[text.Length];
        int length = 0;
        while (!text.IsEmpty)
        {
            StringEscape escape = Next(text, StringEscapes.Bytes);
            switch (escape.Kind)
            {
                case StringEscapeKind.Bad:
                    return null;
                case StringEscapeKind.Kept:
                    text[..escape.Length].CopyTo(made.AsSpan(length));
                    length += escape.Length;
                    break;
                case StringEscapeKind.CodePoint:
                    made[length++] = (byte)escape.CodePoint;
                    break;
            }

            text = text[escape.Length..];
        }

        return made[..length];
    }

    /// <summary>
    /// The codec <c>unicode_escape</c>, or <c>raw_unicode_escape</c> where only code points are <paramref name="escapes"/>: each byte is a
    /// character. Null where Python raises.
    /// </summary>
    public static string? Text(ReadOnlySpan<byte> latin, StringEscapes escapes = StringEscapes.All)
    {
        // No escape stands for more characters than it has bytes.
        char[] made = new char[latin.Length];
        int length = 0;
        while (!latin.IsEmpty)
        {
            StringEscape escape = Next(latin, escapes);
            switch (escape.Kind)
            {
                case StringEscapeKind.Bad:
                    return null;
                case StringEscapeKind.Kept:
                    length += System.Text.Encoding.Latin1.GetChars(latin[..escape.Length], made.AsSpan(length));
                    break;
                case StringEscapeKind.CodePoint when escape.CodePoint > 0xFFFF:
                    length += new System.Text.Rune(escape.CodePoint).EncodeToUtf16(made.AsSpan(length));
                    break;
                case StringEscapeKind.CodePoint:
                    made[length++] = (char)escape.CodePoint;
                    break;
            }

            latin = latin[escape.Length..];
        }

        return new string(made, 0, length);
    }

    /// <summary>The text up to the next backslash, or the escape that begins there.</summary>
    private static StringEscape Next(ReadOnlySpan<byte> text, StringEscapes escapes)
    {
        int plain = text.IndexOf((byte)'\\');
        if (plain != 0)
        {
            return StringEscape.Kept(plain < 0 ? text.Length : plain);
        }

        if (text.Length == 1)
        {
            return escapes == StringEscapes.CodePoints ? StringEscape.Kept(1) : new StringEscape(StringEscapeKind.Bad, 1);
        }

        // Only source takes CR for the end of a line.
        return text[1] == '\r' ? StringEscape.Kept(2) : StringEscape.Read(text, escapes);
    }
}
