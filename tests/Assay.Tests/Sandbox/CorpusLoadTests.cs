// A test load of harmless files that real people and real libraries wrote finds nothing; a sample of the corpus, where there is one.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Detection;
using Assay.Sandbox;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Corpus;

namespace Assay.Tests.Sandbox;

public sealed class CorpusLoadTests(Boxed box) : IClassFixture<Boxed>
{
    /// <summary>All of them are measured by <c>bench/detonate</c>; this many, evenly spread, take about half a minute.</summary>
    private const int Sample = 80;
    private const long Largest = 16 << 20;

    [Fact]
    public void BenignFilesGiveNoObservedFinding()
    {
        Boxed.Needs();
        List<LabelledFile> benign = [.. LabelledFile.All().Where(f => f.Label == "benign" && new FileInfo(f.File).Length <= Largest)];
        int step = Math.Max(1, benign.Count / Sample);
        List<ScanInput> inputs = [.. benign.Where((_, i) => i % step == 0)
            .Select(f => new ScanInput { Path = f.Path, Open = () => new FileSource(File.OpenHandle(f.File)), Named = true })];
        ScanReport report = ScanReport.Of(new ScanOptions { Rules = RuleSet.Default, TestLoad = box.Loader, Jobs = 2 }, inputs);
        Assert.Contains(report.Targets, t => t.Unread.All(u => u.Cause != UnreadCause.NotDetonated));
        Assert.Empty(report.Targets.SelectMany(t => t.Findings
            .Where(f => f.Rule.Id.StartsWith("observed-", StringComparison.Ordinal)).Select(f => $"{t.Path}: {f.Rule.Id}: {f.Message}")));
    }
}
