// Expressions of rules say what the platform's engine says, of every text.
using System.Text.RegularExpressions;
using Assay.Detection.Conditions;
using Assay.Tests.Architecture;

namespace Assay.Tests.Detection.Conditions;

public sealed class TextPatternTests
{
    private static readonly string[] s_written =
    [
        "a", "^a$", "^$", "$", "a|b|", "(?:a|bc)*d", "(a+)+b", @"\bos\.", @"\B_", "[^a-c]x", "a{3}", "^a{2,}$", "^a{1,3}$", "^(?:ab){2,3}c", "a.c", @"a\s+b", @"\S\s*&&\s*\S", "(?i)Kk", "(?i)[^k]z", @"(?i)\bexec\b",
        @"^\w+$", @"^\W$", @"^\d$", @"^\D$", @"\s", "x*?y", "a+?b", @"^[\w.]+$", "[a-]", "[+-]", "(?i)^[a-z]+$", @"^[^\s]+$", "a}", @"\{b\}", "^(?:|a)b", "(?:a?){4}b", @"a\b.", @"(?:^|\.)exec$", "[^|]{0,5}\\|",
    ];

    private static readonly string[] s_pieces =
        ["a", "b", "c", "x", "y", "k", "K", "\u212A", "\u017F", "i", "I", "\u0130", "\u0131", "_", "0", "7", "\u0660", "\u00E9", "\u00C9", "\u4E2D", "\u0301", "\u0903", "\u203F", "\u200D", "\u00A0", "\u2003", "\u0085", "\u20AC", "\uD83D\uDE00",
            " ", "\t", "\n", "\r", ".", "-", "/", "|", "&&", "(", ")", "=", ":", "os.", "exec", "import ", "<script>"];

    [Fact]
    public void WhatIsWrittenHereIsFoundWhereThePlatformFindsIt() => Compare(s_written);

    [Fact]
    public void WhatRulesAskForIsFoundWhereThePlatformFindsIt()
    {
        string[] patterns = [.. Directory.GetFiles(Path.Combine(Repository.Root, "rules"), "*.yaml", SearchOption.AllDirectories)
            .SelectMany(f => Regex.Matches(File.ReadAllText(f), """matches: (?:'((?:[^']|'')*)'|"((?:[^"\\]|\\.)*)")"""))
            .Select(m => m.Groups[1].Success ? m.Groups[1].Value.Replace("''", "'", StringComparison.Ordinal) : m.Groups[2].Value.Replace("\\\\", "\\", StringComparison.Ordinal)).Distinct()];
        Assert.InRange(patterns.Length, 40, int.MaxValue);
        Compare(patterns);
    }

    [Theory]
    [InlineData("(?=a)")]
    [InlineData(@"(a)\1")]
    [InlineData("[a-z-[aeiou]]")]
    [InlineData(@"\p{L}")]
    [InlineData("a(?i)b")]
    [InlineData("\u00E9")]
    [InlineData("a**")]
    [InlineData("[]a]")]
    [InlineData("(a")]
    [InlineData("a)")]
    [InlineData("a{2000}")]
    public void WhatIsWrittenInAnotherWayIsLeftToThePlatform(string pattern) => Assert.Null(TextPattern.Of(pattern));

    [Fact]
    public void ATextThatLeadsToManyStatesIsReadToItsEnd()
    {
        // The automaton of all subsets has a million states.
        TextPattern pattern = TextPattern.Of("a[ab]{20}c")!;
        Random random = new(5);
        string text = string.Concat(Enumerable.Range(0, 50_000).Select(_ => random.Next(2) == 0 ? 'a' : 'b'));
        Assert.False(pattern.IsMatch(text));
        Assert.True(pattern.IsMatch(text + "a" + new string('b', 20) + "c"));
    }

    private static void Compare(IReadOnlyList<string> patterns)
    {
        List<string> wrong = [];
        Random random = new(17);
        foreach (string written in patterns)
        {
            TextPattern? own = TextPattern.Of(written);
            if (own is null)
            {
                wrong.Add($"{written} is not known");
                continue;
            }

            Regex platform = new(written, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(20));
            string plain = Regex.Replace(written, @"\(\?[i:]|\\[bBsSwWd]|[\\^$()\[\]|*+?{}]", " ");
            string[] words = [.. plain.Split(' ', StringSplitOptions.RemoveEmptyEntries), .. s_pieces];
            for (int i = 0; i < 150; i++)
            {
                string text = string.Concat(Enumerable.Range(0, random.Next(7)).Select(_ => words[random.Next(words.Length)]));
                text = random.Next(4) == 0 ? text.ToUpperInvariant() : text;
                if (own.IsMatch(text) != platform.IsMatch(text))
                    wrong.Add($"{written} in '{string.Join(' ', text.Select(c => c is > ' ' and <= '~' ? c.ToString() : $"{(int)c:X4}"))}': {!own.IsMatch(text)}");
            }
        }

        Assert.Empty(wrong.Take(20));
    }
}
