// Checks rule packs before they are used.
using Assay.Artifacts;
using Assay.Detection.Packs;

namespace Assay.Detection;

/// <summary>What a check of rule packs came to.</summary>
/// <param name="Errors">What is wrong, in the order of the packs.</param>
/// <param name="Rules">How many rules the packs hold.</param>
/// <param name="Examples">How many examples of theirs were run.</param>
/// <param name="Unproven">The rules without an example that hits, or without one that passes.</param>
public sealed record RulePackReport(IReadOnlyList<RulePackException> Errors, int Rules, int Examples, IReadOnlyList<string> Unproven);

/// <summary>Checks rule packs together with the rules that come with Assay: reads them, holds them against each other, and runs the examples.</summary>
public static class RulePackCheck
{
    private const long StepsOfAnExample = 1_000_000;

    /// <summary>Checks packs.</summary>
    public static RulePackReport Check(IReadOnlyList<(string Name, string Text)> packs)
    {
        ArgumentNullException.ThrowIfNull(packs);
        List<RulePackException> errors = [];
        RuleSet rules = RuleSetLoader.Load(RuleSetLoader.EmbeddedPacks, packs, [], [], errors.Add);
        HashSet<string> names = [.. packs.Select(p => p.Name)];
        List<RuleEntry> own = [.. rules.Entries.Where(e => names.Contains(e.Place.File))];
        int examples = 0;
        foreach (RuleEntry entry in own)
        {
            foreach (RuleExample example in entry.Examples)
            {
                examples++;
                if (Run(entry, example, rules) is { } error)
                {
                    errors.Add(error);
                }
            }
        }

        string[] unproven = [.. own.Where(e => !e.Examples.Any(x => x.Hit) || e.Examples.All(x => x.Hit)).Select(e => e.Rule.Id)];
        return new RulePackReport([.. errors.OrderBy(e => e.File, StringComparer.Ordinal).ThenBy(e => e.Line)], own.Count, examples, unproven);
    }

    /// <summary>What is wrong with an example, or null.</summary>
    internal static RulePackException? Run(RuleEntry entry, RuleExample example, RuleSet rules)
    {
        try
        {
            IReadOnlyList<Fact> facts = ExampleFacts.Read(example.Node);
            bool hit = Detector.Detect(facts, null, rules, [], StepsOfAnExample).Findings.Any(f => f.Rule.Id == entry.Rule.Id);
            return hit == example.Hit ? null : example.Node.Error($"the rule '{entry.Rule.Id}' {(hit ? "hits an example that should pass" : "does not hit its example")}.");
        }
        catch (RulePackException e)
        {
            return e;
        }
    }
}
