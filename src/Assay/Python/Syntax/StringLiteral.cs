// The values of string and bytes literals.
using System.Text;
using Assay.Python.Literals;

namespace Assay.Python.Syntax;

/// <summary>What the letters before a literal's quotes say.</summary>
[Flags]
internal enum StringPrefix : byte
{
    None = 0,
    Raw = 1,
    Bytes = 2,
    Unicode = 4,
    Format = 8,
    Template = 16,
    Invalid = 128,
}

/// <summary>Which escapes are undone.</summary>
internal enum StringEscapes : byte
{
    /// <summary>None: a raw literal.</summary>
    None,

    /// <summary>Those of <c>str</c>.</summary>
    All,

    /// <summary>Those of <c>bytes</c>: no names and no code points.</summary>
    Bytes,

    /// <summary>Code points only: the codec <c>raw_unicode_escape</c>.</summary>
    CodePoints,
}

/// <summary>Reads string and bytes literals, and pieces of f-strings.</summary>
internal static class StringLiteral
{
    /// <summary>What a prefix says; <see cref="StringPrefix.Invalid"/> when no literal begins with it.</summary>
    public static StringPrefix Prefix(ReadOnlySpan<byte> letters)
    {
        StringPrefix prefix = StringPrefix.None;
        foreach (byte letter in letters)
        {
            StringPrefix next = (letter | 0x20) switch
            {
                'r' => StringPrefix.Raw,
                'b' => StringPrefix.Bytes,
                'u' => StringPrefix.Unicode,
                'f' => StringPrefix.Format,
                't' => StringPrefix.Template,
                _ => StringPrefix.Invalid,
            };

            // Two letters are one that tells the kind, and r.
            bool one = prefix == StringPrefix.None;
            bool pair = (next == StringPrefix.Raw) != (prefix == StringPrefix.Raw) && ((prefix | next) & (StringPrefix.Unicode | StringPrefix.Invalid)) == 0;
            if (!one && !pair)
            {
                return StringPrefix.Invalid;
            }

            prefix |= next;
        }

        return prefix;
    }

    /// <summary>The prefix of a whole literal, and where in it its content lies.</summary>
    public static StringPrefix Split(ReadOnlySpan<byte> literal, out Range content)
    {
        int quote = literal.IndexOfAny((byte)'\'', (byte)'"');
        int quotes = literal.Length >= quote + 6 && literal[quote + 1] == literal[quote] && literal[quote + 2] == literal[quote] ? 3 : 1;
        content = (quote + quotes)..Math.Max(quote + quotes, literal.Length - quotes);
        return Prefix(literal[..quote]);
    }

    /// <summary>The escapes that a literal with this prefix undoes.</summary>
    public static StringEscapes Escapes(StringPrefix prefix) =>
        (prefix & StringPrefix.Raw) != 0 ? StringEscapes.None : (prefix & StringPrefix.Bytes) != 0 ? StringEscapes.Bytes : StringEscapes.All;

    /// <summary>
    /// Undoes escapes and turns line ends into LF. The value is never longer than <paramref name="source"/>, and no longer room is needed.
    /// Text comes out as UTF-8 in which a surrogate, which a Python string may hold alone, has three bytes of its own; bytes as they are.
    /// </summary>
    /// <param name="source">What stands between the quotes.</param>
    /// <param name="escapes">Which escapes are undone.</param>
    /// <param name="value">Room for the value.</param>
    /// <param name="bad">The offset of the first escape that CPython refuses; it is kept as it is written. Otherwise -1.</param>
    /// <returns>The length of the value.</returns>
    public static int Decode(ReadOnlySpan<byte> source, StringEscapes escapes, Span<byte> value, out int bad)
    {
        bad = -1;
        int written = 0;
        int at = 0;
        while (true)
        {
            int plain = source[at..].IndexOfAny((byte)'\\', (byte)'\r');
            plain = plain < 0 ? source.Length - at : plain;
            source.Slice(at, plain).CopyTo(value[written..]);
            written += plain;
            at += plain;
            if (at == source.Length)
            {
                return written;
            }

            if (source[at] == '\r')
            {
                value[written++] = (byte)'\n';
                at += source[(at + 1)..].StartsWith("\n"u8) ? 2 : 1;
                continue;
            }

            int start = at;
            StringEscape escape = escapes == StringEscapes.None ? StringEscape.Kept(1) : StringEscape.Read(source[at..], escapes);
            at += escape.Length;
            switch (escape.Kind)
            {
                case StringEscapeKind.Nothing:
                    break;
                case StringEscapeKind.CodePoint when escapes == StringEscapes.Bytes:
                    value[written++] = (byte)escape.CodePoint;
                    break;
                case StringEscapeKind.CodePoint:
                    written += Write(escape.CodePoint, value[written..]);
                    break;
                default:
                    bad = bad < 0 && escape.Kind == StringEscapeKind.Bad ? start : bad;
                    source[start..at].CopyTo(value[written..]);
                    written += at - start;
                    break;
            }
        }
    }

    /// <summary>UTF-8 with surrogates, as <see cref="Decode"/> gives it, as UTF-16. Two surrogates that stand side by side become a pair.</summary>
    public static string Text(ReadOnlySpan<byte> utf8) => SurrogateText.Decode(utf8);

    private static int Write(int codePoint, Span<byte> to)
    {
        if (Rune.TryCreate(codePoint, out Rune rune))
        {
            return rune.EncodeToUtf8(to);
        }

        to[0] = 0xED;
        to[1] = (byte)(0x80 | ((codePoint >> 6) & 0x3F));
        to[2] = (byte)(0x80 | (codePoint & 0x3F));
        return 3;
    }
}
