// The rules in the program are those of the YAML: node by node, name by name, and in what they judge.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Detection;
using Assay.Detection.Packs;
using Assay.Effects;
using Assay.Effects.Packs;
using Assay.Tests.Builders;

namespace Assay.Tests.Detection.Packs;

public sealed class CompiledPacksTests
{
    public static TheoryData<string> Ids => [.. WrittenRules.Rules.Rules.Select(r => r.Id)];

    [Fact]
    public void EveryNodeIsThatOfTheYaml()
    {
        RulePack[] written = [.. WrittenRules.Texts.Select(t => RulePack.Parse(t.Name, t.Text))];
        Assert.Equal(written.Select(p => p.Name), RuleSetLoader.EmbeddedPacks.Select(p => p.Name));
        foreach ((RulePack one, RulePack other) in written.Zip(RuleSetLoader.EmbeddedPacks))
        {
            Assert.Equal(one.Digest, other.Digest);
            Assert.Equal(Lines(one.Content), Lines(other.Content));
        }
    }

    [Fact]
    public void TheRulesAreThoseOfTheYaml()
    {
        Assert.Equal(WrittenRules.Rules.Version, RuleSet.Default.Version);
        Assert.Equal(WrittenRules.Rules.Digest, RuleSet.Default.Digest);
        Assert.Equal(WrittenRules.Rules.Entries.Select(Text), RuleSet.Default.Entries.Select(Text));
    }

    [Fact]
    public void TheEffectsAreThoseOfTheYaml()
    {
        EffectPack pack = new(new EmbeddedSource("rules/effects.pack"));
        EffectTable table = WrittenRules.Effects.Table;
        pack.Verify();
        Assert.Equal(table.Names.Count, pack.Count);
        Assert.All(table.Names, n => Assert.Equal(n.Value, pack.Exact(n.Key)));
        Assert.All(table.Patterns.Select(p => p.Owner).Distinct(), o => Assert.Equal(table.Below(o), pack.Below(o)));
        Assert.All(table.ListedModules, m => Assert.True(pack.IsListed(m)));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void EveryExampleIsJudgedAsByTheYaml(string id)
    {
        foreach (RuleExample example in WrittenRules.Rules.Entries.Single(e => e.Rule.Id == id).Examples)
        {
            IReadOnlyList<Fact> facts = ExampleFacts.Read(example.Node);
            Assert.Equal(Findings(facts, WrittenRules.Rules), Findings(facts, RuleSet.Default));
        }
    }

    [Fact]
    public void TheSamePacksGiveTheSameBytes()
    {
        RulePack[] packs = [.. WrittenRules.Texts.Select(t => RulePack.Parse(t.Name, t.Text))];
        Assert.Equal(CompiledPacksWriter.Write(packs, WrittenRules.Rules), CompiledPacksWriter.Write(RuleSetLoader.EmbeddedPacks, RuleSet.Default));
    }

    private static IEnumerable<string> Findings(IReadOnlyList<Fact> facts, RuleSet rules) =>
        Detector.Detect(facts, null, rules, [], long.MaxValue).Findings.Select(f => $"{f.Rule.Id} {f.Severity} {f.Confidence} {f.Message} {f.Key}");

    private static string Text(RuleEntry entry) => $"{entry.Rule with { References = [], Tags = [] }} {string.Join(',', entry.Rule.References)} {string.Join(',', entry.Rule.Tags)} "
        + $"{entry.Place} {entry.Phase} {entry.IsFallback} {entry.Replaces} {entry.Message} {entry.Examples.Count}";

    private static List<string> Lines(PackNode node)
    {
        List<string> lines = [];
        Stack<(int Depth, PackNode Node)> left = new([(0, node)]);
        while (left.TryPop(out (int Depth, PackNode Node) next))
        {
            lines.Add($"{next.Depth} {next.Node.Kind} {next.Node.Place} {next.Node.Text}");
            IEnumerable<PackNode> parts = next.Node.Items ?? next.Node.Pairs?.SelectMany(p => (PackNode[])[p.Key, p.Value]) ?? [];
            foreach (PackNode part in parts.Reverse())
                left.Push((next.Depth + 1, part));
        }

        return lines;
    }
}
