// The parser: what it makes of source that is no Python, and its bounds.
using System.Text;
using Assay.Bytes;
using Assay.Python.Syntax;

namespace Assay.Tests.Python.Syntax;

public sealed class ParserTests
{
    [Theory]
    [InlineData("print 'a', b()\nx = 1\n", "Error(Constant, Call(Name)) [Expr(Name)]; Assign(Name, Constant)")]
    [InlineData("exec code in space\nimport os\n", "Error(Compare(Name, Name)) [Expr(Name)]; Import(Alias)")]
    [InlineData("x = = f(1)\ny", "Error(Name, Call(Name, Constant)); Expr(Name)")]
    [InlineData("raise A, b\n", "Error(Name) [Raise(Name)]")]
    [InlineData("f(a, g(\nimport os\nos.system('x')\n", "Error(Name, Name, Name); Import(Alias); Expr(Call(Attribute(Name), Constant))")]
    [InlineData("x = 'a\nf()\n", "Error(Name); Expr(Call(Name))")]
    [InlineData("a; b c; d()\n", "Expr(Name); Error(Name) [Expr(Name)]; Expr(Call(Name))")]
    [InlineData("if f(:\n    g()\nh()\n", "Error(Name, Call(Name), Call(Name))")]
    [InlineData("if a b:\n    g()\nelse:\n    h()\n", "If(Name) [Error(Name); Expr(Call(Name))] [Expr(Call(Name))]")]
    [InlineData("else:\n    g()\nh()\n", "Error() [Expr(Call(Name))]; Expr(Call(Name))")]
    [InlineData("try:\n    f()\nexcept (:\n    g()\nfinally:\n    h()\n", "Error(Call(Name)); Try [Expr(Call(Name))] [Expr(Call(Name))]")]
    [InlineData("def f(a b):\n    g()\n", "Error(Arg, Name) [Expr(Call(Name))]")]
    [InlineData("class A:\nx = 1\n", "ClassDef; Assign(Name, Constant)")]
    [InlineData("  x()\ny()\n", "Expr(Call(Name)); Expr(Call(Name))")]
    [InlineData("if a:\n    b()\n  c()\nd()\n", "If(Name) [Expr(Call(Name))]; Expr(Call(Name)); Expr(Call(Name))")]
    [InlineData("@f()\nx = 1\n", "Error(Call(Name)); Assign(Name, Constant)")]
    [InlineData("match x:\n    f()\n    case 1: g()\n", "Match(Name, MatchCase(MatchValue(Constant)) [Expr(Call(Name))]); Error() [Expr(Call(Name))]")]
    [InlineData("f(1)) + g(2)\nh()", "Error(UnaryOp(Call(Name, Constant))) [Expr(Call(Name, Constant))]; Expr(Call(Name))")]
    [InlineData("x = `a()`\n", "Error(Name, Call(Name))")]
    [InlineData("x = f'{a b}' + c()\n", "Error(Name, Name, Name, UnaryOp(Call(Name)))")]
    public void WhatCanBeReadOfABrokenStatementIsKept(string source, string outline)
    {
        SyntaxTree tree = Parse(source);
        Assert.NotEmpty(tree.Errors);
        Assert.Equal(outline, Outline.OfBody(tree.Root));
    }

    [Theory]
    [InlineData("x = 0777 + 10L\n", "Assign(Name, BinOp(Constant, Constant))", nameof(SyntaxErrorKind.LeadingZeros), 4)]
    [InlineData("f(async=await_, await=1)\n", "Expr(Call(Name, Keyword(Name), Keyword(Constant)))", nameof(SyntaxErrorKind.ReservedName), 2)]
    [InlineData("x = '\\x4'\n", "Assign(Name, Constant)", nameof(SyntaxErrorKind.InvalidEscape), 5)]
    [InlineData("'a' b'b'\n", "Expr(Constant)", nameof(SyntaxErrorKind.IncompatibleLiterals), 0)]
    [InlineData("if a <> b: c\n", "If(Compare(Name, Name)) [Expr(Name)]", nameof(SyntaxErrorKind.InvalidCharacter), 5)]
    public void WhatCanBeReadAllTheSameIsToldButIsNoErrorNode(string source, string outline, string kind, int offset)
    {
        SyntaxTree tree = Parse(source);
        Assert.Equal((kind, offset), (tree.Errors[0].Kind.ToString(), tree.Errors[0].Offset));
        Assert.Equal(outline, Outline.OfBody(tree.Root));
    }

