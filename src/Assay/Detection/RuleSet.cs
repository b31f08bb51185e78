// The rules in force.
using Assay.Bytes;
using Assay.Detection.Conditions;
using Assay.Detection.Intents;
using Assay.Detection.Packs;
using Assay.Effects;
using Assay.Effects.Packs;

namespace Assay.Detection;

/// <summary>The rules in force, read from rule packs.</summary>
public sealed class RuleSet
{
    private static readonly Lazy<RuleSet> s_default = new(RuleSetLoader.LoadEmbedded);
    private readonly RuleStore _store;
    private readonly Lazy<RuleIndex> _index;
    private readonly Lazy<IntentTable> _intents;

    internal RuleSet(IReadOnlyList<RuleEntry> entries, CallableTable callables, Lazy<IntentTable> intents)
        : this(new RuleStore(entries), store => new RuleIndex(new EmbeddedBytes(RuleIndexWriter.Write(entries)), 0, store), callables, intents)
    {
    }

    internal RuleSet(RuleStore store, Func<RuleStore, RuleIndex> index, CallableTable callables, Lazy<IntentTable> intents)
    {
        _store = store;
        _index = new(() => index(store));
        _intents = intents;
        Callables = callables;
    }

    /// <summary>The rules that come with Assay; read when first asked for.</summary>
    public static RuleSet Default => s_default.Value;

    /// <summary>No rules, for those who read and do not judge.</summary>
    public static RuleSet None { get; } = new([], new CallableTable(EffectKnowledge.Empty), new(() => new IntentTable()));

    /// <summary>The version of the packs.</summary>
    public string Version { get; init; } = "0";

    /// <summary>The SHA-256 of the packs, in lower-case hex.</summary>
    public string Digest { get; init; } = "";

    /// <summary>The effect packs of the host, in their order.</summary>
    public IReadOnlyList<EffectPackIdentity> EffectPacks { get; init; } = [];

    /// <summary>All rules, ordered by id.</summary>
    public IReadOnlyList<Rule> Rules => field ??= [.. Entries.Select(e => e.Rule)];

    /// <summary>The packs as they were read.</summary>
    internal IReadOnlyList<RulePack> Packs { get; init; } = [];

    /// <summary>Those of the rules that take the facts of a bundle together.</summary>
    internal RuleSet OfBundles() => new([.. Index.OfBundles.Select(n => _store[n])], Callables, _intents) { Version = Version, Digest = Digest, EffectPacks = EffectPacks, Packs = Packs };

    /// <summary>The rules with what they ask, ordered by id.</summary>
    internal IReadOnlyList<RuleEntry> Entries => field ??= _store.All;

    /// <summary>What the rules ask, by kind of fact and value.</summary>
    internal RuleIndex Index => _index.Value;

    /// <summary>The callables that the packs list.</summary>
    internal CallableTable Callables { get; }

    /// <summary>The words by which the packs tell intents.</summary>
    internal IntentTable Intents => _intents.Value;

    /// <summary>
    /// The default rules together with packs of the host's. All rules that match fire; a pack replaces a rule, or what is said of a callable, only
    /// where it says so.
    /// </summary>
    /// <exception cref="RulePackException">A pack is malformed, two packs contradict each other, or a rule waits for what no reader gives.</exception>
    public static RuleSet With(IEnumerable<(string Name, string Text)> packs) => With(packs, []);

    /// <summary>The same, with effect packs of the host: what callables of further packages do. What rule packs say of a name goes first.</summary>
    /// <param name="packs">Rule packs.</param>
    /// <param name="effects">Effect packs.</param>
    /// <exception cref="RulePackException">A rule pack is malformed, two packs contradict each other, or a rule waits for what no reader gives.</exception>
    public static RuleSet With(IEnumerable<(string Name, string Text)> packs, IEnumerable<EffectPack> effects) =>
        RuleSetLoader.Load([.. packs], [.. effects]);
}
