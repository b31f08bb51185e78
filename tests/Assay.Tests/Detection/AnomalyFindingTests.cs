// Oddities become findings by their codes, and weigh more beside a harmful call where a rule says so.
using Assay.Artifacts;
using Assay.Detection;
using Assay.Tests.Builders;

namespace Assay.Tests.Detection;

public sealed class AnomalyFindingTests
{
    private static AnomalyFact Odd(string code, string path = FactBuilder.Path, long count = 1, string detail = "") =>
        new() { Path = path, Offset = 9, Length = 3, Code = code, Count = count, Detail = detail };

    [Fact]
    public void FindingPointsAtTheOddityAndCountsIt()
    {
        Finding finding = Assert.Single(FactBuilder.Judge([Odd("zip.overlap", count: 7, detail: "Seven of them.")]));
        Assert.Equal((FactBuilder.Path, 9L, 3L, "Seven of them."), (finding.Path, finding.Offset, finding.Length, finding.Message));
        Assert.Equal([("anomaly", "zip.overlap"), ("count", "7")], finding.Evidence.Select(e => (e.Kind, e.Text)));
    }

    [Fact]
    public void RuleThatNeedsAFindingHoldsOnlyInTheSameArtifact()
    {
        Fact[] harm = [.. FactBuilder.Facts("{call: os.system, args: [id]}")];
        Assert.Equal("pickle-breaks-after-call", RuleFor([.. harm, Odd("pickle.malformed-after-call")]));
        Assert.Equal("pickle-broken", RuleFor([.. harm, Odd("pickle.malformed-after-call", "elsewhere.pkl")]));
        Assert.Equal("pickle-broken", RuleFor(Odd("pickle.malformed-after-call")));
    }

    [Fact]
    public void OddityWithoutARuleOfItsOwnIsStillAFinding()
    {
        Finding finding = Assert.Single(FactBuilder.Judge([Odd("nobody.knows-this")]));
        Assert.Contains(finding.Evidence, e => e.Text == "nobody.knows-this");
    }

    [Fact]
    public void SameOddityInTwoPlacesHasTwoKeys() =>
        Assert.Equal(2, FactBuilder.Judge([Odd("zip.overlap", "m.pt!/a"), Odd("zip.overlap", "m.pt!/b")]).Select(f => f.Key).Distinct().Count());

    private static string RuleFor(params Fact[] facts) => Assert.Single(FactBuilder.Judge(facts), f => f.Subject.Kind == "anomaly").Rule.Id;
}
