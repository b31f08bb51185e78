// Oddities become findings by their codes, and weigh more beside a harmful call where a rule says so.
using Assay.Artifacts;
using Assay.Detection;
using Assay.Tests.Builders;

namespace Assay.Tests.Detection.Anomalies;

public sealed class AnomalyDetectorTests
{
    private const string Pack =
        """
        rules:
        - {id: t-exact, title: exact, severity: low, confidence: high, why: w, fix: f, when: {anomaly: [x.exact]}}
        - {id: t-prefix, title: prefix, severity: info, confidence: high, why: w, fix: f, when: {anomaly: ["x.*"]}}
        - {id: t-longer, title: longer, severity: medium, confidence: high, why: w, fix: f, when: {anomaly: ["x.long*"]}}
        - {id: t-beside, title: beside, severity: high, confidence: high, why: w, fix: f, when: {anomaly: [x.exact], with: finding}}
        """;

    private static readonly RuleSet s_rules = RuleSet.With([("t.yaml", Pack)]);

    private static AnomalyFact Odd(string code, string path = FactBuilder.Path, long count = 1, string detail = "") =>
        new() { Path = path, Offset = 9, Length = 3, Code = code, Count = count, Detail = detail };

    private static string RuleFor(params Fact[] facts) =>
        Assert.Single(FactBuilder.Judge(facts, s_rules), f => f.Evidence.Any(e => e.Kind == "anomaly")).Rule.Id;

    [Theory]
    [InlineData("x.exact", "t-exact")]
    [InlineData("x.other", "t-prefix")]
    [InlineData("x.longer-one", "t-longer")]
    public void ExactCodeWinsOverTheLongestPrefix(string code, string rule) => Assert.Equal(rule, RuleFor(Odd(code)));

    [Fact]
    public void RuleThatNeedsAFindingHoldsOnlyInTheSameArtifact()
    {
        Fact[] harm = [.. FactBuilder.Facts("{call: os.system, args: [id]}")];
        Assert.Equal("t-beside", RuleFor([.. harm, Odd("x.exact")]));
        Assert.Equal("t-exact", RuleFor([.. harm, Odd("x.exact", "elsewhere.pkl")]));
        Assert.Equal("t-exact", RuleFor(Odd("x.exact")));
    }

    [Fact]
    public void FindingPointsAtTheOddityAndCountsIt()
    {
        Finding finding = Assert.Single(FactBuilder.Judge([Odd("x.exact", count: 7, detail: "Seven of them.")], s_rules));
        Assert.Equal((FactBuilder.Path, 9L, 3L, "Seven of them."), (finding.Path, finding.Offset, finding.Length, finding.Message));
        Assert.Equal([("anomaly", "x.exact"), ("count", "7")], finding.Evidence.Select(e => (e.Kind, e.Text)));
    }

    [Fact]
    public void OddityWithoutARuleOfItsOwnIsStillAFinding()
    {
        Finding finding = Assert.Single(FactBuilder.Judge([Odd("nobody.knows-this")]));
        Assert.Contains(finding.Evidence, e => e.Text == "nobody.knows-this");
    }

    [Fact]
    public void SameOddityInTwoPlacesHasTwoFingerprints() =>
        Assert.Equal(2, FactBuilder.Judge([Odd("x.exact", "m.pt!/a"), Odd("x.exact", "m.pt!/b")], s_rules).Select(f => f.Fingerprint).Distinct().Count());
}
