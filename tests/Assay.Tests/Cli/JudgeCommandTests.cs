// Facts of a scan are judged again by the program, and packs are checked by it.
using System.Text;
using Assay.Cli;
using Assay.Tests.Builders;
using Assay.Tests.Scanning;

namespace Assay.Tests.Cli;

public sealed class JudgeCommandTests : IDisposable
{
    private readonly TemporaryTree _tree = new();

    public void Dispose() => _tree.Dispose();

    [Theory]
    [InlineData("json")]
    [InlineData("sarif")]
    [InlineData("text")]
    public void FactsOfAScanGiveTheSameReportByteForByte(string format)
    {
        string models = Models();
        (int scanned, string before) = Run("scan", models, "--facts", _tree["facts"], "--format", format);
        (int judged, string after) = Run("judge", _tree["facts"], "--format", format);
        Assert.Equal(1, scanned);
        Assert.Equal((scanned, before), (judged, after));
    }

    [Fact]
    public void FactsStandInTheOrderOfTheReportHoweverManyAreScannedSideBySide()
    {
        string models = Models();
        Run("scan", models, "--facts", _tree["one"], "--jobs", "1");
        Run("scan", models, "--facts", _tree["four"], "--jobs", "4");
        Assert.Equal(File.ReadAllBytes(_tree["one"]), File.ReadAllBytes(_tree["four"]));
    }

    [Fact]
    public void FactsThatWereCutAreNoReport()
    {
        Run("scan", Models(), "--facts", _tree["facts"]);
        string[] lines = File.ReadAllLines(_tree["facts"]);
        File.WriteAllLines(_tree["cut"], lines[..^1]);
        Assert.Equal(4, Run("judge", _tree["cut"]).Code);
        Assert.Equal(4, Run("judge", _tree["nothing"]).Code);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("{}")]
    [InlineData("{\"run\":{\"schema\":\"assay.facts/1\"}}")]
    [InlineData("{\"run\":{\"schema\":\"assay.facts/1\",\"version\":\"1\",\"limits\":7}}")]
    public void WhatIsNoFileOfFactsIsRefusedInOneSentenceOfOurOwn(string text)
    {
        File.WriteAllText(_tree["odd"], text);
        (int code, string said) = Complain("judge", _tree["odd"]);
        Assert.Equal(4, code);
        Assert.Single(said.TrimEnd('\n').Split('\n'));
        Assert.DoesNotContain("LineNumber", said, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", said, StringComparison.Ordinal);
        Assert.DoesNotContain("Assay.Artifacts", said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("judge")]
    [InlineData("scan", "x", "--policy")]
    [InlineData("effects", "show", "os.system", "--evidence")]
    public void AFileThatIsNotThereIsSaidWithItsNameAsGiven(params string[] command)
    {
        (int code, string said) = Complain([.. command, "nowhere.file"]);
        Assert.Equal(4, code);
        Assert.Contains(" nowhere.file cannot be read: there is no such file.", said, StringComparison.Ordinal);
    }

    [Fact]
    public void TheReportAndTheFactsDoNotGoIntoOneFile() =>
        Assert.Equal(4, Run("scan", Models(), "--facts", _tree["x"], "--output", _tree["x"]).Code);

    [Theory]
    [InlineData("version: 1", 0)]
    [InlineData("version: 1\nnonsense: 2", 1)]
    [InlineData("rules:\n- {id: zip-other, title: t, severity: low, confidence: high, why: w, fix: f, when: {anomaly: zip.overlap}}", 1)]
    public void PacksAreChecked(string pack, int code)
    {
        string file = _tree.Add("packs/mine.yaml", pack);
        (int got, string said) = Run("rules", "check", Path.GetDirectoryName(file)!);
        Assert.Equal(code, got);
        Assert.Equal(code == 1, said.Contains("mine.yaml:2:", StringComparison.Ordinal));
    }

    [Fact]
    public void NoPacksToCheckIsAUsageError() => Assert.Equal(4, Run("rules", "check", _tree["nowhere"]).Code);

    private string Models()
    {
        Write("a.pkl", Scans.Canary);
        Write("b.pkl", Scans.Harmless);
        Write("c.pkl", PickleBuilder.Protocol(4).Call("os", "system", "echo \0").Stop().ToArray());
        Write("readme", "text"u8.ToArray());
        return _tree["models"];
    }

    private void Write(string name, byte[] bytes) => File.WriteAllBytes(_tree.Add("models/" + name, ""), bytes);

    private static (int Code, string Said) Complain(params string[] arguments)
    {
        using StringWriter error = new();
        int code = CommandLine.Run(arguments, Stream.Null, Stream.Null, error, TestContext.Current.CancellationToken);
        return (code, error.ToString());
    }

    private static (int Code, string Output) Run(params string[] arguments)
    {
        using MemoryStream output = new();
        using StringWriter error = new();
        int code = CommandLine.Run(arguments, Stream.Null, output, error, TestContext.Current.CancellationToken);
        return (code, Encoding.UTF8.GetString(output.ToArray()));
    }
}
