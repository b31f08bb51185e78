// Names with what they do, in memory: what rule packs say, and what packs are written from.
namespace Assay.Effects;

/// <summary>Names with what they do, in memory.</summary>
internal sealed class EffectTable : IEffectNames
{
    private readonly Dictionary<string, EffectEntry> _exact = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<(string Pattern, EffectEntry Entry)>> _patterns = new(StringComparer.Ordinal);
    private readonly HashSet<string> _listed = new(StringComparer.Ordinal);

    /// <summary>The exact names.</summary>
    public IReadOnlyDictionary<string, EffectEntry> Names => _exact;

    /// <summary>The patterns by what they stand below.</summary>
    public IEnumerable<(string Owner, string Pattern, EffectEntry Entry)> Patterns =>
        _patterns.SelectMany(p => p.Value.Select(e => (p.Key, e.Pattern, e.Entry)));

    /// <summary>The top-level modules whose harmless names are all listed.</summary>
    public IReadOnlyCollection<string> ListedModules => _listed;

    /// <summary>Adds a name below a module; a name with <c>*</c> is a pattern. What comes later replaces what came before.</summary>
    public void Add(string owner, string name, EffectEntry entry)
    {
        if (!name.Contains('*', StringComparison.Ordinal))
        {
            _exact[name.Length == 0 ? owner : owner.Length == 0 ? name : $"{owner}.{name}"] = entry;
            return;
        }

        if (!_patterns.TryGetValue(owner, out List<(string Pattern, EffectEntry Entry)>? list))
            _patterns.Add(owner, list = []);

        list.RemoveAll(e => e.Pattern == name);
        list.Add((name, entry));
        list.Sort((a, b) => a.Pattern.Length != b.Pattern.Length ? b.Pattern.Length.CompareTo(a.Pattern.Length) : string.CompareOrdinal(a.Pattern, b.Pattern));
    }

    /// <summary>Says that all harmless names of a top-level module are listed.</summary>
    public void AddListed(string module) => _listed.Add(module);

    /// <inheritdoc/>
    public EffectEntry? Exact(string path) => _exact.GetValueOrDefault(path);

    /// <inheritdoc/>
    public IReadOnlyList<(string Pattern, EffectEntry Entry)> Below(string owner) => _patterns.TryGetValue(owner, out List<(string Pattern, EffectEntry Entry)>? list) ? list : [];

    /// <inheritdoc/>
    public bool IsListed(string module) => _listed.Contains(module);
}
