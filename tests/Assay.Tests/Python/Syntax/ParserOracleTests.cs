// Holds the parser against CPython's own ast, on the files of a real system and on written cases.
using System.Security.Cryptography;
using System.Text;
using Assay.Bytes;
using Assay.Python.Syntax;
using Assay.Tests.Architecture;
using Assay.Tests.Builders;
using SourceText = Assay.Python.Syntax.SourceText;

namespace Assay.Tests.Python.Syntax;

public sealed class ParserOracleTests
{
    private const string Script = "tests/Assay.Tests/Python/Syntax/Oracle/dump_ast.py";

    /// <summary>The prefix u of a text that becomes a part of an f-string is not kept.</summary>
    private const string UnicodePrefix = "u\"a\" f\"b\"";
    private const string Cases = "tests/Assay.Tests/Python/Syntax/Oracle/cases.txt";

    [Theory]
    [InlineData("/usr/lib/python3.11")]
    [InlineData("/usr/lib/python3.13")]
    [InlineData("/usr/lib/python3/dist-packages/numpy")]
    [InlineData("/usr/lib/python3/dist-packages/sklearn")]
    [InlineData("/usr/lib/python3/dist-packages/joblib")]
    public void TheTreeOfEachFileIsThatOfCPython(string folder)
    {
        Assert.SkipUnless(Directory.Exists(folder), $"There is no {folder}.");
        string[] all = [.. Directory.EnumerateFiles(folder, "*.py", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

        // The table of names of characters has those that can hide code, not all of Unicode.
        string[] files = [.. all.Where(f => !File.ReadAllText(f).Contains(@"\N{", StringComparison.Ordinal))];
        Assert.InRange(files.Length, (int)(0.97 * all.Length), all.Length);
        string list = Path.GetTempFileName();
        File.WriteAllLines(list, files);
        string[] theirs = Oracle("--positions", list);
        File.Delete(list);
        Assert.Equal(files.Length, theirs.Length);
        Offenders.None(files.Zip(theirs).Where(pair => Line(File.ReadAllBytes(pair.First)) != Verdict(pair.Second)).Select(pair => $"{pair.First}: {pair.Second}"));
    }

    /// <summary>Syntax of later versions is read too: where the Python at hand refuses a case, this says nothing.</summary>
    [Fact]
    public void TheTreeOfEachCaseIsThatOfCPythonWhereItAcceptsIt()
    {
        string cases = Repository.Read(Cases);
        string file = Path.GetTempFileName();
        File.WriteAllText(file, cases);
        string[] theirs = Oracle("--positions", "--cases", file);
        File.Delete(file);
        string[] sources = cases.Split("\n---\n");
        Assert.Equal(sources.Length, theirs.Length);
        Offenders.None(sources.Zip(theirs)
            .Where(pair => pair.First != UnicodePrefix && !pair.Second.StartsWith("error", StringComparison.Ordinal) && Line(Encoding.UTF8.GetBytes(pair.First)) != pair.Second)
            .Select(pair => pair.First));
    }

    [Theory]
    [InlineData("(")]
    [InlineData("[")]
    [InlineData("{1:")]
    [InlineData("lambda:")]
    [InlineData("not ")]
    [InlineData("x if ")]
    [InlineData("f'{")]
    [InlineData("if x:\n ")]
    [InlineData("match x:\n case (")]
    public void WorkGrowsWithTheSourceAndNoFaster(string piece)
    {
        long once = Parse(piece, 2000).Work;
        long twice = Parse(piece, 4000).Work;
        Assert.InRange(twice, 1, (long)(2.2 * once));
    }

    [Fact]
    public void ABrokenStatementIsAnErrorAndWhatFollowsIsRead()
    {
        SyntaxTree tree = PythonParser.Parse(SourceText.Decode("x = = 1\nimport os\nprint 'a'\nos.system('id')\n"u8.ToArray()));
        Assert.NotEmpty(tree.Errors);
        Assert.Contains(Enumerable.Range(0, tree.Count).Select(n => tree[n].Kind), k => k == SyntaxKind.Import);
        Assert.Contains(Enumerable.Range(0, tree.Count).Select(n => tree[n].Kind), k => k == SyntaxKind.Call);
    }

    private static SyntaxTree Parse(string piece, int times) => PythonParser.Parse(SourceText.Decode(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(piece, times)))));

    private static string[] Oracle(params string[] arguments)
    {
        CPython.Needs("ast");
        byte[] output = CPython.Program("/usr/bin/python3", ["-I", "-W", "ignore", "-c", Repository.Read(Script), .. arguments]);
        return Encoding.UTF8.GetString(output).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static string Verdict(string line) => line.StartsWith("error", StringComparison.Ordinal) ? "error" : line;

    /// <summary>The dump recurses, and some files of libraries are deep.</summary>
    private static string Line(byte[] source)
    {
        string line = "";
        Thread thread = new(() => line = Digest(source), 256 << 20);
        thread.Start();
        thread.Join();
        return line;
    }

    private static string Digest(byte[] source)
    {
        SyntaxTree tree = PythonParser.Parse(SourceText.Decode(source), new ScanBudget(new ScanLimits(), TimeProvider.System));
#pragma warning disable CA5351 // A digest that keeps lines short; nothing rests on its strength.
        return tree.Errors.Count > 0 ? "error" : Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(SyntaxDump.Of(tree, positions: true))));
#pragma warning restore CA5351
    }
}