    [Theory]
    [InlineData("f() = 1", nameof(SyntaxErrorKind.InvalidTarget), 0)]
    [InlineData("for f() in x: pass", nameof(SyntaxErrorKind.InvalidTarget), 4)]
    [InlineData("f(a=1, b)", nameof(SyntaxErrorKind.InvalidArguments), 8)]
    [InlineData("def f(a=1, b): pass", nameof(SyntaxErrorKind.InvalidParameters), 11)]
    [InlineData("if a:\npass", nameof(SyntaxErrorKind.ExpectedIndentedBlock), 6)]
    [InlineData("a\n  b", nameof(SyntaxErrorKind.UnexpectedIndent), 4)]
    [InlineData("try:\n  a\nb", nameof(SyntaxErrorKind.IncompleteStatement), 0)]
    [InlineData("a = (b\nc = 1\ndef d(): pass", nameof(SyntaxErrorKind.UnexpectedToken), 7)]
    public void TheFirstErrorIsToldWithItsPlace(string source, string kind, int offset)
    {
        SyntaxTree tree = Parse(source);
        Assert.Equal((kind, offset), (tree.Errors[0].Kind.ToString(), tree.Errors[0].Offset));
    }

    [Fact]
    public void ChildrenHaveLowerNumbersThanTheirParents()
    {
        SyntaxTree tree = Parse(Sample.Source);
        foreach (SyntaxNode node in SyntaxWalk.Of(tree.Root))
        {
            Assert.InRange(node.Number, 1, tree.Count - 1);
            foreach (SyntaxNode child in SyntaxWalk.Of(node).Skip(1).Take(1))
            {
                Assert.True(child.Number < node.Number);
            }
        }
    }

    [Fact]
    public void AFieldThatAKindDoesNotHaveIsAMistakeOfTheCaller() =>
        Assert.Throws<ArgumentException>(() => Parse("x").Root[SyntaxField.Func]);

    [Fact]
    public void NamesAreOneHoweverTheyAreSpelled()
    {
        SyntaxTree tree = Parse("𝗲𝘅𝗲𝗰; exec");
        SyntaxNodeList statements = tree.Root.List(SyntaxField.Body);
        SyntaxNode first = statements[0][SyntaxField.Value];
        Assert.Equal("exec", first.Name(SyntaxField.Id));
        Assert.Equal(first.NameNumber(SyntaxField.Id), statements[1][SyntaxField.Value].NameNumber(SyntaxField.Id));
        Assert.Equal(first.NameNumber(SyntaxField.Id), tree.Names.Find("exec"));
    }

    [Fact]
    public void FilesCanShareTheirNames()
    {
        NameTable names = new();
        SyntaxTree first = PythonParser.Parse(SourceText.OfString("a = b"), names: names);
        SyntaxTree second = PythonParser.Parse(SourceText.OfString("c = b"), names: names);
        Assert.Same(first.Names, second.Names);
        Assert.Equal(4, names.Count);
    }

    [Fact]
    public void CancellationStopsInTheMiddle()
    {
        using CancellationTokenSource source = new();
        source.Cancel();
        ScanBudget budget = new(new ScanLimits(), TimeProvider.System, source.Token);
        SourceText text = SourceText.OfString(string.Concat(Enumerable.Repeat("a + ", 100_000)));
        Assert.Throws<ScanStopException>(() => PythonParser.Parse(text, budget));
    }

    /// <summary>Each is repeated or nested: the work must double with the length, whatever the parser has to look ahead or to take back.</summary>
    [Theory]
    [InlineData("(", "a", ")", true)]
    [InlineData("[", "a", "]", true)]
    [InlineData("{a: ", "b", "}", true)]
    [InlineData("f(", "a", ")", true)]
    [InlineData("a[", "b", "]", true)]
    [InlineData("lambda: ", "a", "", false)]
    [InlineData("lambda x=", "a", ": b", false)]
    [InlineData("not ", "a", "", false)]
    [InlineData("-", "a", "", false)]
    [InlineData("a ** ", "b", "", false)]
    [InlineData("a if b else ", "c", "", false)]
    [InlineData("a + ", "b", "", false)]
    [InlineData("a < ", "b", "", false)]
    [InlineData("a and b or ", "c", "", false)]
    [InlineData("a.b[c](d).", "e", "", false)]
    [InlineData("a = ", "b", "", false)]
    [InlineData("a, ", "b", "", false)]
    [InlineData("(a, ", "b", ") = c", true)]
    [InlineData("(a := ", "b", ")", true)]
    [InlineData("[a for a in ", "b", "]", true)]
    [InlineData("(a for a in b if ", "c", ")", true)]
    [InlineData("f'{", "a", "}'", true)]
    [InlineData("f'{a:{", "b", "}}'", true)]
    [InlineData("'a' ", "'b'", "", false)]
    [InlineData("f'{a}' ", "f'b'", "", false)]
    [InlineData("await ", "a", "", false)]
    [InlineData("yield ", "a", "", false)]
    [InlineData("*", "a", "", false)]
    [InlineData("match ", "a", ":", false)]
    [InlineData("match (", "a", "):", true)]
    [InlineData("match a:\n case [", "b", "]: pass", true)]
    [InlineData("match a:\n case {1: ", "b", "}: pass", true)]
    [InlineData("match a:\n case A(b=", "c", "): pass", true)]
    [InlineData("match a:\n case 1 | ", "b", ": pass", false)]
    [InlineData("with (", "a", "): pass", true)]
    [InlineData("with (a as b, ", "c", "): pass", false)]
    [InlineData("with a as b, ", "c", ": pass", false)]
    [InlineData("with (a for ", "b", "): pass", true)]
    [InlineData("type ", "a", "", false)]
    [InlineData("type A[", "T", "] = a", true)]
    [InlineData("print ", "a", "", false)]
    [InlineData("= ", "a", "", false)]
    [InlineData("; ", "a", "", false)]
    [InlineData("if a: ", "b", "", false)]
    [InlineData("@a\n", "def f(): pass", "", false)]
    [InlineData("else:\n", "a", "", false)]
    [InlineData("if a:\n  b\nel", "if a: b", "", false)]
    [InlineData("except a: b\n", "c", "", false)]
    [InlineData("\\\n", "a", "", false)]
    [InlineData("'''", "a", "", false)]
    [InlineData("f'''{", "a", "", false)]
    [InlineData("(\n", "a", "", false)]
    [InlineData("(a\ndef ", "f(): pass", "", false)]
    [InlineData("\\N{", "a", "", false)]
    [InlineData("'\\N{", "a", "'\n", false)]
    [InlineData("import a.", "b", "", false)]
    [InlineData("from .", " import a", "", false)]
    [InlineData("global a, ", "b", "", false)]
    [InlineData(" ", "a", "", false)]
    [InlineData("\t", "a", "", false)]
    [InlineData("#", "a", "", false)]
    [InlineData("0", "1", "", false)]
    [InlineData("é", "1", "", false)]
    [InlineData("\0", "1", "", false)]
    [InlineData(")", "1", "", false)]
    public void WorkGrowsWithTheSourceAndNoFaster(string open, string inside, string close, bool nested)
    {
        long[] work = [.. new[] { 20_000, 40_000 }.Select(n => Parse(Repeated(open, inside, close, nested, n)).Work)];
        Assert.InRange(work[1], 1, (2.2 * work[0]) + 1000);
        Assert.InRange(work[1], 1, 8L * Repeated(open, inside, close, nested, 40_000).Length);
    }

