// Every rule proves itself by its own examples.
using Assay.Artifacts;
using Assay.Detection;
using Assay.Detection.Callables;
using Assay.Detection.Conditions;
using Assay.Detection.Facts;
using Assay.Effects;
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
            Assert.Null(RulePackCheck.Run(entry, example, RuleSet.Default)?.Message);
        }
    }

    [Fact]
    public void EveryRuleSaysWhyAndWhatToDo() =>
        Assert.All(RuleSet.Default.Rules, r => Assert.True(r.Title.Length > 5 && r.Why.Length > 20 && r.Fix.Length > 5 && r.Tags.Count > 0, r.Id));

    [Fact]
    public void EveryHarmHasARule() =>
        Assert.All(
            Enum.GetValues<EffectKind>().Where(EffectKinds.IsHarm),
            k => Assert.True(Asking(Judgements.Reached, EffectKinds.Capability(k)).Single().Rule.Severity >= Severity.Medium, EffectKinds.Name(k)));

    [Fact]
    public void EveryJudgementHasOneRule() => Assert.All(Judgements.All.Except([Judgements.Reached]), j => Assert.Single(Asking(j, "")));

    private static IEnumerable<RuleEntry> Asking(string judgement, string capability)
    {
        CallableFact fact = (CallableFact)FactBuilder.Facts("{call: a.b}").Single();
        MatchContext context = new(RuleSet.Default.Callables, new MatchBudget(long.MaxValue));
        return RuleSet.Default.Entries.Where(e => e.When.Alternatives.Any(a => a.Subject.Kind == FactKinds.Judgement
            && a.Subject.Holds(new CallableJudgement(judgement, "a.b", fact, capability), context)));
    }

    [Fact]
    public void EverySetSaysWhy() => Assert.All(WrittenRules.Effects.Sets, s => Assert.True(s.Origin.Reason.Length > 10, s.Origin.Id));
}
