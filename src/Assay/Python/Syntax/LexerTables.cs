// What the lexer knows of single bytes.
using System.Buffers;

namespace Assay.Python.Syntax;

/// <summary>What a byte begins.</summary>
internal enum LexerClass : byte
{
    Other,
    Space,
    NameStart,
    Digit,
    Operator,
    Quote,
    Comment,
    LineEnd,
    Backslash,
}

/// <summary>Tables over bytes.</summary>
internal static class LexerTables
{
    private static readonly SearchValues<byte> s_endsSingle = SearchValues.Create("'\\\r\n"u8);
    private static readonly SearchValues<byte> s_endsDouble = SearchValues.Create("\"\\\r\n"u8);
    private static readonly LexerClass[] s_classes = Classes();
    private static readonly byte[] s_digits = [.. Enumerable.Range(0, 256).Select(c => char.IsAsciiHexDigit((char)c) ? (byte)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10) : byte.MaxValue)];
    private static readonly bool[] s_nameParts = [.. Enumerable.Range(0, 256).Select(c => c < 0x80 && (char.IsAsciiLetterOrDigit((char)c) || c == '_'))];

    /// <summary>The bytes at which a literal between single quote marks may end.</summary>
    public static SearchValues<byte> EndsLine(byte quote) => quote == '"' ? s_endsDouble : s_endsSingle;

    /// <summary>The bytes at which the text of an f-string may end or needs a closer look.</summary>
    public static SearchValues<byte> EndsFormatText { get; } = SearchValues.Create("'\"\\{}\r\n"u8);

    public static LexerClass Class(byte c) => s_classes[c];

    /// <summary>Whether a byte of ASCII goes on with a name or a number.</summary>
    public static bool IsNamePart(byte c) => s_nameParts[c];

    /// <summary>The value of a digit, up to 15; 255 for any other byte.</summary>
    public static byte DigitValue(byte c) => s_digits[c];

    /// <summary>
    /// Whether a line begins with a keyword that stands in no expression: then brackets that are open before it are never closed, and
    /// what follows is read as statements.
    /// </summary>
    public static bool BeginsStatement(byte[] text, int at, int end)
    {
        while (at < end && Class(text[at]) == LexerClass.Space)
        {
            at++;
        }

        int start = at;
        while (at < end && text[at] is >= (byte)'a' and <= (byte)'z')
        {
            at++;
        }

        return at - start >= 3 && at < end && !IsNamePart(text[at]) && text[at] < 0x80 && text[at] is not ((byte)'\'' or (byte)'"')
            && Keyword.Find(text.AsSpan(start, at - start)) is TokenKind.Assert or TokenKind.Break or TokenKind.Class or TokenKind.Continue or TokenKind.Def
                or TokenKind.Del or TokenKind.Elif or TokenKind.Except or TokenKind.Finally or TokenKind.Global or TokenKind.Import or TokenKind.Nonlocal
                or TokenKind.Pass or TokenKind.Raise or TokenKind.Return or TokenKind.Try or TokenKind.While or TokenKind.With;
    }

    private static LexerClass[] Classes()
    {
        LexerClass[] classes = new LexerClass[256];
        for (int c = 0; c < 256; c++)
        {
            classes[c] = (char)c switch
            {
                ' ' or '\t' or '\f' => LexerClass.Space,
                '\n' or '\r' => LexerClass.LineEnd,
                '#' => LexerClass.Comment,
                '\\' => LexerClass.Backslash,
                '\'' or '"' => LexerClass.Quote,
                >= '0' and <= '9' => LexerClass.Digit,
                '_' or (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or >= '\u0080' => LexerClass.NameStart,
                '$' or '?' or '`' => LexerClass.Other,
                > ' ' and < '\u007F' => LexerClass.Operator,
                _ => LexerClass.Other,
            };
        }

        return classes;
    }
}