    private static string Repeated(string open, string inside, string close, bool nested, int times) =>
        string.Concat(Enumerable.Repeat(open, times)) + inside + (nested ? string.Concat(Enumerable.Repeat(close, times)) : close);

    [Theory]
    [InlineData("(", "a", ")")]
    [InlineData("f'{", "a", "}'")]
    public void BracketsAreBoundedAsInCPython(string open, string inside, string close)
    {
        Assert.Empty(Parse(Repeated(open, inside, close, true, 199)).Errors);
        Assert.Equal(SyntaxErrorKind.TooDeeplyNested, Parse(Repeated(open, inside, close, true, 201)).Errors[0].Kind);
    }

    [Theory]
    [InlineData("not ", "a")]
    [InlineData("lambda: ", "a")]
    [InlineData("a if b else ", "c")]
    [InlineData("a ** ", "b")]
    [InlineData("if a: b\nel", "if a: b")]
    public void OtherNestingIsBoundedToo(string open, string inside)
    {
        Assert.Empty(Parse(Repeated(open, inside, "", false, 5000)).Errors);
        Assert.Equal(SyntaxErrorKind.TooDeeplyNested, Parse(Repeated(open, inside, "", false, 7000)).Errors[0].Kind);
    }

    [Theory]
    [InlineData("a.", "b", 1_000_000)]
    [InlineData("a + ", "b", 1_000_000)]
    [InlineData("a, ", "b", 1_000_000)]
    [InlineData("()", "", 1_000_000)]
    [InlineData("'a' ", "'b'", 300_000)]
    public void AMillionTokensOnALineAreATree(string open, string inside, int times)
    {
        SyntaxTree tree = Parse(Repeated(open, inside, "", false, times));
        Assert.Empty(tree.Errors);
        Assert.True(tree.Count > times || open[0] == '\'');
        Assert.Equal(tree.Count - 1, SyntaxWalk.Of(tree.Root).Count());
    }

    [Fact]
    public void MutantsOfRealSourceAreReadToTheirEnd()
    {
        Random random = new(20261129);
        byte[] source = Encoding.UTF8.GetBytes(Sample.Source);
        for (int round = 0; round < 3000; round++)
        {
            List<byte> mutant = [.. source];
            for (int change = random.Next(1, 8); change > 0; change--)
            {
                int at = random.Next(mutant.Count);
                switch (random.Next(4))
                {
                    case 0: mutant[at] = (byte)random.Next(256); break;
                    case 1: mutant.RemoveRange(at, Math.Min(mutant.Count - at, random.Next(1, 20))); break;
                    case 2: mutant.InsertRange(at, Encoding.UTF8.GetBytes("()[]{}'\"\\:=,*\n \t@f"[random.Next(18)].ToString())); break;
                    default: mutant.InsertRange(at, mutant.GetRange(at, Math.Min(mutant.Count - at, random.Next(1, 60)))); break;
                }
            }

            SyntaxTree tree = PythonParser.Parse(SourceText.Decode([.. mutant]));
            WellFormed.Check(tree);
        }
    }

    private static SyntaxTree Parse(string source) => PythonParser.Parse(SourceText.OfString(source));
}
