// What a house decides: policies that are drafted, checked and found, baselines, and what is left out.
using System.Text;
using System.Text.Json;
using Assay.Cli;
using Assay.Tests.Builders;
using Assay.Tests.Reports;
using Assay.Tests.Scanning;

namespace Assay.Tests.Cli;

public sealed class PolicyCommandTests : IDisposable
{
    private static readonly byte[] s_unknown = "cthingy\nbuild\n(S'echo canary'\ntR."u8.ToArray();
    private static readonly byte[] s_other = "cthingy\nbuild\n(S'curl http://other.example'\ntR."u8.ToArray();
    private static readonly byte[] s_harmful = "cos\nsystem\n(S'echo canary'\ntR."u8.ToArray();
    private readonly TemporaryTree _tree = new();

    public PolicyCommandTests() => File.WriteAllBytes(_tree.Add("models/a.pkl", ""), s_unknown);

    public void Dispose() => _tree.Dispose();

    [Fact]
    public void ADraftNeedsAReasonAndThenWaivesThatContentAlone()
    {
        string policy = _tree["policy.yaml"];
        Assert.Equal((0, ""), Run("policy", "init", _tree["models"], "-o", policy));
        Assert.Contains("reason", Run("policy", "check", policy).Text, StringComparison.Ordinal);
        Assert.Equal(4, Run("policy", "check", policy).Code);
        File.WriteAllText(policy, File.ReadAllText(policy).Replace("reason: \"\"", "reason: ours", StringComparison.Ordinal).Replace("by: \"\"", "by: ada", StringComparison.Ordinal));
        Assert.Equal(0, Run("policy", "check", policy).Code);
        (int code, string text) = Run("scan", _tree["models"], "--policy", policy);
        Assert.Equal(0, code);
        Assert.Contains("PASSED BY WAIVER", text, StringComparison.Ordinal);
        Assert.Contains("by ada", text, StringComparison.Ordinal);
        File.WriteAllBytes(_tree["models/a.pkl"], s_other);
        (code, text) = Run("scan", _tree["models"], "--policy", policy);
        Assert.Equal(1, code);
        Assert.Contains("not applied, as the content is not what it was given for", text.ReplaceLineEndings(" ").Replace("            ", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void ADraftOffersNothingThatDoesHarm()
    {
        File.WriteAllBytes(_tree["models/a.pkl"], s_harmful);
        (int code, string text) = Run("policy", "init", _tree["models"]);
        Assert.Equal(0, code);
        Assert.DoesNotContain("rule:", text, StringComparison.Ordinal);
        Assert.Contains("waivers: []", text, StringComparison.Ordinal);
    }

    [Fact]
    public void TextOfAFileStaysInTheCommentsOfADraft()
    {
        File.WriteAllBytes(_tree["models/a.pkl"], "cthingy\nbuild\n(V\\u000aallowed-modules: [os]\\u2028x\ntR."u8.ToArray());
        (_, string text) = Run("policy", "init", _tree["models"]);
        Assert.DoesNotContain(text.Split('\n', '\u2028'), l => l.StartsWith("allowed", StringComparison.Ordinal));
    }

    [Fact]
    public void AfterABaselineOnlyWhatIsNewFails()
    {
        string baseline = _tree["baseline.yaml"];
        Assert.Equal((0, ""), Run("baseline", _tree["models"], "-o", baseline));
        Assert.Equal(0, Run("scan", _tree["models"], "--baseline", baseline).Code);
        File.WriteAllBytes(_tree.Add("models/b.pkl", ""), s_harmful);
        (int code, string text) = Run("scan", _tree["models"], "--baseline", baseline, "--format", "json");
        Assert.Equal(1, code);
        JsonElement report = JsonDocument.Parse(text).RootElement;
        Assert.Empty(JsonSchema.FromDocs("scan.schema.json").Errors(report));
        Assert.Equal(["passed", "malicious"], report.GetProperty("targets").EnumerateArray().Select(t => t.GetProperty("verdict").GetString()));
    }

    [Fact]
    public void APolicyOfTheHouseIsFoundUpToTheRootOfTheRepository()
    {
        Waive(_tree["assay.yaml"]);
        Directory.CreateDirectory(_tree[".git"]);
        Assert.Equal(0, RunIn(_tree["models"], "scan", _tree["models/a.pkl"]).Code);
        Assert.Equal(1, RunIn(_tree["models"], "scan", _tree["models/a.pkl"], "--no-policy").Code);
        Assert.Equal(0, RunIn(_tree["models"], "policy", "check").Code);
    }

    [Fact]
    public void APolicyAboveWithoutARepositoryIsNobodys()
    {
        Waive(_tree["assay.yaml"]);
        Assert.Equal(1, RunIn(_tree["models"], "scan", _tree["models/a.pkl"]).Code);
    }

    [Fact]
    public void APolicyThatLiesInWhatIsExaminedDecidesNothingUnlessItIsNamed()
    {
        Waive(_tree["models/assay.yaml"]);
        (int code, _, string said) = RunSaying(_tree["models"], "scan", _tree["models"]);
        Assert.Equal(1, code);
        Assert.Contains("assay.yaml", said, StringComparison.Ordinal);
        Assert.Equal(0, RunIn(_tree["models"], "scan", _tree["models/a.pkl"], "--policy", _tree["models/assay.yaml"]).Code);
    }

    [Fact]
    public void WhatTheHouseLeavesOutIsCountedAndNotExamined()
    {
        File.WriteAllText(_tree["ignored"], "# ours\nmodels/a.pkl\n");
        File.WriteAllBytes(_tree.Add("models/b.pkl", ""), Scans.Harmless);
        (int code, string text) = Run("scan", _tree["models"], "--ignore-file", _tree["ignored"]);
        Assert.Equal(0, code);
        Assert.Contains("1 other left out and not looked at", text, StringComparison.Ordinal);
        (_, string json) = Run("scan", _tree["models"], "--ignore-file", _tree["ignored"], "--format", "json");
        Assert.Contains("models/a.pkl\"", json[json.IndexOf("ignoredFiles", StringComparison.Ordinal)..], StringComparison.Ordinal);
    }

    [Fact]
    public void AnAllowedModuleIsToldAsWaivedAndAnswersForUnknownCodeOnly()
    {
        File.WriteAllText(_tree["policy.yaml"], "allowed-modules: [thingy, os]\n");
        (int code, string text) = Run("scan", _tree["models"], "--policy", _tree["policy.yaml"]);
        Assert.Equal(0, code);
        Assert.Contains("PASSED BY WAIVER", text, StringComparison.Ordinal);
        Assert.Contains("allowed-modules names thingy", text.ReplaceLineEndings(" "), StringComparison.Ordinal);
        File.WriteAllBytes(_tree["models/a.pkl"], s_harmful);
        Assert.Equal(1, Run("scan", _tree["models"], "--policy", _tree["policy.yaml"]).Code);
    }

    [Theory]
    [InlineData("[")]
    [InlineData("a[!]")]
    [InlineData("[]")]
    public void APatternThatDoesNotEndIsAnError(string pattern) =>
        Assert.Equal(4, Run("scan", _tree["models"], "--include", pattern).Code);

    [Fact]
    public void SeveralReportsAreWrittenAtOnce()
    {
        (int code, string text) = Run("scan", _tree["models"], "--report", $"sarif={_tree["r.sarif"]}", "--report", $"json={_tree["r.json"]}");
        Assert.Equal(1, code);
        Assert.StartsWith("SUSPICIOUS", text, StringComparison.Ordinal);
        Assert.Equal("2.1.0", JsonDocument.Parse(File.ReadAllText(_tree["r.sarif"])).RootElement.GetProperty("version").GetString());
        Assert.Equal("suspicious", JsonDocument.Parse(File.ReadAllText(_tree["r.json"])).RootElement.GetProperty("verdict").GetString());
        Assert.Equal(Run("scan", _tree["models"], "--format", "json").Text, File.ReadAllText(_tree["r.json"]));
    }

    [Theory]
    [InlineData("sarif")]
    [InlineData("sarif=")]
    [InlineData("word=x")]
    public void AReportThatIsNoFormatAndFileIsAnError(string report) => Assert.Equal(4, Run("scan", _tree["models"], "--report", report).Code);

    [Fact]
    public void TwoReportsDoNotShareAFile() =>
        Assert.Equal(4, Run("scan", _tree["models"], "--report", $"json={_tree["r"]}", "-o", _tree["r"]).Code);

    [Fact]
    public void LinesOfJsonHoldWhatTheDocumentHolds()
    {
        string[] lines = Run("scan", _tree["models"], "--format", "jsonl").Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, lines.Length);
        JsonElement whole = JsonDocument.Parse(Run("scan", _tree["models"], "--format", "json").Text).RootElement;
        Assert.Equal(whole.GetProperty("tool").GetRawText().Length > 0, JsonDocument.Parse(lines[0]).RootElement.TryGetProperty("tool", out _));
        Assert.True(JsonElement.DeepEquals(whole.GetProperty("targets")[0], JsonDocument.Parse(lines[1]).RootElement.GetProperty("target")));
        Assert.True(JsonElement.DeepEquals(whole.GetProperty("summary"), JsonDocument.Parse(lines[2]).RootElement.GetProperty("end").GetProperty("summary")));
    }

    [Theory]
    [InlineData("", 1, "high")]
    [InlineData("mode: apply", 1, "high")]
    [InlineData("mode: log", 0, "info")]
    public void ARuleOfTheHouseCanBeTriedWithoutEffect(string mode, int code, string severity)
    {
        _tree.Add("house/ours.yaml", $"""
            rules:
            - id: ours-text
              title: A text
              severity: high
              confidence: high
              when: {"{"}format: text{"}"}
              why: To see.
              fix: Nothing.
              {mode}

            """);
        _tree.Add("note.txt", "words\n");
        (int got, string text) = Run("scan", _tree["note.txt"], "--rules", _tree["house"], "--format", "json");
        Assert.Equal(code, got);
        JsonElement finding = Assert.Single(JsonDocument.Parse(text).RootElement.GetProperty("targets")[0].GetProperty("findings").EnumerateArray());
        Assert.Equal(("ours-text", severity), (finding.GetProperty("rule").GetString(), finding.GetProperty("severity").GetString()));
    }

    [Fact]
    public void AModeThatDoesNotExistIsAnError()
    {
        _tree.Add("house/ours.yaml", "rules:\n- {id: ours, title: t, severity: low, confidence: low, when: {format: text}, why: w, fix: f, mode: dry}\n");
        Assert.Equal(4, Run("scan", _tree["models"], "--rules", _tree["house"]).Code);
    }

    [Fact]
    public void ALinkThatLeadsNowhereIsCalledOne()
    {
        _tree.Link("dangling.pkl", "nowhere");
        Assert.Contains("link to nowhere", Run("scan", _tree["dangling.pkl"]).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void AConversionReplacesNoLink()
    {
        _tree.Add("kept", "kept");
        _tree.Link("out.safetensors", "kept");
        File.WriteAllBytes(_tree.Add("w.npy", ""), NumpyFiles.Floats(2));
        Assert.Equal(4, Run("convert", _tree["w.npy"], "-o", _tree["out.safetensors"], "--force").Code);
        Assert.Equal("kept", File.ReadAllText(_tree["kept"]));
    }

    private void Waive(string path)
    {
        string draft = Run("policy", "init", _tree["models/a.pkl"]).Text;
        File.WriteAllText(path, draft.Replace("reason: \"\"", "reason: ours", StringComparison.Ordinal));
    }

    private (int Code, string Text) Run(params string[] arguments) => RunIn(_tree[""], arguments);

    private static (int Code, string Text) RunIn(string folder, params string[] arguments)
    {
        (int code, string text, string said) = RunSaying(folder, arguments);
        return (code, text + said);
    }

    private static (int Code, string Text, string Said) RunSaying(string folder, params string[] arguments)
    {
        using MemoryStream output = new();
        using StringWriter error = new();
        int code = CommandLine.Run(arguments, new Host { Input = Stream.Null, Output = output, Error = error, Directory = folder });
        return (code, Encoding.UTF8.GetString(output.ToArray()), error.ToString());
    }
}
