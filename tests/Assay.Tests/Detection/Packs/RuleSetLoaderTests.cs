// Malformed packs are refused with their file and line; packs of the host's add to and replace the defaults.
using Assay.Detection;
using Assay.Detection.Packs;
using Assay.Tests.Builders;

namespace Assay.Tests.Detection.Packs;

public sealed class RuleSetLoaderTests
{
    private const string Rule = "{id: my-rule, title: t, severity: high, confidence: high, why: w, fix: f, when: {anomaly: zip.mine}}";

    [Theory]
    [InlineData("rules: ]", 1)]
    [InlineData("nonsense: 1", 1)]
    [InlineData("rules:\n- {id: a}", 2)]
    [InlineData("rules:\n- {id: A B, title: t, severity: high, confidence: high, why: w, fix: f, when: {anomaly: x}}", 2)]
    [InlineData("rules:\n- {id: a, title: t, severity: huge, confidence: high, why: w, fix: f, when: {anomaly: x}}", 2)]
    [InlineData("rules:\n- {id: a, title: t, severity: high, confidence: high, why: w, fix: f, when: {callable: sometimes}}", 2)]
    [InlineData("rules:\n- {id: a, title: t, severity: high, confidence: high, why: w, fix: f}", 2)]
    [InlineData("rules:\n- {id: a, title: t, severity: 3, confidence: high, why: w, fix: f, when: {anomaly: x}}", 2)]
    [InlineData("rules:\n- {id: a, id: b}", 2)]
    [InlineData("callables:\n\n- {group: g, is: benign, reason: r, names: {m: [a]}, extra: 1}", 3)]
    [InlineData("callables:\n- {group: g, is: benign, reason: r, check: any-day, names: {m: [a]}}", 2)]
    [InlineData("callables:\n- {group: g, is: benign, reason: r, names: {m: [$klass]}}", 2)]
    [InlineData("callables:\n- {group: g, is: benign, names: {m: [a]}}", 2)]
    [InlineData("code-words: {terrible: [a]}", 1)]
    [InlineData("version: &a x\nwalks: *a", 1)]
    [InlineData("version: 1\n---\nversion: 2", 3)]
    public void MalformedPacksNameFileAndLine(string text, long line)
    {
        RulePackException e = Assert.Throws<RulePackException>(() => RuleSet.With([("mine.yaml", text)]));
        Assert.Equal(("mine.yaml", line), (e.File, e.Line));
        Assert.StartsWith($"mine.yaml:{line}: ", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void DeepNestingIsRefused() =>
        Assert.Throws<RulePackException>(() => RuleSet.With([("mine.yaml", "rules: " + new string('[', 5000))]));

    [Fact]
    public void ARuleThatComesTwiceInOnePackIsRefused() =>
        Assert.Throws<RulePackException>(() => RuleSet.With([("mine.yaml", $"rules:\n- {Rule}\n- {Rule}")]));

    [Fact]
    public void AHostsRuleIsAdded()
    {
        RuleSet rules = RuleSet.With([("mine.yaml", $"rules:\n- {Rule}")]);
        Assert.Equal(RuleSet.Default.Rules.Count + 1, rules.Rules.Count);
        Finding finding = Assert.Single(FactBuilder.Judge(FactBuilder.Facts("{anomaly: zip.mine}"), rules));
        Assert.Equal(("my-rule", Severity.High), (finding.Rule.Id, finding.Severity));
    }

    [Fact]
    public void AHostsRuleReplacesTheDefaultOfTheSameId()
    {
        string text = $"rules:\n- {Rule.Replace("my-rule", "zip-overlap", StringComparison.Ordinal)}\n- {Rule.Replace("my-rule", "zip-duplicate-name", StringComparison.Ordinal)}";
        Assert.Equal("t", RuleSet.With([("mine.yaml", text)]).Rules.Single(r => r.Id == "zip-duplicate-name").Title);
    }

    [Fact]
    public void AHostsCallableReplacesTheDefault()
    {
        RuleSet rules = RuleSet.With([("mine.yaml", "callables:\n- {group: mine, is: benign, reason: we wrote it, names: {mypackage: [build]}}\n- {group: worse, is: network, reason: it calls home, names: {builtins: [len]}}")]);
        Assert.Empty(FactBuilder.Judge(FactBuilder.Facts("{call: mypackage.build}"), rules));
        Assert.Equal("callable-network", Assert.Single(FactBuilder.Judge(FactBuilder.Facts("{call: builtins.len}"), rules)).Rule.Id);
    }

    [Fact]
    public void TheDigestFollowsTheContent()
    {
        string one = RuleSet.With([("mine.yaml", "version: a")]).Digest;
        Assert.Equal(64, one.Length);
        Assert.Equal(one, RuleSet.With([("elsewhere/mine.yaml", "version: a")]).Digest);
        Assert.NotEqual(one, RuleSet.With([("mine.yaml", "version: b")]).Digest);
        Assert.NotEqual(one, RuleSet.Default.Digest);
    }

    [Fact]
    public void TheVersionIsThatOfThePacks() => Assert.NotEqual("0", RuleSet.Default.Version);

    [Fact]
    public void RulesAreOrderedById() =>
        Assert.Equal(RuleSet.Default.Rules.Select(r => r.Id).Order(StringComparer.Ordinal), RuleSet.Default.Rules.Select(r => r.Id));
}
