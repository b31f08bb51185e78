// The values of string and bytes literals, which CPython tells.
using System.Text;
using Assay.Python.Syntax;
using Assay.Tests.Builders;

namespace Assay.Tests.Python.Syntax;

public sealed class StringLiteralTests
{
    private static readonly string[] s_literals =
    [
        """'plain'""", """'\a\b\f\n\r\t\v\\\'\"'""", """'\0\12\1234\777'""", """'\x41\u0042\U00000043\U0001F600'""", """'\q\8\ '""", """r'\x41\\'""", """b'\x41\u0041\N{x}\777\xff'""",
        """rb'\x41'""", """'\ud83d\ude00 \udc00'""", "'''a\r\nb\rc\nd'''", "'a\\\r\nb\\\nc'", """'\N{LATIN SMALL LETTER O}\N{bold}'""", """'\N{MATHEMATICAL BOLD SMALL E}\N{NUL}\N{fullwidth digit one}'""",
        """'é\xe9🐍'""", """u'x'""", """'\x4'""", """'\u004'""", """'\U00110000'""", """'\N{'""", """'\N'""", """b'\x4'""", """'\N{}'""", "''", "''''''", "'\\\n'",
    ];

    [Fact]
    public void ValuesAreThoseOfCPython()
    {
        string[] expected = CPython.Lines(
            """
            import ast, sys, binascii
            for line in sys.argv[1].split():
                try: value = ast.literal_eval(binascii.unhexlify(line).decode())
                except SyntaxError: print("error"); continue
                print(value.encode("utf-8", "surrogatepass").hex() + "." if isinstance(value, str) else value.hex() + ".")
            """,
            string.Join(' ', s_literals.Select(l => Convert.ToHexStringLower(Encoding.UTF8.GetBytes(l)))));
        Assert.Equal(expected, s_literals.Select(Value));
    }

    private static string Value(string literal)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(literal);
        StringPrefix prefix = StringLiteral.Split(bytes, out Range content);
        byte[] value = new byte[bytes.Length];
        int length = StringLiteral.Decode(bytes.AsSpan(content), StringLiteral.Escapes(prefix), value, out int bad);

        // CPython has all names; ours are only those with which something can be hidden.
        return bad >= 0 || literal.Contains(@"\N{bold}", StringComparison.Ordinal) ? "error" : Convert.ToHexStringLower(value.AsSpan(0, length)) + ".";
    }

    [Fact]
    public void EveryCharacterOfLatin1AndAllThatBecomeAsciiHaveTheirNames()
    {
        string[] names = CPython.Lines(
            """
            import unicodedata as u
            for c in map(chr, range(0x110000)):
                n = u.normalize("NFKC", c) if not 0xD800 <= ord(c) < 0xE000 else c
                if u.name(c, None) and (c <= "\xff" or (len(n) == 1 and n < "\x7f")): print(ord(c), u.name(c), sep="\t")
            """,
            "");
        Assert.True(names.Length > 1000);
        Assert.All(names.Select(n => n.Split('\t')), n => Assert.Equal(n[0], CharacterNames.Find(Encoding.ASCII.GetBytes(n[1])).ToString()));
        Assert.Equal(StringEscape.UnknownName, CharacterNames.Find("NO SUCH CHARACTER"u8));
    }

    [Fact]
    public void SurrogatesStayApartInBytesAndBecomeCharactersInText()
    {
        byte[] value = new byte[32];
        int length = StringLiteral.Decode("""\ud83d\ude00 \udc00"""u8, StringEscapes.All, value, out _);
        Assert.Equal("EDA0BDEDB88020EDB080", Convert.ToHexString(value.AsSpan(0, length)));
        Assert.Equal("\ud83d\ude00 \udc00", StringLiteral.Text(value.AsSpan(0, length)));
    }

    [Theory]
    [InlineData("rb", StringPrefix.Raw | StringPrefix.Bytes)]
    [InlineData("bR", StringPrefix.Raw | StringPrefix.Bytes)]
    [InlineData("U", StringPrefix.Unicode)]
    [InlineData("Fr", StringPrefix.Raw | StringPrefix.Format)]
    [InlineData("tr", StringPrefix.Raw | StringPrefix.Template)]
    [InlineData("", StringPrefix.None)]
    internal void PrefixesSayTheKind(string letters, StringPrefix prefix) => Assert.Equal(prefix, StringLiteral.Prefix(Encoding.ASCII.GetBytes(letters)));

    [Theory]
    [InlineData("ur")]
    [InlineData("ub")]
    [InlineData("bf")]
    [InlineData("ft")]
    [InlineData("rr")]
    [InlineData("bb")]
    [InlineData("x")]
    public void OtherPrefixesBeginNoLiteral(string letters) => Assert.NotEqual(StringPrefix.None, StringLiteral.Prefix(Encoding.ASCII.GetBytes(letters)) & StringPrefix.Invalid);
}
