// A bundle is what its files are, and what they are together.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Detection;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Conversion;
using Assay.Tests.Scanning;

namespace Assay.Tests.Policies;

public sealed class BundleJudgeTests
{
    internal const string Pack = """
        rules:
        - id: pickle-beside-safetensors
          title: A pickle lies beside safetensors
          severity: medium
          confidence: high
          when: {all: [{format: pickle}, {format: safetensors}], within: bundle}
          why: A loader may take either.
          fix: Delete the pickle.
        """;

    private static readonly byte[] s_safetensors = WeightFiles.Safetensors("""{"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}}""", 8);

    [Fact]
    public async Task RulesOverABundleSeeTheFactsOfAllItsFiles()
    {
        (BundleReport whole, List<ScanResult> results) = await Scan(new() { ["m.pkl"] = Scans.Harmless, ["m.safetensors"] = s_safetensors });
        Assert.Equal([Verdict.Passed, Verdict.Passed], results.Select(r => r.Report!.Verdict));
        Assert.All(results, r => Assert.Empty(r.Report!.Findings));
        Finding finding = Assert.Single(whole.Judgement.Findings);
        Assert.Equal(("pickle-beside-safetensors", "folder/m.pkl"), (finding.Rule.Id, finding.Path));
        Assert.Equal((Verdict.Suspicious, 2), (whole.Judgement.Verdict, whole.Files));
        Assert.Equal(["pickle", "safetensors"], whole.Facts.Facts.OfType<FormatFact>().Select(f => f.Format));
    }

    [Fact]
    public async Task TheWorstFileIsTheVerdictOfABundleAndItsFindingsAreNotToldTwice()
    {
        byte[] both = new ZipBuilder().Add("m.pkl", Scans.Harmless).Add("m.safetensors", s_safetensors).Build();
        (BundleReport whole, List<ScanResult> results) = await Scan(new() { ["a.pkl"] = Scans.Canary, ["both.zip"] = both });
        Assert.Contains("pickle-beside-safetensors", results[1].Report!.Findings.Select(f => f.Rule.Id));
        Assert.Empty(whole.Judgement.Findings);
        Assert.Equal(Verdict.Malicious, whole.Judgement.Verdict);
    }

    [Fact]
    public async Task ABundleWithAFileThatWasNotReadIsIncomplete()
    {
        (BundleReport whole, _) = await Scan(new() { ["a.pkl"] = Scans.Harmless, ["b.pkl"] = [.. Scans.Harmless[..^1]] });
        Assert.Equal(Verdict.Incomplete, whole.Judgement.Verdict);
    }

    private static async Task<(BundleReport Whole, List<ScanResult> Results)> Scan(SortedDictionary<string, byte[]> files)
    {
        List<ScanResult> results = [];
        Scanner scanner = new(Scans.Options with { Rules = RuleSet.With([("pack.yaml", Pack)]), KeepFacts = false });
        BundleReport whole = await scanner.ScanBundleAsync(new Held(files), results.Add, TestContext.Current.CancellationToken);
        Assert.All(results, r => Assert.Null(r.Report!.Read));
        return (whole, results);
    }

    private sealed class Held(SortedDictionary<string, byte[]> files) : IBundle
    {
        public string Path => "folder";

        public IEnumerable<BundleEntry> List(CancellationToken cancellation = default) => files.Select(f => new BundleEntry(f.Key, f.Value.Length));

        public BundleOpening TryOpen(string name) =>
            files.TryGetValue(name, out byte[]? bytes) ? BundleOpening.Of(new MemorySource(bytes)) : BundleOpening.Refuse(BundleRefusal.Missing, "There is no such file.");
    }
}
