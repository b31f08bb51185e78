// A check of packs finds everything that is wrong with them, not only the first fault.
using Assay.Detection;

namespace Assay.Tests.Detection;

public sealed class RulePackCheckTests
{
    private const string Head = "title: t, severity: low, confidence: high, why: w, fix: f";

    [Fact]
    public void EveryFaultIsNamedWithItsLine()
    {
        RulePackReport report = RulePackCheck.Check(
        [
            ("a.yaml", $"rules:\n- {{id: one, {Head}, when: {{anomaly: zip.nonsense}}}}\n- {{id: two, {Head}}}\n- {{id: zip-other, {Head}, when: {{anomaly: zip.overlap}}}}"),
            ("b.yaml", $"rules:\n- {{id: one, {Head}, when: {{anomaly: zip.overlap}}}}\nnonsense: 1"),
            ("c.yaml", "rules: ["),
        ]);
        Assert.Equal([("a.yaml", 2), ("a.yaml", 3), ("a.yaml", 4), ("b.yaml", 2), ("b.yaml", 3)], report.Errors.Take(5).Select(e => (e.File, e.Line)));
        Assert.Equal("c.yaml", report.Errors[5].File);
    }

    [Fact]
    public void ExamplesAreRun()
    {
        RulePackReport report = RulePackCheck.Check([("a.yaml",
            $"""
            rules:
            - id: one
              {Head.Replace(", ", "\n  ", StringComparison.Ordinal)}
              when: {"{reference: {place: outside}}"}
              examples:
                hit:
                - {"{reference: shard, target: ../x, place: outside}"}
                - {"{reference: shard, target: x, place: inside}"}
                pass:
                - {"{reference: shard, target: ../x, place: outside}"}
                - {"{reference: shard, wrong: field}"}
            """)]);
        Assert.Equal((1, 4), (report.Rules, report.Examples));
        Assert.Equal([12, 14, 15], report.Errors.Select(e => e.Line));
        Assert.Empty(report.Unproven);
    }

    [Fact]
    public void RulesWithoutExamplesAreNamed()
    {
        RulePackReport report = RulePackCheck.Check([("a.yaml", $"rules:\n- {{id: one, {Head}, when: {{anomaly: zip.overlap}}, examples: {{hit: [{{anomaly: zip.overlap}}]}}}}")]);
        Assert.Empty(report.Errors);
        Assert.Equal(["one"], report.Unproven);
    }
}
