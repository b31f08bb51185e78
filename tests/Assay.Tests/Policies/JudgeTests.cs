// A judgement needs facts, rules, a policy and a day, and nothing else.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Detection;
using Assay.Policies;
using Assay.Reports;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Scanning;

namespace Assay.Tests.Policies;

public sealed class JudgeTests
{
    private static readonly DateOnly s_day = new(2030, 1, 1);

    [Fact]
    public void FactsThatWentThroughAFileGiveTheSameReportByteForByte()
    {
        byte[] strange = PickleBuilder.Protocol(4).Call("os", "system", "echo \u202e \0").Stop().ToArray();
        ScanInput[] inputs = [Scans.Input(Scans.Canary, "a.pkl"), Scans.Input(Scans.Harmless, "b.pkl"), Scans.Input(strange, "c.pkl"), Scans.Input([1, 2, 3], "d.pt"), new() { Path = "e", Unreadable = "gone" }];
        ScanReport report = Scans.Run(Scans.Options, inputs);

        using MemoryStream file = new();
        FactFileWriter writer = new(file, report.Head.Version, report.Head.Limits);
        foreach (TargetReport target in report.Targets)
        {
            writer.Write(target.Read!);
        }

        writer.End(report.Ignored);
        file.Position = 0;
        FactFileReader reader = new(file);
        TargetReport[] targets = [.. reader.Inputs().Select(f => TargetReport.Of(f, Judge.Of(f, RuleSet.Default, Policy.None, s_day)))];
        ScanReport again = report with { Targets = targets, Head = report.Head with { Limits = reader.Limits }, Ignored = (int)reader.Ignored };
        Assert.Equal(5, targets.Length);
        Assert.Equal(Bytes(report, s => new JsonReport(s, report.Head)), Bytes(again, s => new JsonReport(s, again.Head)));
        Assert.Equal(Bytes(report, s => new SarifReport(s, report.Head, new MemoryScratch())), Bytes(again, s => new SarifReport(s, again.Head, new MemoryScratch())));
    }

    [Fact]
    public void LoneSurrogatesComeThroughAndTheReportIsTheSame()
    {
        // Python's texts may hold half of a pair, which UTF-8 cannot.
        byte[] bytes = [0x80, 4, .. "cos\nsystem\n"u8, 0x8C, 6, (byte)'a', 0xED, 0xA0, 0x80, (byte)'b', (byte)'c', 0x85, (byte)'R', (byte)'.'];
        ScanReport report = Scans.Run(Scans.Options, Scans.Input(bytes, "m.pkl"));
        TargetReport target = Assert.Single(report.Targets);
        Assert.Contains(target.Facts.OfType<CallableFact>(), f => f.Arguments.Any(a => a.Text.Contains('\ud800', StringComparison.Ordinal)));
        Assert.True(Rejudged.IsTheSame(target, report.Head));
    }

    [Fact]
    public void OtherRulesJudgeTheSameFactsAnew()
    {
        FactSet facts = new() { Path = "m", Facts = [.. FactBuilder.Facts("{call: mypackage.build, args: [/srv/x]}", "m")] };
        Assert.Equal(Verdict.Suspicious, Judge.Of(facts, RuleSet.Default, Policy.None, s_day).Verdict);
        RuleSet rules = RuleSet.With([("mine.yaml", "effects:\n- {set: mine, reason: we wrote it, names: {mypackage: [build]}}")]);
        Assert.Equal(Verdict.Passed, Judge.Of(facts, rules, Policy.None, s_day).Verdict);
    }

    [Fact]
    public void RulesThatWereNotPutToAllFactsAreNoPass()
    {
        FactSet facts = new() { Path = "m", Limits = new ScanLimits { RuleSteps = 3 }, Facts = [.. Enumerable.Range(0, 100).SelectMany(i => FactBuilder.Facts($"{{anomaly: pickle.second-stream, inside: {i}}}"))] };
        Judgement judgement = Judge.Of(facts, RuleSet.Default, Policy.None, s_day);
        Assert.Equal(Verdict.Incomplete, judgement.Verdict);
        Assert.Contains(judgement.Unread, u => u.Cause == UnreadCause.Limit);
    }

    [Fact]
    public void FormatsAloneAreNothingToFindAndARuleMayAskForThemAllTheSame()
    {
        FactSet facts = new() { Path = "m", Facts = [new FormatFact { Path = "m", Format = "pickle" }] };
        Assert.Empty(Judge.Of(facts, RuleSet.Default, Policy.None, s_day).Findings);
        RuleSet rules = RuleSet.With([("mine.yaml", "rules:\n- {id: no-pickles, title: We take no pickles, severity: medium, confidence: high, why: w, fix: f, when: {format: pickle}}")]);
        Assert.Equal(Verdict.Suspicious, Judge.Of(facts, rules, Policy.None, s_day).Verdict);
    }

    [Fact]
    public void AFindingNamesNoLoaderThatItsOwnFactExcludes()
    {
        CallableFact call = (CallableFact)FactBuilder.Facts("{call: os.system, args: [id]}", "m").Single();
        string[] Named(params string[] dialects)
        {
            Fact fact = call with { Pickle = call.Pickle! with { Dialects = dialects } };
            FactSet facts = new() { Path = "m", Facts = [new FormatFact { Path = "m", Format = "pickle", Head = "80049500" }, fact] };
            return [.. Judge.Of(facts, RuleSet.Default, Policy.None, s_day).Findings.First(f => f.Severity is Severity.Critical).Loaders.Select(l => l.Loader)];
        }

        Assert.Contains("pickle.load", Named());
        Assert.Contains("joblib.load", Named("joblib"));
        Assert.DoesNotContain("pickle.load", Named("joblib"));
        Assert.Empty(Named("no-such-unpickler"));
    }

    private static byte[] Bytes(ScanReport results, Func<Stream, IScanReport> format)
    {
        using MemoryStream stream = new();
        using (IScanReport report = format(stream))
        {
            results.WriteTo(report);
        }

        return stream.ToArray();
    }
}
