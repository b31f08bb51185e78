// Joins packs to the rules in force and finds where they contradict each other or wait in vain.
using Assay.Detection.Facts;
using Assay.Detection.Intents;
using Assay.Effects;
using Assay.Effects.Packs;

namespace Assay.Detection.Packs;

/// <summary>
/// Reads packs one after the other. What is wrong with one rule or set costs that one only; the caller decides whether the first error ends
/// the reading.
/// </summary>
/// <param name="onError">Takes what is wrong.</param>
/// <param name="effects">Collects what callables do.</param>
/// <param name="knowledge">What callables do.</param>
internal sealed class PackReader(Action<RulePackException> onError, EffectListing effects, EffectKnowledge knowledge)
{
    private readonly Dictionary<string, RuleEntry> _rules = new(StringComparer.Ordinal);
    private readonly List<AwaitedValue> _awaited = [];
    private readonly List<(string Key, PackNode Value)> _parts = [];

    /// <summary>The callables, names and words that the packs list.</summary>
    public CallableTable Callables => field ??= new(knowledge, new(() => _parts));

    /// <summary>The words by which intents are told.</summary>
    public IntentTable Intents { get; } = new();

    /// <summary>The version that the last pack with one gives.</summary>
    public string Version { get; private set; } = "0";

    /// <summary>The rules so far, ordered by id.</summary>
    public IReadOnlyList<RuleEntry> Rules => [.. _rules.Values.OrderBy(r => r.Rule.Id, StringComparer.Ordinal)];

    /// <summary>Reads one pack.</summary>
    public void Read(RulePack pack) => Try(() =>
    {
        foreach ((string key, PackNode value) in pack.Content.AsMap("a pack"))
        {
            Try(() => ReadPart(key, value));
        }
    });

    /// <summary>
    /// Holds what the rules of packs wait for against what can be given, and what their sets give against what rules ask; called when all packs are
    /// read.
    /// </summary>
    public void CheckAwaited(IReadOnlySet<string> packs)
    {
        IReadOnlyList<ListedSet> sets = effects.Sets;
        HashSet<string> capabilities = [.. sets.SelectMany(s => s.Capabilities), EffectKinds.Capability(EffectKind.Memory)];
        foreach (AwaitedValue awaited in _awaited.Where(a => packs.Contains(a.Node.File)))
        {
            IEnumerable<string> given = awaited.Field.Vocabulary switch
            {
                "capability" => capabilities,
                "intent" => Intents.Names,
                "rule" => _rules.Keys,
                "kind" => FactKinds.All.Select(k => k.Name),
                _ => GivenValues.Of(awaited.Field.Vocabulary),
            };
            if (!given.Any(v => awaited.Accepts(v)))
            {
                onError(awaited.Node.Error($"'{awaited.Written}' is no {awaited.Field.Vocabulary} that anything gives, so the rule waits in vain."));
            }
        }

        foreach (ListedSet set in sets.Where(s => packs.Contains(s.Place.File)))
        {
            foreach (string capability in set.Capabilities.Where(c => !IsAsked(c)))
            {
                onError(new RulePackException(set.Place, $"no rule asks for the capability '{capability}': what the set lists would not be reported."));
            }
        }
    }

    /// <summary>Reads packs, and gives the rules in force.</summary>
    public RuleSet ReadAll(IReadOnlyList<RulePack> packs, string digest, IReadOnlyList<EffectPackIdentity> effectPacks)
    {
        foreach (RulePack pack in packs)
            Read(pack);

        return new RuleSet(Rules, Callables, new(Intents)) { Version = Version, Digest = digest, Packs = packs, EffectPacks = effectPacks };
    }

    private bool IsAsked(string capability) => _rules.Values.Any(r => r.When.Alternatives.Any(a => a.Subject.Kind == FactKinds.Judgement
        && a.Subject.Tests.All(t => t.Field.Name is not "capability" || t.Test.Holds(FieldValue.Of(capability), new(Callables, new(1000))))
        && a.Subject.Tests.All(t => t.Field.Name is not "is" || t.Test.Holds(FieldValue.Of(Judgements.Reached), new(Callables, new(1000))))));

    private void ReadPart(string key, PackNode value)
    {
        switch (key)
        {
            case "version":
                Version = value.AsText("version");
                break;
            case "rules":
                foreach (PackNode node in value.AsList("rules"))
                {
                    Try(() => Add(RuleParser.Read(node, _awaited)));
                }

                break;
            case "intents" or "intent-words":
                Try(() => IntentParser.Read(key, value, Intents));
                break;
            case "effects" or "listed-modules":
                effects.TryRead(key, value, Try);
                break;
            default:
                _parts.Add(CallableParser.Check(key, value) ? (key, value) : throw value.Error($"'{key}' is not a part of a pack."));
                break;
        }
    }

    private void Add(RuleEntry entry)
    {
        string id = entry.Rule.Id;
        if (_rules.TryGetValue(id, out RuleEntry? known) && (!entry.Replaces || known.Place.File == entry.Place.File))
        {
            throw new RulePackException(entry.Place, $"the rule '{id}' is already in {known.Place}; 'replaces: yes' in a later pack takes its place.");
        }

        if (known is null && entry.Replaces)
        {
            throw new RulePackException(entry.Place, $"the rule '{id}' replaces nothing: no earlier pack has it.");
        }

        _rules[id] = entry;
    }

    private void Try(Action read)
    {
        try
        {
            read();
        }
        catch (RulePackException e)
        {
            onError(e);
        }
    }
}
