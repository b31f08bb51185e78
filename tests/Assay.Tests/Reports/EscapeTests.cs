// What is made visible, and what stays as it is.
using System.Globalization;
using System.Text;
using Assay.Reports;

namespace Assay.Tests.Reports;

public sealed class EscapeTests
{
    /// <summary>Clears a screen, sets a title, turns a line round, hides a letter, breaks a line, ends in half a pair.</summary>
    internal const string Attack = "a\e[2J\e]0;owned\a\u009b31m\u202egnp.\u2066\u200bz\ufeff\nPASSED  all files\r\t\u2028\u00ad\U000E0041\ud800";

    [Theory]
    [InlineData("\e[31m", @"\x1b[31m")]
    [InlineData("a\nb\r\t", @"a\nb\r\t")]
    [InlineData("\0\a\b\u007f", @"\x00\x07\x08\x7f")]
    [InlineData("\u009b31m", @"\x9b31m")]
    [InlineData("\u202egnp.exe", @"\u{202e}gnp.exe")]
    [InlineData("\u2066a\u2069", @"\u{2066}a\u{2069}")]
    [InlineData("pass\u200bword\u200d\ufeff\u00ad", @"pass\u{200b}word\u{200d}\u{feff}\u{ad}")]
    [InlineData("a\u00a0b\u3000c", @"a\u{a0}b\u{3000}c")]
    [InlineData("x\u2028y\u2029", @"x\u{2028}y\u{2029}")]
    [InlineData("\U000E0041\ue000\ufdd0", @"\u{e0041}\u{e000}\u{fdd0}")]
    [InlineData("\u115f\u3164\uffa0\u2800\ufe0f", @"\u{115f}\u{3164}\u{ffa0}\u{2800}\u{fe0f}")]
    public void UnsafeCharactersBecomeVisible(string text, string visible) => Assert.Equal(visible, Escape.Visible(text));

    [Fact]
    public void HalvesOfSurrogatePairsBecomeVisible()
    {
        Assert.Equal(@"a\u{d800}b\u{dfff}", Escape.Visible("a\ud800b\udfff"));
        Assert.Equal(@"\u{dc00}\u{d800}", Escape.Visible("\udc00\ud800"));
    }

    [Theory]
    [InlineData("models/a b-1.pt!/archive/data.pkl")]
    [InlineData("日本語モデル.pt")]
    [InlineData("modèle_été.bin")]
    [InlineData("नमूना")]
    [InlineData("🙂.pkl")]
    [InlineData(@"C:\models\x1b")]
    public void OrdinaryTextStaysAsItIs(string text) => Assert.Equal(text, Escape.Visible(text));

    [Fact]
    public void AStackOfMarksIsCutShort()
    {
        string visible = Escape.Visible("a" + new string('\u0301', 50));
        Assert.Equal(3, visible.Count(c => c == '\u0301'));
    }

    [Fact]
    public void AMarkAtTheStartDoesNotSmearOverWhatComesBefore() => Assert.Equal(@"\u{301}a", Escape.Visible("\u0301a"));

    [Fact]
    public void NothingUnsafeIsLeftOfAnyCharacter()
    {
        for (int value = 0; value <= 0xFFFF; value++)
        {
            AssertHarmless(Escape.Visible("a" + (char)value));
        }
    }

    [Fact]
    public void WellFormedTouchesHalvesOfPairsOnly()
    {
        Assert.Equal("\e\u202e\\u{d800}🙂", Escape.WellFormed("\e\u202e\ud800🙂"));
        Assert.Equal("plain", Escape.WellFormed("plain"));
    }

    [Fact]
    public void CutSaysHowMuchIsMissingAndSplitsNoPair()
    {
        Assert.Equal("abc", Escape.Cut("abc", 3));
        Assert.StartsWith("abc", Escape.Cut("abcdef", 3), StringComparison.Ordinal);
        string cut = Escape.Cut("ab🙂🙂", 3);
        Assert.Equal(cut, Escape.WellFormed(cut));
    }

    internal static void AssertHarmless(string text)
    {
        Assert.Equal(text, Escape.WellFormed(text));
        foreach (Rune rune in text.EnumerateRunes())
        {
            Assert.False(
                rune.Value != ' ' && Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse
                    or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.OtherNotAssigned,
                $"U+{rune.Value:X4}");
            Assert.False(rune.Value != ' ' && Rune.GetUnicodeCategory(rune) == UnicodeCategory.SpaceSeparator, $"U+{rune.Value:X4}");
        }
    }
}
