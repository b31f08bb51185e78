// Keeps the published schema and the page on rules in step with the code that reads packs.
using System.Text.Json;
using Assay.Detection;
using Assay.Detection.Facts;
using Assay.Effects;
using Assay.Tests.Architecture;

namespace Assay.Tests.Detection;

public sealed class RuleSchemaTests
{
    public static TheoryData<string> Kinds => [.. FactKinds.All.Select(k => k.Name)];

    [Fact]
    public void TheSchemaNamesEveryJudgement() => Assert.Equal(Judgements.All.Order(), Values("judgements"));

    [Fact]
    public void TheSchemaNamesEveryKindOfNameAndWeight()
    {
        Assert.Equal(EnumNames<NameKind>.All.Order(), Values("set", "kind"));
        Assert.Equal(EnumNames<ReferenceWeight>.All.Order(), Values("set", "imported"));
    }

    [Fact]
    public void ThePageOnEffectsNamesEveryKind() =>
        Assert.All(EffectKinds.Names, n => Assert.Contains($"`{n}`", Repository.Read("docs/effects.md"), StringComparison.Ordinal));

    [Fact]
    public void TheSchemaNamesEveryKindOfFact() => Assert.Equal(FactKinds.All.Select(k => k.Name).Order(), Keys(Definition("pattern")));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void TheSchemaNamesEveryField(string kind) =>
        Assert.Equal(FactKinds.Find(kind)!.Fields.Select(f => f.Name).Order(), Keys(Definition("fact-" + kind).GetProperty("anyOf")[1]));

    [Fact]
    public void ThePageNamesEveryJudgementKindFieldAndTest()
    {
        string page = Repository.Read("docs/rules.md");
        IEnumerable<string> names = Judgements.All
            .Concat(FactKinds.All.SelectMany(k => k.Fields.Select(f => f.Name).Prepend(k.Name)))
            .Concat(Keys(Definition("tests")));
        Assert.All(names, n => Assert.Contains($"`{n}`", page, StringComparison.Ordinal));
    }

    private static IEnumerable<string> Keys(JsonElement definition) => definition.GetProperty("properties").EnumerateObject().Select(p => p.Name).Order();

    private static IEnumerable<string> Values(string definition, params string[] path)
    {
        JsonElement at = Definition(definition);
        foreach (string step in path)
        {
            at = at.GetProperty("properties").GetProperty(step);
        }

        return [.. at.GetProperty("enum").EnumerateArray().Select(e => e.GetString()!).Order()];
    }

    private static JsonElement Definition(string name) =>
        JsonDocument.Parse(Repository.Read("docs/rules.schema.json")).RootElement.GetProperty("$defs").GetProperty(name);
}
