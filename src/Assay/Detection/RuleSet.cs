// The rules in force.
using Assay.Detection.Packs;

namespace Assay.Detection;

/// <summary>The rules in force, read from rule packs.</summary>
public sealed class RuleSet
{
    private static readonly Lazy<RuleSet> _default = new(RuleSetLoader.LoadEmbedded);
    private readonly Dictionary<(string Use, string Capability), RuleEntry> _byUse = [];
    private readonly Dictionary<(string Code, bool WithFinding), RuleEntry> _byAnomaly = [];
    private readonly List<(string Prefix, RuleEntry Entry)> _byPrefix = [];
    private readonly Dictionary<string, RuleEntry> _byIntent = [];
    private readonly Dictionary<string, RuleEntry> _byBehaviour = [];
    private readonly IReadOnlyList<RuleEntry> _entries = [];

    /// <summary>The rules that come with Assay; read when first asked for.</summary>
    public static RuleSet Default => _default.Value;

    /// <summary>The version of the packs.</summary>
    public string Version { get; init; } = "0";

    /// <summary>The SHA-256 of the packs, in lower-case hex.</summary>
    public string Digest { get; init; } = "";

    /// <summary>All rules, ordered by id.</summary>
    public IReadOnlyList<Rule> Rules { get; init; } = [];

    /// <summary>The rules with their conditions and examples.</summary>
    internal IReadOnlyList<RuleEntry> Entries
    {
        get => _entries;
        init
        {
            _entries = value;
            Index(value);
        }
    }

    /// <summary>The callables that the packs list.</summary>
    internal CallableTable Callables { get; init; } = new();

    /// <summary>
    /// The default rules together with packs of the host's; a rule or a callable that comes again replaces the earlier one.
    /// </summary>
    /// <exception cref="RulePackException">A pack is malformed.</exception>
    public static RuleSet With(IEnumerable<(string Name, string Text)> packs) =>
        RuleSetLoader.Load([.. RuleSetLoader.EmbeddedPacks(), .. packs]);

    /// <summary>The rule for a judgement about a callable, or null.</summary>
    internal RuleEntry? ForUse(string use, string capability) =>
        _byUse.TryGetValue((use, capability), out RuleEntry? entry) || _byUse.TryGetValue((use, ""), out entry) ? entry : null;

    /// <summary>The rule for an intent, or null.</summary>
    internal RuleEntry? ForIntent(string intent) =>
        _byIntent.TryGetValue(intent, out RuleEntry? entry) || _byIntent.TryGetValue("*", out entry) ? entry : null;

    /// <summary>The rule for a kind of observed behaviour, or null.</summary>
    internal RuleEntry? ForBehaviour(string kind) => _byBehaviour.GetValueOrDefault(kind);

    /// <summary>
    /// The rule for an anomaly: by its code, else by the longest prefix, or null. Rules that need a finding beside the anomaly
    /// come first where there is one.
    /// </summary>
    internal RuleEntry? ForAnomaly(string code, bool withFinding)
    {
        if ((withFinding && _byAnomaly.TryGetValue((code, true), out RuleEntry? exact)) || _byAnomaly.TryGetValue((code, false), out exact))
            return exact;

        (string Prefix, RuleEntry? Entry) best = ("", null);
        foreach ((string prefix, RuleEntry entry) in _byPrefix)
        {
            if ((withFinding || !entry.When.WithFinding) && code.StartsWith(prefix, StringComparison.Ordinal)
                && (best.Entry is null || prefix.Length > best.Prefix.Length))
                best = (prefix, entry);
        }

        return best.Entry;
    }

    private void Index(IReadOnlyList<RuleEntry> entries)
    {
        foreach (RuleEntry entry in entries)
        {
            if (entry.When.Use.Length > 0)
            {
                foreach (string capability in entry.When.Capabilities.DefaultIfEmpty(""))
                    _byUse[(entry.When.Use, capability)] = entry;
            }

            foreach (string intent in entry.When.Intents)
                _byIntent[intent] = entry;

            foreach (string kind in entry.When.Behaviours)
                _byBehaviour[kind] = entry;

            foreach (string code in entry.When.Anomalies)
            {
                if (code.EndsWith('*'))
                    _byPrefix.Add((code[..^1], entry));
                else
                    _byAnomaly[(code, entry.When.WithFinding)] = entry;
            }
        }
    }
}
