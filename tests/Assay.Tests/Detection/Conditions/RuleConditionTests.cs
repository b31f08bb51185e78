// What rules can ask of facts, and when they fire.
using Assay.Artifacts;
using Assay.Detection;
using Assay.Detection.Packs;
using Assay.Tests.Builders;

namespace Assay.Tests.Detection.Conditions;

public sealed class RuleConditionTests
{
    [Theory]
    // A bare value is about the first field of its kind, a list is one of several.
    [InlineData("{reference: external-data}", "{reference: external-data, target: x}", true)]
    [InlineData("{reference: external-data}", "{reference: shard, target: x}", false)]
    [InlineData("{reference: [shard, external-data]}", "{reference: external-data, target: x}", true)]
    [InlineData("{reference: {kind: external-data, place: [outside, absolute, url]}}", "{reference: external-data, target: ../x, place: outside}", true)]
    [InlineData("{reference: {kind: external-data, place: [outside, absolute, url]}}", "{reference: external-data, target: x, place: inside}", false)]
    [InlineData("{reference: {place: {not: inside}}}", "{reference: shard, target: x, place: missing}", true)]
    [InlineData("{entry: {key: {glob: '*_target_'}}}", "{entry: 'model.layers[0]._target_', value: os.system}", true)]
    [InlineData("{entry: {key: {glob: '*_target_'}}}", "{entry: 'model._target_.x'}", false)]
    [InlineData("{entry: {value: {listed: harmful}}}", "{entry: _target_, value: posix.system}", true)]
    [InlineData("{entry: {value: {listed: command-execution}}}", "{entry: _target_, value: os.system}", true)]
    [InlineData("{entry: {value: {listed: network}}}", "{entry: _target_, value: os.system}", false)]
    [InlineData("{entry: {value: {listed: harmful}}}", "{entry: _target_, value: torch.nn.Linear}", false)]
    [InlineData("{entry: {value: {leaves-bundle: yes}}}", "{entry: path, value: ../../etc/passwd}", true)]
    [InlineData("{entry: {value: {leaves-bundle: yes}}}", "{entry: path, value: 'C:\\x'}", true)]
    [InlineData("{entry: {value: {leaves-bundle: yes}}}", "{entry: path, value: sub/x}", false)]
    [InlineData("{entry: {value: {leaves-bundle: no}}}", "{entry: path, value: sub/../x}", true)]
    [InlineData("{entry: {value: {matches: '^https?://[^/]+$'}}}", "{entry: a, value: 'http://example.invalid'}", true)]
    [InlineData("{entry: {value: {matches: '^https?://[^/]+$'}}}", "{entry: a, value: 'http://example.invalid/x'}", false)]
    [InlineData("{entry: {number: {larger-than: 10}}}", "{entry: a, value: '11', type: integer}", true)]
    [InlineData("{entry: {number: {larger-than: 10}}}", "{entry: a, value: '10', type: integer}", false)]
    [InlineData("{entry: {number: {larger-than: 10}}}", "{entry: a, value: '11', type: text}", false)]
    [InlineData("{member: {size: {at-least: 5, at-most: 6}}}", "{member: a, size: 6}", true)]
    [InlineData("{member: {size: {at-least: 5, at-most: 6}}}", "{member: a, size: 7}", false)]
    [InlineData("{member: {size: {smaller-than: 5}}}", "{member: a}", false)]
    [InlineData("{member: {size: {exists: no}}}", "{member: a}", true)]
    [InlineData("{member: {encrypted: yes}}", "{member: a, encrypted: yes}", true)]
    [InlineData("{member: {encrypted: yes}}", "{member: a}", false)]
    [InlineData("{tensor: {rank: 2, largest-extent: {larger-than: 99}}}", "{tensor: w, shape: [100, 1]}", true)]
    [InlineData("{operator: {domain: '', name: Loop}}", "{operator: Loop, domain: x}", false)]
    [InlineData("{operator: {name: Loop, domain: {exists: no}}}", "{operator: Loop}", true)]
    [InlineData("{operator: {attributes: {glob: 'path=*'}}}", "{operator: Custom, attributes: [a=1, path=x]}", true)]
    [InlineData("{operator: {attributes: {every: {glob: 'path=*'}}}}", "{operator: Custom, attributes: [a=1, path=x]}", false)]
    [InlineData("{operator: {attributes: {not: {glob: 'path=*'}}}}", "{operator: Custom, attributes: [a=1]}", true)]
    [InlineData("{code: {language: jinja, names: [os, sys]}}", "{code: jinja, names: [a, os]}", true)]
    [InlineData("{text: {language: python, text: {matches: 'eval'}}}", "{text: {kind: python-source, language: python, text: 'eval(1)'}}", true)]
    [InlineData("{callable: {name: mypackage.build, use: called}}", "{call: mypackage.build}", true)]
    [InlineData("{callable: {reached: no}}", "{call: mypackage.build, reached: no}", true)]
    [InlineData("{judgement: {is: unknown-called, callable: {glob: 'mypackage.*'}}}", "{call: mypackage.build, args: [/srv/x]}", true)]
    [InlineData("{unread: encrypted}", "{unread: encrypted}", true)]
    [InlineData("{indicator: {kind: host}}", "{indicator: host, value: x}", true)]
    [InlineData("{behaviour: {kind: file-write, subject: {glob: '/etc/*'}}}", "{behaviour: file-write, subject: /etc/x}", true)]
    [InlineData("{format: {format: zip, strength: certain}}", "{format: zip}", true)]
    [InlineData("{anomaly: {count: {larger-than: 3}}}", "{anomaly: zip.overlap, count: 4}", true)]
    [InlineData("{anomaly: {inside: {glob: 'archive/*'}}}", "{anomaly: zip.overlap, inside: archive/x}", true)]
    public void AFactIsAskedByItsFields(string when, string facts, bool fires) => Assert.Equal(fires, Fires(when, facts));

