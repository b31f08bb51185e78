// The keywords of Python 3.
namespace Assay.Python.Syntax;

/// <summary>The keywords of Python 3.7 to 3.14. In 3.6 async and await were names; the parser takes them as such where they cannot be keywords.</summary>
internal static class Keyword
{
    /// <summary>The kind of a word: its keyword, or a name.</summary>
    public static TokenKind Find(ReadOnlySpan<byte> word)
    {
        if (word.Length is < 2 or > 8)
        {
            return TokenKind.Name;
        }

        return word[0] switch
        {
            (byte)'a' => word[1] switch
            {
                (byte)'n' => If(word, "and"u8, TokenKind.And),
                (byte)'w' => If(word, "await"u8, TokenKind.Await),
                (byte)'s' when word.Length == 2 => TokenKind.As,
                (byte)'s' => word.Length == 5 ? If(word, "async"u8, TokenKind.Async) : If(word, "assert"u8, TokenKind.Assert),
                _ => TokenKind.Name,
            },
            (byte)'b' => If(word, "break"u8, TokenKind.Break),
            (byte)'c' => word[1] == 'l' ? If(word, "class"u8, TokenKind.Class) : If(word, "continue"u8, TokenKind.Continue),
            (byte)'d' => word.Length == 3 && word[1] == 'e' ? If(word, "def"u8, If(word, "del"u8, TokenKind.Del), TokenKind.Def) : TokenKind.Name,
            (byte)'e' => word.Length == 4 ? If(word, "else"u8, If(word, "elif"u8, TokenKind.Elif), TokenKind.Else) : If(word, "except"u8, TokenKind.Except),
            (byte)'f' => word[1] switch
            {
                (byte)'o' => If(word, "for"u8, TokenKind.For),
                (byte)'r' => If(word, "from"u8, TokenKind.From),
                (byte)'i' => If(word, "finally"u8, TokenKind.Finally),
                _ => TokenKind.Name,
            },
            (byte)'g' => If(word, "global"u8, TokenKind.Global),
            (byte)'i' => word.Length == 2
                ? word[1] switch { (byte)'f' => TokenKind.If, (byte)'n' => TokenKind.In, (byte)'s' => TokenKind.Is, _ => TokenKind.Name }
                : If(word, "import"u8, TokenKind.Import),
            (byte)'l' => If(word, "lambda"u8, TokenKind.Lambda),
            (byte)'n' => word.Length == 3 ? If(word, "not"u8, TokenKind.Not) : If(word, "nonlocal"u8, TokenKind.Nonlocal),
            (byte)'o' => If(word, "or"u8, TokenKind.Or),
            (byte)'p' => If(word, "pass"u8, TokenKind.Pass),
            (byte)'r' => word.Length == 5 ? If(word, "raise"u8, TokenKind.Raise) : If(word, "return"u8, TokenKind.Return),
            (byte)'t' => If(word, "try"u8, TokenKind.Try),
            (byte)'w' => word.Length == 4 ? If(word, "with"u8, TokenKind.With) : If(word, "while"u8, TokenKind.While),
            (byte)'y' => If(word, "yield"u8, TokenKind.Yield),
            (byte)'F' => If(word, "False"u8, TokenKind.False),
            (byte)'N' => If(word, "None"u8, TokenKind.None),
            (byte)'T' => If(word, "True"u8, TokenKind.True),
            _ => TokenKind.Name,
        };
    }

    private static TokenKind If(ReadOnlySpan<byte> word, ReadOnlySpan<byte> keyword, TokenKind kind) => word.SequenceEqual(keyword) ? kind : TokenKind.Name;

    private static TokenKind If(ReadOnlySpan<byte> word, ReadOnlySpan<byte> keyword, TokenKind otherwise, TokenKind kind) => word.SequenceEqual(keyword) ? kind : otherwise;
}
