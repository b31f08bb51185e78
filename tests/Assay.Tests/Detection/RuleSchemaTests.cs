// Keeps the published schema and the page on rules in step with the code that reads packs.
using System.Text.Json;
using Assay.Detection;

namespace Assay.Tests.Detection;

public sealed class RuleSchemaTests
{
    [Fact]
    public void TheSchemaNamesEveryJudgement() => Assert.Equal(Judgements.All.Order(), Names("rule", "when", "callable"));

    [Fact]
    public void TheSchemaNamesEveryCheck() => Assert.Equal(Enum.GetNames<ArgumentCheck>().Select(Kebab).Order(), Names("group", "check"));

    [Fact]
    public void TheSchemaNamesEveryFolding() => Assert.Equal(Enum.GetNames<Folding>().Select(Kebab).Order(), Names("group", "folds"));

    [Fact]
    public void ThePageNamesEveryJudgementAndCheck()
    {
        string page = File.ReadAllText(Path.Combine(Root(), "docs", "rules.md"));
        Assert.All(Judgements.All.Concat(Enum.GetNames<ArgumentCheck>().Select(Kebab)), n => Assert.Contains($"`{n}`", page, StringComparison.Ordinal));
    }

    private static string Kebab(string name) =>
        string.Concat(name.Select((c, i) => char.IsUpper(c) ? (i > 0 ? "-" : "") + char.ToLowerInvariant(c) : c.ToString()));

    private static IEnumerable<string> Names(string definition, params string[] path)
    {
        using JsonDocument schema = JsonDocument.Parse(File.ReadAllText(Path.Combine(Root(), "docs", "rules.schema.json")));
        JsonElement at = schema.RootElement.GetProperty("$defs").GetProperty(definition);
        foreach (string step in path)
            at = at.GetProperty("properties").GetProperty(step);

        return [.. at.GetProperty("enum").EnumerateArray().Select(e => e.GetString()!).Order()];
    }

    private static string Root()
    {
        string at = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(at, "Assay.slnx")))
            at = Path.GetDirectoryName(at) ?? throw new InvalidOperationException("The repository's root was not found.");

        return at;
    }
}
