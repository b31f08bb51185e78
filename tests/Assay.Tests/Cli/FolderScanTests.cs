// A folder is also judged as a whole, and every report says so.
using System.Text;
using System.Text.Json;
using Assay.Cli;
using Assay.Tests.Builders;
using Assay.Tests.Conversion;
using Assay.Tests.Reports;
using Assay.Tests.Policies;
using Assay.Tests.Scanning;

namespace Assay.Tests.Cli;

public sealed class FolderScanTests : IDisposable
{
    private readonly TemporaryTree _tree = new();

    public FolderScanTests()
    {
        _tree.Add("rules/pack.yaml", BundleJudgeTests.Pack);
        File.WriteAllBytes(_tree.Add("models/a.pkl", ""), Scans.Harmless);
        File.WriteAllBytes(_tree.Add("models/b.safetensors", ""), WeightFiles.Safetensors("""{"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}}""", 8));
    }

    public void Dispose() => _tree.Dispose();

    [Fact]
    public void WhatFilesAreTogetherDecidesTheVerdictAndTheExitCode()
    {
        (int code, string text) = Run("scan", _tree["models"], "--rules", _tree["rules"], "--format", "json");
        JsonElement report = JsonDocument.Parse(text).RootElement;
        Assert.Empty(JsonSchema.FromDocs("scan.schema.json").Errors(report));
        Assert.All(report.GetProperty("targets").EnumerateArray(), t => Assert.Equal("passed", t.GetProperty("verdict").GetString()));
        JsonElement folder = Assert.Single(report.GetProperty("bundles").EnumerateArray());
        Assert.Equal((_tree["models"], 2, "suspicious"), (folder.GetProperty("path").GetString(), folder.GetProperty("files").GetInt32(), folder.GetProperty("verdict").GetString()));
        Assert.Equal("pickle-beside-safetensors", Assert.Single(folder.GetProperty("findings").EnumerateArray()).GetProperty("rule").GetString());
        Assert.Equal(("suspicious", 1), (report.GetProperty("verdict").GetString(), code));
    }

    [Fact]
    public void FilesThatAreNamedOneByOneAreNoBundle()
    {
        (int code, string text) = Run("scan", _tree["models/a.pkl"], _tree["models/b.safetensors"], "--rules", _tree["rules"], "--format", "json");
        Assert.False(JsonDocument.Parse(text).RootElement.TryGetProperty("bundles", out _));
        Assert.Equal(0, code);
    }

    [Fact]
    public void EachFolderIsAWholeOfItsOwn()
    {
        File.WriteAllBytes(_tree.Add("other/a.pkl", ""), Scans.Harmless);
        (_, string text) = Run("scan", _tree["other"], _tree["models"], "--rules", _tree["rules"], "--format", "json");
        Assert.Equal(["suspicious", "passed"], JsonDocument.Parse(text).RootElement.GetProperty("bundles").EnumerateArray().Select(b => b.GetProperty("verdict").GetString()));
    }

    [Fact]
    public void TheTextReportNamesTheFolderItsRuleAndItsVerdict()
    {
        (_, string text) = Run("scan", _tree["models"], "--rules", _tree["rules"]);
        Assert.StartsWith("SUSPICIOUS", text, StringComparison.Ordinal);
        Assert.Contains("(pickle-beside-safetensors)", text, StringComparison.Ordinal);
        Assert.Contains(_tree["models"], text, StringComparison.Ordinal);
        (_, string quiet) = Run("scan", _tree["models"], "--rules", _tree["rules"], "--quiet");
        Assert.Equal($"{_tree["models"]}: suspicious pickle-beside-safetensors\n", quiet);
    }

    [Fact]
    public void InSarifAFindingOfAFolderIsAResultAboutItsFile()
    {
        (_, string text) = Run("scan", _tree["models"], "--rules", _tree["rules"], "--format", "sarif");
        JsonElement run = JsonDocument.Parse(text).RootElement.GetProperty("runs")[0];
        JsonElement result = Assert.Single(run.GetProperty("results").EnumerateArray());
        Assert.EndsWith("models/a.pkl", result.GetProperty("locations")[0].GetProperty("physicalLocation").GetProperty("artifactLocation").GetProperty("uri").GetString(), StringComparison.Ordinal);
        JsonElement folder = run.GetProperty("artifacts")[2];
        Assert.Equal(("directory", "suspicious"), (folder.GetProperty("roles")[0].GetString(), folder.GetProperty("properties").GetProperty("verdict").GetString()));
    }

    [Theory]
    [InlineData("json")]
    [InlineData("sarif")]
    [InlineData("text")]
    public void FactsGiveTheSameReportOnTheFolderByteForByte(string format)
    {
        (int scanned, string before) = Run("scan", _tree["models"], "--rules", _tree["rules"], "--facts", _tree["facts"], "--format", format);
        (int judged, string after) = Run("judge", _tree["facts"], "--rules", _tree["rules"], "--format", format);
        Assert.Equal((scanned, before), (judged, after));
        Assert.Equal(1, scanned);
    }

    [Fact]
    public void AFolderOfWhichSomethingWasNotReadHasNotPassed()
    {
        _tree.Link("models/gone.pkl", "nowhere");
        (_, string text) = Run("scan", _tree["models"], "--format", "json");
        Assert.Equal("incomplete", JsonDocument.Parse(text).RootElement.GetProperty("bundles")[0].GetProperty("verdict").GetString());
    }

    private static (int Code, string Output) Run(params string[] arguments)
    {
        using MemoryStream output = new();
        using StringWriter error = new();
        int code = CommandLine.Run(arguments, Stream.Null, output, error, TestContext.Current.CancellationToken);
        return (code, Encoding.UTF8.GetString(output.ToArray()));
    }
}
