// The text report: what it says first, how it wraps, and that nothing from a file reaches the terminal as a command.
using Assay.Artifacts;
using Assay.Detection;
using Assay.Policies;
using Assay.Reports;
using Assay.Scanning;
using Assay.Tests.Builders;

namespace Assay.Tests.Reports;

public sealed class TextReportTests
{
    [Fact]
    public void CommandsThatAreSuggestedTakeWhatTheyAreGiven()
    {
        TargetReport here = ReportSamples.Malicious with { IsTestLoaded = false, Unread = [] };
        Assert.All(["assay pickle decompile", "assay convert"], c => Assert.Contains(c, Of(here), StringComparison.Ordinal));
        string far = Of(here with { Path = "hf://org/model/x.pt" });
        Assert.All(["assay pickle", "assay convert", "assay inspect", "assay policy"], c => Assert.DoesNotContain(c, far, StringComparison.Ordinal));
        string text = Of(here with { Pickle = null });
        Assert.All(["assay pickle", "assay convert", "assay detonate"], c => Assert.DoesNotContain(c, text, StringComparison.Ordinal));
        Assert.Contains("assay inspect", text, StringComparison.Ordinal);

        static string Of(TargetReport target) => Text(ReportSamples.Of(target), 160);
    }

    [Theory]
    [InlineData(80)]
    [InlineData(160)]
    public void EverythingAtWidth(int width) => GoldenFile.Matches($"everything-{width}.txt", Text(ReportSamples.Everything, width));

    [Fact]
    public void EverythingInColour() =>
        GoldenFile.Matches("everything-80-colour.txt", Text(ReportSamples.Everything, 80, colour: true));

    [Fact]
    public void NothingFound() => GoldenFile.Matches("passed-80.txt", Text(ReportSamples.Of(ReportSamples.Passed with { Findings = [] }), 80));

    [Fact]
    public void NothingToScan() => GoldenFile.Matches("nothing-80.txt", Text(ReportSamples.Of() with { Ignored = 3 }, 80));

