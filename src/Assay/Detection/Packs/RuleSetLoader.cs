// Reads rule packs into the rules in force.
using Assay.Bytes;
using Assay.Effects;
using Assay.Effects.Packs;

namespace Assay.Detection.Packs;

/// <summary>Reads packs in order of their names.</summary>
internal static class RuleSetLoader
{
    private static readonly Lazy<CompiledPacks> s_embedded = new(() => new CompiledPacks(new EmbeddedBytes("rules/packs.bin")));
    private static readonly Lazy<EffectPack> s_effects = new(() => EffectPack.Embedded("rules/effects.pack")[0]);

    /// <summary>What the analysis of public packages has found; the program carries it and looks names up where they lie.</summary>
    private static readonly Lazy<IReadOnlyList<EffectPack>> s_shipped = new(() => EffectPack.Embedded(EffectPack.ShippedPrefix));

    /// <summary>The packs that are part of the program; the build has read their YAML.</summary>
    public static IReadOnlyList<RulePack> EmbeddedPacks => s_embedded.Value.Packs;

    /// <summary>The rules that come with Assay.</summary>
    public static RuleSet LoadEmbedded() => Load([], []);

    /// <summary>The rules that come with Assay, further packs, and effect packs; the first error is thrown.</summary>
    public static RuleSet Load(IReadOnlyList<(string Name, string Text)> packs, IReadOnlyList<EffectPack> effects)
    {
        List<IEffectNames> behind = [.. effects, .. s_shipped.Value];
        if (packs.Count > 0)
            return Load(EmbeddedPacks, packs, behind, [.. effects.Select(e => e.Identity)], Throw);

        // Nothing can contradict the rules of the program: they are looked up where they lie, as what their sets say of callables is, and not read.
        CompiledPacks own = s_embedded.Value;
        CallableTable callables = new(new EffectKnowledge([s_effects.Value, .. behind]), own.Parts);
        return new RuleSet(own.Rules, own.Index, callables, new(() => IntentParser.Read(own.Parts.Value)))
        {
            Version = own.Version, Digest = own.Digest, Packs = own.Packs, EffectPacks = [.. effects.Select(e => e.Identity)],
        };
    }

    /// <summary>
    /// Reads packs in their order and hands what is wrong with them to <paramref name="onError"/>. Tests hold what the first ones wait for against what is
    /// given, so that a start does not have to; of the <paramref name="further"/> ones it is found out here.
    /// </summary>
    public static RuleSet Load(
        IReadOnlyList<RulePack> first,
        IReadOnlyList<(string Name, string Text)> further,
        IEnumerable<IEffectNames> effects,
        IReadOnlyList<EffectPackIdentity> effectPacks,
        Action<RulePackException> onError)
    {
        List<RulePack> packs = [.. first];
        foreach ((string name, string text) in further)
        {
            try
            {
                packs.Add(RulePack.Parse(name, text));
            }
            catch (RulePackException e)
            {
                onError(e);
            }
        }

        EffectListing listing = new();
        PackReader reader = new(onError, listing, new EffectKnowledge([listing.Table, .. effects]));
        RuleSet rules = reader.ReadAll(packs, RulePack.DigestOf(packs), effectPacks);
        if (further.Count > 0)
            reader.CheckAwaited(further.Select(p => p.Name).ToHashSet(StringComparer.Ordinal));

        return rules;
    }

    private static void Throw(RulePackException error) => throw error;
}
