// One escape sequence in a literal.
namespace Assay.Python.Syntax;

/// <summary>What an escape sequence stands for.</summary>
internal enum StringEscapeKind : byte
{
    /// <summary>Itself: no escape that Python knows.</summary>
    Kept,

    /// <summary>A code point, or a byte.</summary>
    CodePoint,

    /// <summary>Nothing: a line that goes on.</summary>
    Nothing,

    /// <summary>Nothing that CPython accepts.</summary>
    Bad,
}

/// <summary>An escape sequence: its length in the source and what it stands for.</summary>
internal readonly record struct StringEscape(StringEscapeKind Kind, int Length, int CodePoint = 0)
{
    /// <summary>Stands in the value for a character whose name is not in our table.</summary>
    public const int UnknownName = 0xFFFD;

    public static StringEscape Kept(int length) => new(StringEscapeKind.Kept, length);

    /// <summary>Reads the escape that <paramref name="source"/> begins with.</summary>
    public static StringEscape Read(ReadOnlySpan<byte> source, StringEscapes escapes)
    {
        if (source.Length < 2)
        {
            return Kept(1);
        }

        byte letter = source[1];
        if (escapes == StringEscapes.CodePoints)
        {
            return letter switch
            {
                (byte)'u' => Hexadecimal(source, 4),
                (byte)'U' => Hexadecimal(source, 8),
                (byte)'\\' => Kept(2),
                _ => Kept(1),
            };
        }

        bool text = escapes == StringEscapes.All;
        return letter switch
        {
            (byte)'\n' => new StringEscape(StringEscapeKind.Nothing, 2),
            (byte)'\r' => new StringEscape(StringEscapeKind.Nothing, source.Length > 2 && source[2] == '\n' ? 3 : 2),
            (byte)'\\' or (byte)'\'' or (byte)'"' => Single(letter),
            (byte)'a' => Single(7),
            (byte)'b' => Single('\b'),
            (byte)'f' => Single('\f'),
            (byte)'n' => Single('\n'),
            (byte)'r' => Single('\r'),
            (byte)'t' => Single('\t'),
            (byte)'v' => Single('\v'),
            >= (byte)'0' and <= (byte)'7' => Octal(source),
            (byte)'x' => Hexadecimal(source, 2),
            (byte)'u' when text => Hexadecimal(source, 4),
            (byte)'U' when text => Hexadecimal(source, 8),
            (byte)'N' when text => Named(source),
            _ => Kept(1),
        };
    }

    private static StringEscape Single(int codePoint) => new(StringEscapeKind.CodePoint, 2, codePoint);

    private static StringEscape Octal(ReadOnlySpan<byte> source)
    {
        int value = 0;
        int at = 1;
        while (at < source.Length && at < 4 && source[at] is >= (byte)'0' and <= (byte)'7')
        {
            value = (value << 3) + (source[at++] - '0');
        }

        return new StringEscape(StringEscapeKind.CodePoint, at, value);
    }

    private static StringEscape Hexadecimal(ReadOnlySpan<byte> source, int digits)
    {
        uint value = 0;
        for (int at = 2; at < 2 + digits; at++)
        {
            if (at >= source.Length || LexerTables.DigitValue(source[at]) > 15)
            {
                return new StringEscape(StringEscapeKind.Bad, 2);
            }

            value = (value << 4) | LexerTables.DigitValue(source[at]);
        }

        return value > 0x10FFFF ? new StringEscape(StringEscapeKind.Bad, 2) : new StringEscape(StringEscapeKind.CodePoint, 2 + digits, (int)value);
    }

    private static StringEscape Named(ReadOnlySpan<byte> source)
    {
        // No name is longer; a search to the end of the text for each escape would be quadratic.
        int close = source[..Math.Min(source.Length, CharacterNames.Longest + 4)].IndexOf((byte)'}');
        if (close < 4 || source[2] != '{')
        {
            return new StringEscape(StringEscapeKind.Bad, 2);
        }

        return new StringEscape(StringEscapeKind.CodePoint, close + 1, CharacterNames.Find(source[3..close]));
    }
}