    [Theory]
    [InlineData("{format: zip, with: {member: {name: a}}}", "[{format: zip}, {member: a}]", true)]
    [InlineData("{format: zip, with: {member: {name: a}}}", "[{format: zip}, {member: b}]", false)]
    [InlineData("{format: zip, with: {member: {name: a}}}", "[{format: zip}, {member: {name: a}, inside: inner.zip}]", false)]
    [InlineData("{format: zip, with: {entry: {key: a}}, within: bundle}", "[{format: zip}, {entry: a, inside: config.json}]", true)]
    [InlineData("{format: zip, without: {entry: {key: a}}}", "[{format: zip}, {entry: a, inside: config.json}]", true)]
    [InlineData("{format: zip, without: {entry: {key: a}}, within: bundle}", "[{format: zip}, {entry: a, inside: config.json}]", false)]
    [InlineData("{format: zip, with: [{entry: {key: a}}, {entry: {key: b}}]}", "[{format: zip}, {entry: a}]", false)]
    [InlineData("{format: zip, with: [{entry: {key: a}}, {entry: {key: b}}]}", "[{format: zip}, {entry: a}, {entry: b}]", true)]
    [InlineData("{format: zip, with: {any: [{entry: a}, {text: python-source}]}}", "[{format: zip}, {text: python-source}]", true)]
    [InlineData("{format: zip, with: {entry: {}, times: {at-least: 3}}}", "[{format: zip}, {entry: a}, {entry: b}]", false)]
    [InlineData("{format: zip, with: {entry: {}, times: {at-least: 3}}}", "[{format: zip}, {entry: a}, {entry: b}, {entry: c}]", true)]
    [InlineData("{all: [{format: zip}, {entry: a}]}", "[{entry: a}, {format: zip}]", true)]
    [InlineData("{all: [{format: zip}, {entry: a}]}", "[{entry: a}]", false)]
    [InlineData("{all: [{format: zip}, {entry: a}], without: {entry: b}}", "[{entry: a}, {format: zip}, {entry: b}]", false)]
    [InlineData("{all: [{entry: {}, times: 2}]}", "[{entry: a}, {entry: b}]", true)]
    [InlineData("{all: [{entry: {}, times: 2}]}", "[{entry: a}, {entry: b}, {entry: c}]", false)]
    [InlineData("{any: [{entry: a}, {format: zip, with: {entry: b}}]}", "[{entry: b}, {format: zip}]", true)]
    [InlineData("{any: [{entry: a}, {format: zip, with: {entry: b}}]}", "[{entry: c}, {format: zip}]", false)]
    [InlineData("{all: [{finding: {severity: {at-least: medium}}, times: {at-least: 2}}]}", "[{call: os.system}, {call: os.popen}]", true)]
    [InlineData("{all: [{finding: {severity: {at-least: medium}}, times: {at-least: 2}}]}", "[{call: os.system}, {import: a.B}]", false)]
    [InlineData("{finding: {rule: zip-structure-odd}}", "{anomaly: zip.overlap}", true)]
    public void FactsAreAskedTogether(string when, string facts, bool fires) => Assert.Equal(fires, Fires(when, facts));

