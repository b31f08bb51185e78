// Every rule proves itself by its own examples.
using Assay.Detection;
using Assay.Tests.Builders;

namespace Assay.Tests.Detection;

public sealed class RuleExampleTests
{
    public static TheoryData<string> Ids => [.. RuleSet.Default.Rules.Select(r => r.Id)];

    [Theory]
    [MemberData(nameof(Ids))]
    public void EveryRuleHitsAndPassesItsExamples(string id)
    {
        RuleEntry entry = RuleSet.Default.Entries.Single(e => e.Rule.Id == id);
        Assert.Contains(entry.Examples, e => e.Hit);
        Assert.Contains(entry.Examples, e => !e.Hit);
        foreach (RuleExample example in entry.Examples)
        {
            bool hit = FactBuilder.Judge(FactBuilder.Facts(example.Node)).Any(f => f.Rule.Id == id);
            Assert.True(hit == example.Hit, $"{example.Node.File}:{example.Node.Line}: the example should {(example.Hit ? "hit" : "pass")}.");
        }
    }

    [Fact]
    public void EveryRuleSaysWhyAndWhatToDo() =>
        Assert.All(RuleSet.Default.Rules, r => Assert.True(r.Title.Length > 5 && r.Why.Length > 20 && r.Fix.Length > 5 && r.Tags.Count > 0, r.Id));

    [Fact]
    public void EveryCapabilityHasARule() =>
        Assert.All(
            RuleSet.Default.Callables.Groups.Where(g => g.Kind is CallableKind.Harmful),
            g => Assert.True(RuleSet.Default.ForUse(Judgements.Reached, g.Capability)?.Rule.Severity >= Severity.Medium, g.Id));

    [Fact]
    public void EveryJudgementHasARule() =>
        Assert.All(Judgements.All.Except([Judgements.Reached]), j => Assert.NotNull(RuleSet.Default.ForUse(j, "")));

    [Fact]
    public void EveryGroupSaysWhy() =>
        Assert.All(RuleSet.Default.Callables.Groups, g => Assert.True(g.Reason.Length > 10, g.Id));
}
