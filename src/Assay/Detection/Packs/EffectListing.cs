// Collects the sets of names that packs give, and tells where two of them list the same name.
using Assay.Effects;
using Assay.Python.Names;

namespace Assay.Detection.Packs;

/// <summary>A set of names that a pack gives, and where it stands.</summary>
/// <param name="Origin">Its name and reason.</param>
/// <param name="Place">Where it stands.</param>
/// <param name="Capabilities">The harm that calls do, as rules know it.</param>
internal sealed record ListedSet(EffectOrigin Origin, PackPlace Place, IReadOnlyList<string> Capabilities);

/// <summary>The sets of names that packs give, as they are read.</summary>
internal sealed class EffectListing
{
    /// <summary>What stands for all modules of the standard library: no module can have such a name.</summary>
    private const string StandardLibrary = "standard-library";

    private readonly Dictionary<string, ListedSet> _sets = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string>> _names = new(StringComparer.Ordinal);

    /// <summary>What the names do.</summary>
    public EffectTable Table { get; } = new();

    /// <summary>The sets, in the order of the packs.</summary>
    public List<ListedSet> Sets { get; } = [];

    /// <summary>Lists a name of a set, in place of the set that listed it before; returns that one, or null.</summary>
    public ListedSet? Add(string module, string name, EffectEntry entry, ListedSet set)
    {
        bool isPattern = name.Contains('*', StringComparison.Ordinal);
        string owner = isPattern ? CanonicalName.Twin(module) : "";
        string listed = isPattern ? name : CanonicalName.Twin(module.Length == 0 ? name : $"{module}.{name}");
        Table.Add(owner, listed, entry);
        string path = isPattern ? $"{owner}.{listed}" : listed;
        ListedSet? before = _sets.GetValueOrDefault(path);
        _sets[path] = set;
        if (!isPattern)
        {
            if (!_names.TryGetValue(set.Origin.Id, out List<string>? names))
                _names.Add(set.Origin.Id, names = []);

            names.Add(listed);
        }

        return before;
    }

    /// <summary>The names without stars that a set has so far; null where there is no such set before.</summary>
    public IReadOnlyList<string>? NamesOf(string set) => _names.GetValueOrDefault(set);

    /// <summary>Reads the part of a pack under the key, where that is one of names.</summary>
    public bool TryRead(string key, PackNode value, Action<Action> attempt)
    {
        switch (key)
        {
            case "effects":
                foreach (PackNode node in value.AsList(key))
                    attempt(() => EffectSetParser.Read(node, this));

                return true;
            case "listed-modules":
                foreach (string module in value.AsTexts(key).SelectMany(m => m == StandardLibrary ? KnownModules.OfStandardLibrary : [m]))
                    Table.AddListed(module);

                return true;
            default:
                return false;
        }
    }
}
