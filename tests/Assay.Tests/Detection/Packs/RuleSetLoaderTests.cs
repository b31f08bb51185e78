// Malformed packs are refused with their file and line; packs of the host's add to and replace the defaults.
using Assay.Detection;
using Assay.Detection.Packs;
using Assay.Tests.Builders;

namespace Assay.Tests.Detection.Packs;

public sealed class RuleSetLoaderTests
{
    private const string Rule = "{id: my-rule, title: t, severity: high, confidence: high, why: w, fix: f, when: {anomaly: zip.overlap}}";

    [Theory]
    [InlineData("rules: ]", 1)]
    [InlineData("nonsense: 1", 1)]
    [InlineData("rules:\n- {id: a}", 2)]
    [InlineData("rules:\n- {id: A B, title: t, severity: high, confidence: high, why: w, fix: f, when: {anomaly: zip.overlap}}", 2)]
    [InlineData("rules:\n- {id: a, title: t, severity: huge, confidence: high, why: w, fix: f, when: {anomaly: zip.overlap}}", 2)]
    [InlineData("rules:\n- {id: a, title: t, severity: high, confidence: high, why: w, fix: f, when: {judgement: sometimes}}", 2)]
    [InlineData("rules:\n- {id: a, title: t, severity: high, confidence: high, why: w, fix: f}", 2)]
    [InlineData("rules:\n- {id: a, title: t, severity: 3, confidence: high, why: w, fix: f, when: {anomaly: zip.overlap}}", 2)]
    [InlineData("rules:\n- {id: a, id: b}", 2)]
    [InlineData("effects:\n\n- {set: g, reason: r, names: {m: [a]}, extra: 1}", 3)]
    [InlineData("effects:\n- {set: g, reason: r, call: explode 0, names: {m: [a]}}", 2)]
    [InlineData("effects:\n- {set: g, reason: r, returns: nothing, names: {m: [a]}}", 2)]
    [InlineData("effects:\n- {set: g, reason: r, kind: thing, names: {m: [a]}}", 2)]
    [InlineData("effects:\n- {set: g, names: {m: [a]}}", 2)]
    [InlineData("rules:\n- {id: a, title: t, severity: high, confidence: high, why: w, fix: f, when: {callable: {nmae: x}}}", 2)]
    [InlineData("rules:\n- {id: a, title: t, severity: high, confidence: high, why: w, fix: f, when: {tensors: {name: x}}}", 2)]
    [InlineData("rules:\n- {id: a, title: t, severity: high, confidence: high, why: w, fix: f, when: {reference: {place: nowhere}}}", 2)]
    [InlineData("rules:\n- {id: a, title: t, severity: high, confidence: high, why: w, fix: f, when: {entry: {value: {like: x}}}}", 2)]
    [InlineData("rules:\n- {id: a, title: t, severity: high, confidence: high, why: w, fix: f, when: {entry: {value: {larger-than: 3}}}}", 2)]
    [InlineData("rules:\n- {id: a, title: t, severity: high, confidence: high, why: w, fix: f, when: {entry: {value: {matches: '(a)\\1'}}}}", 2)]
    [InlineData("rules:\n- {id: a, title: t, severity: high, confidence: high, why: w, fix: f, when: {entry: x, text: y}}", 2)]
    [InlineData("rules:\n- {id: a, title: t, severity: high, confidence: high, why: w, fix: f, when: {all: [{entry: x, times: 0}]}}", 2)]
    [InlineData("rules:\n- {id: a, title: t, severity: high, confidence: high, why: w, fix: f, when: {entry: x}, message: '{target}'}", 2)]
    [InlineData("rules:\n- {id: a, title: t, severity: high, confidence: high, why: w, fix: f, when: {all: [{entry: x}]}, fallback: yes}", 2)]
    [InlineData("intents:\n- {intent: x, shown-by: [{confidence: high, in: nowhere, words: [a]}]}", 2)]
    [InlineData("intents:\n- {intent: x, shown-by: [{confidence: high, in: any, words: ['']}]}", 2)]
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
        Assert.Contains(FactBuilder.Judge(FactBuilder.Facts("{anomaly: zip.overlap}"), rules), f => f is { Rule.Id: "my-rule", Severity: Severity.High });
    }

    [Fact]
    public void TwoRulesOfOneIdAreAnErrorThatNamesBothFiles()
    {
        string text = $"rules:\n- {Rule.Replace("my-rule", "zip-duplicate-name", StringComparison.Ordinal)}";
        RulePackException e = Assert.Throws<RulePackException>(() => RuleSet.With([("mine.yaml", text)]));
        Assert.StartsWith("mine.yaml:2: ", e.Message, StringComparison.Ordinal);
        Assert.Contains("rules/anomalies.yaml:", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ARuleReplacesOneOfAnEarlierPackWhereItSaysSo()
    {
        string text = $"rules:\n- {Rule.Replace("my-rule", "zip-duplicate-name", StringComparison.Ordinal).Replace("title: t", "title: mine, replaces: yes", StringComparison.Ordinal)}";
        Assert.Equal("mine", RuleSet.With([("mine.yaml", text)]).Rules.Single(r => r.Id == "zip-duplicate-name").Title);
    }

    [Fact]
    public void ARuleThatReplacesNothingIsAnError()
    {
        string text = $"rules:\n- {Rule.Replace("title: t", "title: mine, replaces: yes", StringComparison.Ordinal)}";
        Assert.Equal(2, Assert.Throws<RulePackException>(() => RuleSet.With([("mine.yaml", text)])).Line);
    }

    [Fact]
    public void ACallableOfAHostIsAdded()
    {
        RuleSet rules = RuleSet.With([("mine.yaml", "effects:\n- {set: mine, reason: we wrote it, names: {mypackage: [build]}}")]);
        Assert.Empty(FactBuilder.Judge(FactBuilder.Facts("{call: mypackage.build, args: [/srv/x]}"), rules));
    }

    [Fact]
    public void ACallableInTwoSetsIsAnErrorThatNamesBothFiles()
    {
        RulePackException e = Assert.Throws<RulePackException>(() => RuleSet.With([("mine.yaml", "effects:\n- set: worse\n  call: network always\n  reason: it calls home\n  names: {builtins: [len]}")]));
        Assert.StartsWith("mine.yaml:5: ", e.Message, StringComparison.Ordinal);
        Assert.Contains("rules/effects/builtins.yaml:", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ASetReplacesWhatAnEarlierPackSaysOfACallableWhereItSaysSo()
    {
        RuleSet rules = RuleSet.With([("mine.yaml", "effects:\n- {set: worse, call: network always, reason: it calls home, replaces: yes, names: {builtins: [len]}}")]);
        Assert.Equal("callable-network", Assert.Single(FactBuilder.Judge(FactBuilder.Facts("{call: builtins.len}"), rules)).Rule.Id);
    }

    [Theory]
    [InlineData("{anomaly: zip.no-such-code}")]
    [InlineData("{anomaly: {code: {glob: 'zpi.*'}}}")]
    [InlineData("{anomaly: zip.overlap, with: {anomaly: zip.no-such-code}}")]
    [InlineData("{judgement: {is: reached, capability: telepathy}}")]
    [InlineData("{entry: {value: {listed: telepathy}}}")]
    [InlineData("{format: floppy}")]
    [InlineData("{behaviour: dancing}")]
    [InlineData("{intent: small-talk}")]
    [InlineData("{finding: {rule: no-such-rule}}")]
    [InlineData("{finding: {about: no-such-kind}}")]
    public void ARuleThatWaitsInVainIsAnError(string when)
    {
        RulePackException e = Assert.Throws<RulePackException>(() => RuleSet.With([("mine.yaml", $"rules:\n- {{id: a, title: t, severity: high, confidence: high, why: w, fix: f,\n   when: {when}}}")]));
        Assert.Equal(("mine.yaml", 3L), (e.File, e.Line));
    }

    [Fact]
    public void TheRulesThatComeWithAssayWaitForNothingInVain()
    {
        List<RulePackException> errors = [];
        RuleSetLoader.Load([], WrittenRules.Texts, [], [], errors.Add);
        Assert.Empty(errors.Select(e => e.Message));
    }

    [Fact]
    public void IntentsOfAHostAreToldAndBelongToTheDigest()
    {
        (string, string) pack = ("mine.yaml", "intents:\n- {intent: small-talk, shown-by: [{confidence: low, in: any, words: ['~how do you do']}]}");
        RuleSet rules = RuleSet.With([pack]);
        Finding finding = Assert.Single(FactBuilder.Judge(FactBuilder.Facts("{text: {kind: python-source, language: python, text: 'x = \"How do you do?\"'}}"), rules));
        Assert.Equal(("payload-intent", "small-talk"), (finding.Rule.Id, finding.Subject.Name));
        Assert.NotEqual(RuleSet.Default.Digest, rules.Digest);
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
