// Identifiers beyond ASCII, which CPython tells.
using System.Text;
using Assay.Python.Syntax;
using Assay.Tests.Builders;

namespace Assay.Tests.Python.Syntax;

public sealed class IdentifierTests
{
    [Fact]
    public void HiddenNamesAreThoseThatTheyMean()
    {
        Assert.Equal("exec", Identifier.Normal(Encoding.UTF8.GetBytes("𝗲𝘅𝗲𝗰")));
        Assert.Equal("fi", Identifier.Normal(Encoding.UTF8.GetBytes("ﬁ")));
    }

    [Fact]
    public void EveryCharacterIsPartOfIdentifiersWhereCPythonSaysSo()
    {
        string[] lines = CPython.Lines(
            """
            import unicodedata as u
            for c in range(0x80, 0x110000):
                if not 0xD800 <= c < 0xE000 and u.category(chr(c)) != "Cn":
                    print("%x %d %d %s" % (c, chr(c).isidentifier(), ("a" + chr(c)).isidentifier(), u.normalize("NFKC", "a" + chr(c)).encode().hex()))
            """,
            "");
        Dictionary<int, string[]> expected = lines.Select(l => l.Split(' ')).ToDictionary(l => Convert.ToInt32(l[0], 16));
        Assert.True(expected.Count > 100_000);
        List<string> wrong = [];
        foreach ((int character, string[] line) in expected)
        {
            byte[] part = Encoding.UTF8.GetBytes("a" + char.ConvertFromUtf32(character));
            bool isPart = Identifier.Length(part) == part.Length;
            if (Identifier.Length(part.AsSpan(1)) > 0 != (line[1] == "1") || isPart != (line[2] == "1")
                || (isPart && Convert.ToHexStringLower(Encoding.UTF8.GetBytes(Identifier.Normal(part))) != line[3]))
            {
                wrong.Add(line[0]);
            }
        }

        // Two middle dots came later than the Unicode of some of the versions that we read.
        Assert.Empty(wrong.Except(["30fb", "ff65"]));
    }

    [Fact]
    public void SequencesComposeAsInCPython()
    {
        string[] texts = ["e\u0301", "a\u0323\u0307", "a\u0307\u0323", "\u1100\u1161\u11a8", "가\u11a8", "q\u0307\u0323x\u0301", "\u0041\u030A\u0301", "ﬃ\u0301", "\u0344", "e\u0327\u0301\u0301", "\u1e9b\u0323"];
        string[] expected = CPython.Lines(
            """
            import sys, unicodedata as u
            for t in sys.argv[1].split(): print(u.normalize("NFKC", bytes.fromhex(t).decode()).encode().hex())
            """,
            string.Join(' ', texts.Select(t => Convert.ToHexStringLower(Encoding.UTF8.GetBytes(t)))));
        Assert.Equal(expected, texts.Select(t => Convert.ToHexStringLower(Encoding.UTF8.GetBytes(Identifier.Normal(Encoding.UTF8.GetBytes(t))))));
    }

    [Fact]
    public void AMillionMarksAreOrderedInNoMoreThanTheirTurn()
    {
        string marks = string.Concat(Enumerable.Repeat("\u0301\u0323", 500_000));
        string normal = Identifier.Normal(Encoding.UTF8.GetBytes("q" + marks));
        Assert.Equal("q\u0323", normal[..2]);
    }
}
