// The verdicts on a labelled corpus stay at least as good as the project promises.
using System.Collections.Concurrent;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Detection;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;

namespace Assay.Tests.Corpus;

public sealed class CorpusTests
{
    private static readonly ConcurrentBag<string> s_judgedOtherwise = [];
    private static readonly Lazy<List<(LabelledFile File, TargetReport Report)>> s_scanned = new(() => Scan(named: true));

    /// <summary>
    /// Files that were gathered because verdicts on them were wrong; goals of their own show whether they are right now.
    /// </summary>
    private static readonly string[] s_gatheredBecauseWrong = ["malicious/bypass-2/", "reports-2/", "benign-real-2/"];

    [Fact]
    public void NearlyAllMaliciousPicklesAreFlagged() =>
        AtLeast(0.98, Of("pickle", "malicious", gatheredBecauseWrong: false), r => r.Verdict >= Verdict.Suspicious);

    [Fact]
    public void HardlyAnyBenignPickleIsFlagged() =>
        AtLeast(0.995, Of("pickle", "benign", gatheredBecauseWrong: false), r => r.Verdict < Verdict.Suspicious);

    [Fact]
    public void NoFewerOfTheMaliciousPicklesThatPassedOnceAreFlagged() =>
        AtLeast(0.98, Of("pickle", "malicious", gatheredBecauseWrong: true), r => r.Verdict >= Verdict.Suspicious);

    [Fact]
    public void NoMoreOfTheBenignPicklesThatWereFlaggedOnceAreFlagged() =>
        AtLeast(0.98, Of("pickle", "benign", gatheredBecauseWrong: true), r => r.Verdict < Verdict.Suspicious);

    [Fact]
    public void HardlyAnyBenignPickleIsIncomplete() =>
        AtLeast(0.99, Of("pickle", "benign"), r => r.Verdict != Verdict.Incomplete);

    [Fact]
    public void NearlyAllMaliciousFilesOfOtherFormatsAreFlagged() =>
        AtLeast(0.98, Of("other", "malicious"), r => r.Verdict >= Verdict.Suspicious);

    [Fact]
    public void HardlyAnyBenignFileOfAnotherFormatIsFlagged() =>
        AtLeast(0.995, Of("other", "benign"), r => r.Verdict < Verdict.Suspicious);

    [Fact]
    public void NoMaliciousFileOfAnotherFormatPasses() =>
        AtLeast(1, Of("other", "malicious"), r => r.Verdict != Verdict.Passed);

    [Fact]
    public void NoFileMeetsADefectOfOurs() =>
        AtLeast(1, s_scanned.Value, r => r.Unread.All(u => u.Cause != UnreadCause.Fault));

    [Fact]
    public void T220_EveryByteOfEveryFileIsAccountedFor() =>
        AtLeast(1, s_scanned.Value, r => r.Bytes.Parsed + r.Bytes.Data + r.Bytes.Unknown == r.Size);

    [Fact]
    public void TheFactsOfEveryFileAloneGiveTheSameReport()
    {
        Assert.NotEmpty(s_scanned.Value);
        Architecture.Offenders.None(s_judgedOtherwise);
    }

    /// <summary>What has no structure of its own is told by its name: the elements of checkpoints and of shards, and which of the texts a text is.</summary>
    private static readonly string[] s_toldByName = ["tf-checkpoint-data", "tfjs-shard", "text", "requirements"];

    /// <summary>Names decide no finding, and whether a file passes only where nothing but the name can tell what it is.</summary>
    [Fact]
    public void NamesDecideNoFinding()
    {
        List<(LabelledFile File, TargetReport Report)> renamed = Scan(named: false);
        IEnumerable<string> differ = s_scanned.Value.Zip(renamed)
            .Where(p => p.First.Report.Verdict != p.Second.Report.Verdict || !Fingerprints(p.First.Report).SequenceEqual(Fingerprints(p.Second.Report)))
            .Where(p => IsFlagged(p.First.Report) || IsFlagged(p.Second.Report) || !p.First.Report.Formats.Concat(p.Second.Report.Formats).Intersect(s_toldByName).Any())
            .Select(p => $"{p.First.File.Path}: {p.First.Report.Verdict}, renamed {p.Second.Report.Verdict}");
        Architecture.Offenders.None(differ);
    }

    private static bool IsFlagged(TargetReport report) => report.Verdict >= Verdict.Suspicious;

    /// <summary>All but the note that name and content disagree, which is about the name.</summary>
    private static IEnumerable<string> Fingerprints(TargetReport report) =>
        report.Findings.Where(f => f.Rule.Id != "name-content-mismatch").Select(f => f.ContentKey);

    private static List<(LabelledFile File, TargetReport Report)> Of(string family, string label) =>
        [.. s_scanned.Value.Where(s => s.File.Family == family && s.File.Label == label)];

    private static List<(LabelledFile File, TargetReport Report)> Of(string family, string label, bool gatheredBecauseWrong) =>
        [.. Of(family, label).Where(s => gatheredBecauseWrong == s_gatheredBecauseWrong.Any(f => s.File.Path.StartsWith(f, StringComparison.Ordinal)))];

    /// <summary>Fails when fewer than <paramref name="share"/> of the files are as they should be, and names those that are not.</summary>
    private static void AtLeast(double share, List<(LabelledFile File, TargetReport Report)> files, Func<TargetReport, bool> right)
    {
        List<string> wrong =
        [
            .. files.Where(f => !right(f.Report)).Select(f =>
                $"{f.File.Path}: {f.Report.Verdict} {string.Join(' ', f.Report.Findings.Select(x => x.Rule.Id).Distinct())} {string.Join(' ', f.Report.Unread.Select(u => u.Cause).Distinct())}"),
        ];
        string said = $"{files.Count - wrong.Count} of {files.Count}\n  {string.Join("\n  ", wrong)}";
        TestContext.Current.TestOutputHelper?.WriteLine(said);
        Assert.NotEmpty(files);
        Assert.True(files.Count - wrong.Count >= share * files.Count, said);
    }

    private static List<(LabelledFile File, TargetReport Report)> Scan(bool named)
    {
        Scanner engine = new(new ScanOptions { Rules = RuleSet.Default, KeepFacts = named });

        // What is made to cost much has no right verdict.
        return [.. LabelledFile.All().Where(f => f.Label != "costly").Select(file => (file, One(engine, file, named ? file.Path : "unnamed")))];
    }

    private static TargetReport One(Scanner engine, LabelledFile file, string name)
    {
        ScanInput input = new() { Path = name, Open = () => new FileSource(File.OpenHandle(file.File)), Named = true };
        TargetReport report = engine.Scan(input).Report!;
        if (report.Read is not null && !Rejudged.IsTheSame(report, engine.Head))
        {
            s_judgedOtherwise.Add(file.Path);
        }

        // Of two thousand files, what was read would fill the memory.
        return report with { Read = null };
    }
}
