// The tokens of Python source.
using System.Text;
using Assay.Python.Syntax;

namespace Assay.Tests.Python.Syntax;

public sealed class LexerTests
{
    [Theory]
    [InlineData("x = 1\n", "Name:x Equal:= Number:1 NewLine EndMarker")]
    [InlineData("x = 1", "Name:x Equal:= Number:1 NewLine EndMarker")]
    [InlineData("", "EndMarker")]
    [InlineData("\n  # only this\n\n", "EndMarker")]
    [InlineData("if x:\n  y\nz\n", "If:if Name:x Colon:: NewLine Indent Name:y NewLine Dedent Name:z NewLine EndMarker")]
    [InlineData("if x:\n  y", "If:if Name:x Colon:: NewLine Indent Name:y NewLine Dedent EndMarker")]
    [InlineData("(a,\n  b)\n", "LPar:( Name:a Comma:, Name:b RPar:) NewLine EndMarker")]
    [InlineData("a \\\n  + b\n", "Name:a Plus:+ Name:b NewLine EndMarker")]
    [InlineData("a;b # c\rd\r\ne", "Name:a Semi:; Name:b NewLine Name:d NewLine Name:e NewLine EndMarker")]
    [InlineData("lambda:0\nlambda_", "Lambda:lambda Colon:: Number:0 NewLine Name:lambda_ NewLine EndMarker")]
    [InlineData("match case type _", "Name:match Name:case Name:type Name:_ NewLine EndMarker")]
    public void LinesAndBlocksAreTokens(string source, string tokens) => Assert.Equal(tokens, Listing(source));

    [Theory]
    [InlineData("a**=b//c@d->e:=f...g!=h<<=i", "Name:a DoubleStarEqual:**= Name:b DoubleSlash:// Name:c At:@ Name:d RArrow:-> Name:e ColonEqual::= Name:f Ellipsis:... Name:g NotEqual:!= Name:h LeftShiftEqual:<<= Name:i")]
    [InlineData("1if x else.5", "Number:1 If:if Name:x Else:else Number:.5")]
    [InlineData("0x1for x", "Number:0x1f Or:or Name:x")]
    [InlineData("1_000.5e-1_0j 0xFF_ff 0b1 0o7 00 0_0 09.5 1e5 1.", "Number:1_000.5e-1_0j Number:0xFF_ff Number:0b1 Number:0o7 Number:00 Number:0_0 Number:09.5 Number:1e5 Number:1.")]
    [InlineData("1..real", "Number:1. Dot:. Name:real")]
    public void OperatorsAndNumbersAreTheLongestThatFit(string source, string tokens) => Assert.Equal(tokens + " NewLine EndMarker", Listing(source));

    [Theory]
    [InlineData("'a' \"b'\" u'c' Rb'd' bR\"e\"", "String:'a' String:\"b'\" String:u'c' String:Rb'd' String:bR\"e\"")]
    [InlineData("'''a\n'b''\\'''' r'\\'' ''", "String:'''a\n'b''\\'''' String:r'\\'' String:''")]
    [InlineData("'a\\\nb' 'c\\\r\nd'", "String:'a\\\nb' String:'c\\\r\nd'")]
    [InlineData("ub'x' fb'y'", "Name:ub String:'x' Name:fb String:'y'")]
    [InlineData("f''", "FStringStart:f' FStringEnd:'")]
    [InlineData("f'a{b!r:>{w}}c'", "FStringStart:f' FStringMiddle:a LBrace:{ Name:b Exclamation:! Name:r Colon:: FStringMiddle:> LBrace:{ Name:w RBrace:} RBrace:} FStringMiddle:c FStringEnd:'")]
    [InlineData("f'{{x}}'", "FStringStart:f' FStringMiddle:{ FStringMiddle:x} FStringEnd:'")]
    [InlineData("f'{a['b']}'", "FStringStart:f' LBrace:{ Name:a LSqb:[ String:'b' RSqb:] RBrace:} FStringEnd:'")]
    [InlineData("f'{x:=5}' f'{(x:=5)}'", "FStringStart:f' LBrace:{ Name:x Colon:: FStringMiddle:=5 RBrace:} FStringEnd:' FStringStart:f' LBrace:{ LPar:( Name:x ColonEqual::= Number:5 RPar:) RBrace:} FStringEnd:'")]
    [InlineData("f'{x!=y}{z=}'", "FStringStart:f' LBrace:{ Name:x NotEqual:!= Name:y RBrace:} LBrace:{ Name:z Equal:= RBrace:} FStringEnd:'")]
    [InlineData("rf'\\{x}\\''", "FStringStart:rf' FStringMiddle:\\ LBrace:{ Name:x RBrace:} FStringMiddle:\\' FStringEnd:'")]
    [InlineData("f'\\N{DASH}{x}'", "FStringStart:f' FStringMiddle:\\N{DASH} LBrace:{ Name:x RBrace:} FStringEnd:'")]
    [InlineData("f'''{\nx\n}'\n'''", "FStringStart:f''' LBrace:{ Name:x RBrace:} FStringMiddle:'\n FStringEnd:'''")]
    [InlineData("f'{f'{f'{x}'}'}'", "FStringStart:f' LBrace:{ FStringStart:f' LBrace:{ FStringStart:f' LBrace:{ Name:x RBrace:} FStringEnd:' RBrace:} FStringEnd:' RBrace:} FStringEnd:'")]
    [InlineData("t'a{b}' rT''", "TStringStart:t' TStringMiddle:a LBrace:{ Name:b RBrace:} TStringEnd:' TStringStart:rT' TStringEnd:'")]
    public void LiteralsKeepTheirQuotesAndFormatsAreTakenApart(string source, string tokens) => Assert.Equal(tokens + " NewLine EndMarker", Listing(source));

