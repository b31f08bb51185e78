// The samples get the verdicts that their list promises.
using Assay.Bytes;
using Assay.Detection;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Architecture;
using Assay.Tests.Builders;

namespace Assay.Tests.Samples;

public sealed class SampleTests
{
    private static readonly ScanOptions s_options = new() { Rules = RuleSet.Default, KeepFacts = true };

    public static TheoryData<string, string> Expected => [.. Listed()];

    [Fact]
    public void EverySampleIsListed()
    {
        IEnumerable<string> there = Repository.Files
            .Where(f => f.StartsWith("samples/good/", StringComparison.Ordinal) || f.StartsWith("samples/hostile/", StringComparison.Ordinal))
            .Select(f => f["samples/".Length..]);
        Assert.Equal(there.Order(StringComparer.Ordinal), Listed().Select(l => l.Item1).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Expected))]
    public void SampleGetsItsVerdict(string file, string verdict) => Assert.Equal(verdict, Say(Scan(file, file)));

    [Theory]
    [MemberData(nameof(Expected))]
    public void VerdictDoesNotDependOnTheName(string file, string verdict) => Assert.Equal(verdict, Say(Scan(file, "unnamed")));

    [Theory]
    [MemberData(nameof(Expected))]
    public void EveryByteIsAccountedFor(string file, string verdict)
    {
        TargetReport target = Scan(file, file);
        Assert.Equal(target.Size, target.Bytes.Parsed + target.Bytes.Data + target.Bytes.Unknown);
        Assert.True(verdict != "passed" || (target.Bytes.Unknown == 0 && target.Unread.Count == 0), "A good sample is read to its last byte.");
    }

    [Theory]
    [MemberData(nameof(Expected))]
    public void ItsFactsAloneGiveTheSameReport(string file, string verdict)
    {
        TargetReport target = Scan(file, file);
        Assert.Equal(verdict, Say(target));
        Assert.True(Rejudged.IsTheSame(target, new Scanner(s_options).Head));
    }

    private static TargetReport Scan(string file, string name)
    {
        byte[] bytes = File.ReadAllBytes(Repository.Full("samples/" + file));
        Scanner engine = new(s_options);
        return engine.Scan(new ScanInput { Path = name, Open = () => new MemorySource(bytes), Named = true }).Report!;
    }

    private static string Say(TargetReport target) => target.Verdict switch
    {
        Verdict.Passed => "passed",
        Verdict.Incomplete => "incomplete",
        Verdict.Suspicious => "suspicious",
        _ => "malicious",
    };

    private static List<(string, string)> Listed() =>
        [.. Repository.Read("samples/expected.tsv").ReplaceLineEndings("\n").Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1)
            .Select(line => line.Split('\t')).Select(cells => (cells[0], cells[1]))];
}