    [Fact]
    public void QuietHasOneLineForEachFileThatDidNotPass()
    {
        string[] lines = Text(ReportSamples.Everything, 80, quiet: true).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["models/classifier.pt: malicious PKL101 PKL201", "models/old.h5: incomplete not-supported", "models/pipe: incomplete unreadable", "models: malicious PKL201"], lines);
    }

    [Theory]
    [InlineData(80)]
    [InlineData(160)]
    public void NoLineIsWiderThanThePage(int width)
    {
        string[] lines = Text(ReportSamples.Everything, width).Split('\n');
        Assert.All(lines, l => Assert.True(TextWidth.Of(l) <= width, l));
    }

    [Fact]
    public void ALongPathStaysInOnePieceSoThatItCanBeCopied()
    {
        string path = "models/" + new string('x', 120) + "/a b/data.pkl";
        Assert.Contains(path, Text(ReportSamples.Of(ReportSamples.Malicious with { Path = path }), 80), StringComparison.Ordinal);
    }

    [Fact]
    public void LongEvidenceIsBrokenIntoLines()
    {
        Finding finding = ReportSamples.Malicious.Findings[0] with { Evidence = [new("argument", new string('#', 250))] };
        string text = Text(ReportSamples.Of(ReportSamples.Malicious with { Findings = [finding] }), 80, verbose: true);
        Assert.All(text.Split('\n'), l => Assert.True(l.Length <= 80, l));
        Assert.Equal(250, text.Count(c => c == '#'));
    }

    [Fact]
    public void ManyPlacesOfOneRuleAreCountedAndNotAllShown()
    {
        Finding[] findings = [.. Enumerable.Range(0, 500).Select(i => ReportSamples.Hit(ReportSamples.Command, "m", $"place-{i}.", i))];
        string text = Text(ReportSamples.Of(ReportSamples.Malicious with { Findings = findings }), 80);
        Assert.Equal(3, findings.Count(f => text.Contains(f.Message, StringComparison.Ordinal)));
        Assert.Contains("497", text, StringComparison.Ordinal);
    }

    [Fact]
    public void ManyPassedFilesAreCountedAndNotAllShown()
    {
        TargetReport[] targets = [.. Enumerable.Range(0, 300).Select(i => ReportSamples.Passed with { Path = $"f{i:000}.npy", Findings = [] })];
        string text = Text(ReportSamples.Of(targets), 80);
        Assert.Equal(20, targets.Count(t => text.Contains(t.Path, StringComparison.Ordinal)));
        Assert.Contains("280", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void T211_NoTextOfAFileReachesTheTerminalAsACommand(bool colour)
    {
        string text = Text(ReportSamples.Hostile(EscapeTests.Attack), 80, colour);
        string ours = text
            .Replace("\e[0m", "", StringComparison.Ordinal).Replace("\e[1m", "", StringComparison.Ordinal)
            .Replace("\e[2m", "", StringComparison.Ordinal).Replace("\e[32m", "", StringComparison.Ordinal)
            .Replace("\e[36m", "", StringComparison.Ordinal).Replace("\e[33m", "", StringComparison.Ordinal)
            .Replace("\e[1;31m", "", StringComparison.Ordinal);
        if (!colour)
        {
            Assert.Equal(text, ours);
        }

        EscapeTests.AssertHarmless(ours.Replace("\n", "", StringComparison.Ordinal));
        Assert.DoesNotContain(ours.Split('\n'), l => l.StartsWith("PASSED", StringComparison.Ordinal));
    }

    [Fact]
    public void T211_QuietLinesAreEscapedToo() =>
        EscapeTests.AssertHarmless(Text(ReportSamples.Hostile(EscapeTests.Attack), 80, quiet: true).TrimEnd('\n'));

    [Fact]
    public void T212_TheSameReportGivesTheSameText() =>
        Assert.Equal(Text(ReportSamples.Everything, 80), Text(ReportSamples.Everything with { }, 80));

    [Fact]
    public void T213_IncompleteIsSaidFirst()
    {
        string text = Text(ReportSamples.Of(ReportSamples.Incomplete, ReportSamples.Passed), 80);
        Assert.StartsWith("INCOMPLETE", text, StringComparison.Ordinal);
    }

    [Fact]
    public void T216_TheSafeSettingOfALoaderIsSaid() =>
        Assert.Contains("weights_only=True refuses", Text(ReportSamples.Everything, 160), StringComparison.Ordinal);

    [Fact]
    public void T220_BytesUnaccountedForAreSaid() =>
        Assert.Contains("34 unaccounted for", Text(ReportSamples.Everything, 160), StringComparison.Ordinal);

    [Fact]
    public void OfManyFilesThatDidNotPassEachIsWrittenWhileItComesAndTheVerdictAtTheEnd()
    {
        StringWriter writer = new();
        ScanReport report = ReportSamples.Of();
        TextReport text = new(writer, report.Head);
        for (int i = 0; i <= TextReport.Few; i++)
        {
            text.Add(new ScanResult($"{i:000}", ReportSamples.Incomplete with { Path = $"{i:000}.h5" }));
        }

        Assert.Contains("000.h5", writer.ToString(), StringComparison.Ordinal);
        text.Add(new ScanResult("x", ReportSamples.Malicious));
        Assert.Contains(ReportSamples.Malicious.Path, writer.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("SUMMARY", writer.ToString(), StringComparison.Ordinal);
        text.Finish();
        Assert.Contains("would do harm", writer.ToString()[writer.ToString().IndexOf(ReportSamples.Malicious.Path, StringComparison.Ordinal)..], StringComparison.Ordinal);
    }

    [Fact]
    public void NothingScannedIsNotCalledPassed()
    {
        ScanReport report = ReportSamples.Of();
        Assert.Equal(Verdict.Passed, report.Verdict);
        Assert.DoesNotContain("PASSED", Text(report, 80), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void WhatTheCodeOfAFileIsForIsToldFirstAndOnce()
    {
        string text = Text(ReportSamples.Of(ReportSamples.Malicious with { Findings = [.. ReportSamples.Malicious.Findings, .. s_purposes] }), 100);
        string[] lines = text.Split('\n');
        Assert.Contains("hidden in base64, zlib", lines[1], StringComparison.Ordinal);
        string lead = string.Join(' ', lines[1..4]);
        Assert.Contains("credential theft", lead, StringComparison.Ordinal);
        Assert.Contains("http://c2.example.test/up", lead, StringComparison.Ordinal);
        Assert.DoesNotContain("curiosity", text, StringComparison.Ordinal);
        Assert.DoesNotContain("What runs here looks like", text, StringComparison.Ordinal);
        Assert.Contains("            import os\n            upload(1)\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void AFewFilesAreToldInFullAndMoreAreATable()
    {
        TargetReport[] targets = [.. Enumerable.Range(0, 4).Select(i => ReportSamples.Malicious with { Path = $"m{i}.pt" })];
        string few = Text(ReportSamples.Of(targets[..3]), 100);
        Assert.Equal(3, few.Split("CRITICAL").Length - 1);
        string many = Text(ReportSamples.Of(targets), 100);
        Assert.DoesNotContain("CRITICAL", many, StringComparison.Ordinal);
        Assert.All(targets, t => Assert.Contains($"  malicious  {t.Path}  Loading calls posix.system with 'echo canary'.", many, StringComparison.Ordinal));
        Assert.Equal(4, Text(ReportSamples.Of(targets), 100, verbose: true).Split("CRITICAL").Length - 1);

        // Why a rule matters is said once, whatever the number of files.
        Assert.Equal(2, many.Split("Unpickling calls this function").Length);
        Assert.Equal(2, few.Split("Unpickling calls this function").Length);
    }

    [Fact]
    public void AFileThatPassesByAWaiverIsNotCalledPassedAlone()
    {
        string text = Text(ReportSamples.Of(ReportSamples.Loaded), 100);
        Assert.StartsWith($"PASSED BY WAIVER  {ReportSamples.Loaded.Path}", text, StringComparison.Ordinal);
        Assert.Contains("read by hand", text, StringComparison.Ordinal);
    }

    [Fact]
    public void AFileOfWhichNothingWasReadIsNotChecked() =>
        Assert.StartsWith($"NOT CHECKED  {ReportSamples.Missing.Path}", Text(ReportSamples.Of(ReportSamples.Missing), 100), StringComparison.Ordinal);

    [Fact]
    public void AFileThatWasReadAndDidNotLoadIsNotLoaded()
    {
        TargetReport read = ReportSamples.Passed with
        {
            Verdict = Verdict.Incomplete,
            IsTestLoaded = true,
            Unread = [new UnreadFact { Path = ReportSamples.Passed.Path, Cause = UnreadCause.NotDetonated, Detail = "Not detonated: no loader takes these bytes as they are." }],
        };
        Assert.StartsWith($"NOT LOADED  {read.Path}", Text(ReportSamples.Of(read), 100), StringComparison.Ordinal);

        // What else was not read is worse than that.
        TargetReport cut = read with { Unread = [.. read.Unread, new UnreadFact { Path = read.Path, Cause = UnreadCause.Truncated }] };
        Assert.StartsWith($"INCOMPLETE  {read.Path}", Text(ReportSamples.Of(cut), 100), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("models/a.pt!/data.pkl", "'models/a.pt!/data.pkl'")]
    [InlineData("a b.pt", "'a b.pt'")]
    [InlineData("it's.pt", @"'it'\''s.pt'")]
    [InlineData("-rf.pt", "./-rf.pt")]
    [InlineData("$(id).pt", "'$(id).pt'")]
    [InlineData("plain-1.2_3.pt", "plain-1.2_3.pt")]
    public void PathsInCommandsAreQuotedAsAShellTakesThem(string path, string word) => Assert.Equal(word, Shell.Quote(path));

    private static readonly Finding[] s_purposes =
    [
        ReportSamples.Hit(ReportSamples.Note, "models/classifier.pt", "What runs here looks like credential theft.") with
        {
            Subject = new("intent", "credential-theft"),
            Evidence = [new("intent", "credential-theft"), new("word", ".aws/credentials"), new("layer", "base64"), new("layer", "zlib"), new("text", "import os\nupload(1)\n"), new("url", "http://c2.example.test/up"), new("host", "c2.example.test")],
        },
        ReportSamples.Hit(ReportSamples.Note, "models/classifier.pt", "What runs here looks like curiosity.") with
        {
            Subject = new("intent", "curiosity"),
            Confidence = Confidence.Low,
            Evidence = [new("intent", "curiosity")],
        },
    ];

    internal static string Text(ScanReport report, int width, bool colour = false, bool quiet = false, bool verbose = false)
    {
        StringWriter writer = new();
        report.WriteTo(new TextReport(writer, report.Head, new TextReportOptions { Width = width, Colour = colour, Quiet = quiet, Verbose = verbose }));
        return writer.ToString();
    }
}