    [Theory]
    [InlineData("𝗲𝘅𝗲𝗰 ﬁ été", "Name:𝗲𝘅𝗲𝗰 Name:ﬁ Name:été")]
    [InlineData("a·b ℘x", "Name:a·b Name:℘x")]
    public void IdentifiersMayBeBeyondAscii(string source, string tokens) => Assert.Equal(tokens + " NewLine EndMarker", Listing(source));

    [Theory]
    [InlineData("x = 'a\ny", nameof(SyntaxErrorKind.UnterminatedString), 4)]
    [InlineData("'''a\ny", nameof(SyntaxErrorKind.UnterminatedString), 0)]
    [InlineData("f'a\ny", nameof(SyntaxErrorKind.UnterminatedFormat), 3)]
    [InlineData("f'{a:'", nameof(SyntaxErrorKind.UnterminatedFormat), 5)]
    [InlineData("f'a}'", nameof(SyntaxErrorKind.SingleClosingBrace), 3)]
    [InlineData("a $ b", nameof(SyntaxErrorKind.InvalidCharacter), 2)]
    [InlineData("a\0b", nameof(SyntaxErrorKind.NullByte), 1)]
    [InlineData("a \u00A0 b", nameof(SyntaxErrorKind.InvalidCharacter), 2)]
    [InlineData("a \\ b", nameof(SyntaxErrorKind.StrayBackslash), 2)]
    [InlineData("a \\", nameof(SyntaxErrorKind.StrayBackslash), 2)]
    [InlineData("a \\\n", nameof(SyntaxErrorKind.StrayBackslash), 2)]
    [InlineData("0777", nameof(SyntaxErrorKind.LeadingZeros), 0)]
    [InlineData("10L", nameof(SyntaxErrorKind.InvalidNumber), 0)]
    [InlineData("1__0", nameof(SyntaxErrorKind.InvalidNumber), 0)]
    [InlineData("0x", nameof(SyntaxErrorKind.InvalidNumber), 0)]
    [InlineData("0b12", nameof(SyntaxErrorKind.InvalidNumber), 0)]
    [InlineData("(a]", nameof(SyntaxErrorKind.UnmatchedBracket), 2)]
    [InlineData("a)", nameof(SyntaxErrorKind.UnmatchedBracket), 1)]
    [InlineData("f(a\ndef g(): pass", nameof(SyntaxErrorKind.BracketNeverClosed), 3)]
    [InlineData("f(a", nameof(SyntaxErrorKind.BracketNeverClosed), 3)]
    [InlineData("if x:\n    a\n  b", nameof(SyntaxErrorKind.InconsistentDedent), 14)]
    [InlineData("if x:\n\ta\n        b", nameof(SyntaxErrorKind.InconsistentTabs), 17)]
    public void WhatIsNoTokenIsToldWithItsPlace(string source, string kind, int offset)
    {
        Token first = Tokens(source).First(t => t.Error != SyntaxErrorKind.None);
        Assert.Equal((kind, offset), (first.Error.ToString(), first.Start));
    }

    [Fact]
    public void StatementsBehindAnOpenBracketAreStillRead() =>
        Assert.Equal("Name:f LPar:( NewLine Import:import Name:os NewLine EndMarker", Listing("f(\nimport os\n"));

    [Fact]
    public void BracketsAreCountedAsCPythonCountsThem()
    {
        Assert.DoesNotContain(Tokens(new string('(', 200) + new string(')', 200)), t => t.Error != SyntaxErrorKind.None);
        Assert.Contains(Tokens(new string('(', 201)), t => t.Error == SyntaxErrorKind.TooDeeplyNested);
    }

    [Fact]
    public void FormsOfNestedFormatsAreBounded()
    {
        string nested = string.Concat(Enumerable.Repeat("f'{x:{", 100_000));
        Assert.Contains(Tokens(nested), t => t.Error == SyntaxErrorKind.TooDeeplyNested);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\\\n")]
    [InlineData("'''")]
    [InlineData("f'''{")]
    [InlineData("f'{x:")]
    [InlineData("[{(\n")]
    [InlineData("\t \f\\")]
    public void EveryTextEndsWithTheEndMarker(string source)
    {
        // Each prefix and each single byte behind it.
        for (int tail = 0; tail < 256; tail++)
        {
            byte[] bytes = [.. Encoding.UTF8.GetBytes(source), (byte)tail];
            List<Token> tokens = Read(SourceText.Decode(bytes));
            Assert.Equal(TokenKind.EndMarker, tokens[^1].Kind);
            Assert.Equal(tokens.Count(t => t.Kind == TokenKind.Indent), tokens.Count(t => t.Kind == TokenKind.Dedent));
        }
    }

    private static List<Token> Tokens(string source) => Read(SourceText.OfString(source));

    private static List<Token> Read(SourceText text)
    {
        PythonLexer lexer = new(text);
        List<Token> tokens = [];
        do
        {
            tokens.Add(lexer.Read());
            Assert.True(tokens.Count < 4 * (text.End + 4), "The lexer does not move on.");
        }
        while (tokens[^1].Kind != TokenKind.EndMarker);
        return tokens;
    }

    private static string Listing(string source)
    {
        SourceText text = SourceText.OfString(source);
        return string.Join(' ', Read(text).Select(t => t.Kind is TokenKind.NewLine or TokenKind.Indent or TokenKind.Dedent or TokenKind.EndMarker
            ? t.Kind.ToString() : $"{t.Kind}:{Encoding.UTF8.GetString(text.Slice(t.Start, t.End))}"));
    }
}