    [Fact]
    public void EachFactIsAFindingAndFactsTogetherAreOneForEachArtifact()
    {
        const string facts = "[{entry: a}, {entry: b}, {entry: c, inside: x}]";
        Assert.Equal(3, Found("{entry: {}}", facts).Count);
        Assert.Equal(2, Found("{all: [{entry: {}}]}", facts).Count);
        Assert.Single(Found("{all: [{entry: {}}], within: bundle}", facts));
    }

    [Fact]
    public void TheExternalDataOfAModelThatLeavesItsFolderIsARuleWithoutCode()
    {
        RuleSet rules = Rules(
            """
            - id: mine-external-data-leaves
              title: The data of a tensor lies outside of the model
              severity: high
              confidence: high
              why: The loader opens the file that the model names.
              fix: Do not load the model.
              when: {reference: {kind: external-data, place: [outside, absolute, url]}, with: {format: onnx}}
              message: "The data of a tensor is read from {target}, which is {place}."
            """);
        Finding finding = Assert.Single(FactBuilder.Judge(FactBuilder.Facts("[{format: onnx}, {reference: external-data, target: ../../etc/passwd, place: outside}]"), rules), f => f.Rule.Id == "mine-external-data-leaves");
        Assert.Equal("The data of a tensor is read from ../../etc/passwd, which is outside.", finding.Message);
        Assert.Equal(("reference", "external-data"), (finding.Subject.Kind, finding.Subject.Name));
        Assert.Contains(finding.Evidence, e => e is { Kind: "target", Text: "../../etc/passwd" });
    }

    [Fact]
    public void AllRulesThatMatchFire()
    {
        RuleSet rules = Rules("- {id: mine, title: mine, severity: low, confidence: high, why: w, fix: f, when: {judgement: {is: reached, capability: command-execution}}}");
        Assert.Equal(["callable-command-execution", "mine"], FactBuilder.Judge(FactBuilder.Facts("{call: os.system, args: [id]}"), rules).Select(f => f.Rule.Id).Order());
    }

    [Fact]
    public void AFallbackFiresOnlyForWhatNoOtherRuleTakes()
    {
        RuleSet rules = Rules(
            """
            - {id: one, title: one, severity: low, confidence: high, why: w, fix: f, when: {entry: a}}
            - {id: rest, title: rest, severity: low, confidence: high, why: w, fix: f, when: {entry: {}}, fallback: yes}
            """);
        Assert.Equal(["one", "rest"], FactBuilder.Judge(FactBuilder.Facts("[{entry: a}, {entry: b}]"), rules).Select(f => f.Rule.Id));
    }

    [Fact]
    public void ManyRulesAndManyFactsMeetByTheirValues()
    {
        RuleSet rules = Rules(string.Concat(Enumerable.Range(0, 2000).Select(i =>
            $"- {{id: r{i}, title: t, severity: low, confidence: high, why: w, fix: f, when: {{entry: {{key: k{i}, value: {{glob: '*x'}}}}}}}}\n")));
        List<Fact> facts = [.. Enumerable.Range(0, 2000).Select(i => new EntryFact { Path = "m", Source = "config", Key = $"k{i}", Value = "abcx" })];

        // Two thousand facts against two thousand rules by a product would be four million steps.
        Detected detected = Detector.Detect(facts, null, rules, [], 100_000);
        Assert.False(detected.IsSpent);
        Assert.Equal(2000, detected.Findings.Count);
    }

    [Fact]
    public void StepsThatAreSpentAreSaid()
    {
        RuleSet rules = Rules("- {id: mine, title: mine, severity: low, confidence: high, why: w, fix: f, when: {entry: {value: {matches: 'a+b'}}}}");
        List<Fact> facts = [.. Enumerable.Range(0, 100).Select(i => new EntryFact { Path = "m", Source = "config", Key = $"k{i}", Value = new string('a', 1000) })];
        Assert.True(Detector.Detect(facts, null, rules, [], 50_000).IsSpent);
        Assert.False(Detector.Detect(facts, null, rules, [], 500_000).IsSpent);
    }

    private static bool Fires(string when, string facts) => Found(when, facts).Count > 0;

    private static List<Finding> Found(string when, string facts)
    {
        RuleSet rules = Rules($"- {{id: mine, title: mine, severity: low, confidence: high, why: w, fix: f, when: {when}}}");
        return [.. FactBuilder.Judge(FactBuilder.Facts(facts), rules).Where(f => f.Rule.Id == "mine")];
    }

    private static RuleSet Rules(string rules)
    {
        RulePackReport report = RulePackCheck.Check([("mine.yaml", "rules:\n" + rules)]);
        Assert.Empty(report.Errors.Select(e => e.Message));
        return RuleSet.With([("mine.yaml", "rules:\n" + rules)]);
    }
}
