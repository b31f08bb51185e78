// The rules that come with Assay, read from their YAML as if they were a user's.
using Assay.Detection;
using Assay.Detection.Packs;
using Assay.Effects;
using Assay.Effects.Packs;
using Assay.Tests.Architecture;

namespace Assay.Tests.Builders;

internal static class WrittenRules
{
    private static readonly Lazy<(RuleSet Rules, EffectListing Effects)> s_read = new(Read);

    /// <summary>The packs as texts, in their order.</summary>
    public static IReadOnlyList<(string Name, string Text)> Texts { get; } =
        [.. Repository.Files.Where(f => f.StartsWith("rules/", StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(f => (f, Repository.Read(f)))];

    public static RuleSet Rules => s_read.Value.Rules;

    /// <summary>The sets of names of the packs.</summary>
    public static EffectListing Effects => s_read.Value.Effects;

    private static (RuleSet, EffectListing) Read()
    {
        EffectListing effects = new();
        PackReader reader = new(e => throw e, effects, new EffectKnowledge([effects.Table, .. EffectPack.Embedded(EffectPack.ShippedPrefix)]));
        RulePack[] packs = [.. Texts.Select(t => RulePack.Parse(t.Name, t.Text))];
        return (reader.ReadAll(packs, RulePack.DigestOf(packs), []), effects);
    }
}
