// Reads rule packs into the rules in force.
using Assay.Bytes;
using Assay.Effects;
using Assay.Effects.Packs;

namespace Assay.Detection.Packs;

/// <summary>Reads packs in order of their names.</summary>
internal static class RuleSetLoader
{
    private static readonly Lazy<CompiledPacks> s_embedded = new(() => new CompiledPacks(EmbeddedTable.Bytes("rules/packs.bin")));

    /// <summary>The packs that are part of the program; the build has read their YAML.</summary>
    public static IReadOnlyList<RulePack> EmbeddedPacks => s_embedded.Value.Packs;

    /// <summary>The rules that come with Assay. What callables do is looked up where it lies, and not read.</summary>
    public static RuleSet LoadEmbedded()
    {
        EffectPack effects = new(new EmbeddedSource("rules/effects.pack"));
        PackReader reader = new(Throw, null, new EffectKnowledge([effects]));
        foreach (RulePack pack in EmbeddedPacks)
            reader.Read(pack);

        return reader.Finish(s_embedded.Value.Digest);
    }

    /// <summary>The rules that come with Assay and further packs; the first error is thrown.</summary>
    public static RuleSet Load(IReadOnlyList<(string Name, string Text)> packs) => Load(EmbeddedPacks, packs, Throw);

    /// <summary>
    /// Reads packs in their order and hands what is wrong with them to <paramref name="onError"/>. Tests hold what the first ones wait for against what is
    /// given, so that a start does not have to; of the <paramref name="further"/> ones it is found out here.
    /// </summary>
    public static RuleSet Load(IReadOnlyList<RulePack> first, IReadOnlyList<(string Name, string Text)> further, Action<RulePackException> onError)
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

        EffectListing effects = new();
        PackReader reader = new(onError, effects, new EffectKnowledge([effects.Table]));
        foreach (RulePack pack in packs)
            reader.Read(pack);

        if (further.Count > 0)
            reader.CheckAwaited(further.Select(p => p.Name).ToHashSet(StringComparer.Ordinal));

        return reader.Finish(RulePack.DigestOf(packs));
    }

    private static void Throw(RulePackException error) => throw error;
}
