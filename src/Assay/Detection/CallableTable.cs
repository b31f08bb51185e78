// What rule packs say of names: which attributes and hooks lead to code, what carried code may not combine, and what callables do.
using Assay.Detection.Capacity;
using Assay.Detection.Packs;
using Assay.Effects;
using Assay.Python.Names;

namespace Assay.Detection;

/// <summary>A set of names that a pack gives, and where it stands.</summary>
/// <param name="Origin">Its name and reason.</param>
/// <param name="Place">Where it stands.</param>
/// <param name="Capabilities">The harm that calls do, as rules know it.</param>
internal sealed record ListedSet(EffectOrigin Origin, PackPlace Place, IReadOnlyList<string> Capabilities);

/// <summary>What rule packs say of names.</summary>
internal sealed class CallableTable
{
    private readonly Dictionary<string, ListedSet> _sets = new(StringComparer.Ordinal);

    public CallableTable() => Knowledge = new EffectKnowledge([Effects]);

    /// <summary>Attribute names that lead from any object to code.</summary>
    public HashSet<string> DangerousAttributes { get; } = new(StringComparer.Ordinal);

    /// <summary>Names in a state that a loader or the interpreter calls.</summary>
    public HashSet<string> Hooks { get; } = new(StringComparer.Ordinal);

    /// <summary>Special names that only describe: what stands under them is not called.</summary>
    public HashSet<string> PlainAttributes { get; } = new(StringComparer.Ordinal);

    /// <summary>What callables do, as the packs list it.</summary>
    public EffectTable Effects { get; } = new();

    /// <summary>What callables do, from all there is.</summary>
    public EffectKnowledge Knowledge { get; }

    /// <summary>The words by which texts are told apart that a file hands to code nothing is known of.</summary>
    public CapacityWords Capacity { get; } = new();

    /// <summary>Combinations of names in carried code, strongest first: every word of one must appear.</summary>
    public List<(string Grade, string[] Words)> CodeWords { get; } = [];

    /// <summary>Texts that only commands and droppers hold.</summary>
    public List<string> CommandTexts { get; } = [];

    /// <summary>The sets, in the order of the packs.</summary>
    public List<ListedSet> Sets { get; } = [];

    /// <summary>Lists a name of a set, in place of the set that listed it before; returns that one, or null.</summary>
    public ListedSet? Add(string module, string name, EffectEntry entry, ListedSet set)
    {
        bool isPattern = name.Contains('*', StringComparison.Ordinal);
        string owner = isPattern ? CanonicalName.Twin(module) : "";
        string listed = isPattern ? name : CanonicalName.Twin(module.Length == 0 ? name : $"{module}.{name}");
        Effects.Add(owner, listed, entry);
        string path = isPattern ? $"{owner}.{listed}" : listed;
        ListedSet? before = _sets.GetValueOrDefault(path);
        _sets[path] = set;
        return before;
    }

    /// <summary>The one path of a name in a module (<see cref="CanonicalName"/>), or the one that is listed as it is written.</summary>
    public string Canonical(string module, string name)
    {
        string path = CanonicalName.Twin(module.Length == 0 ? name : name.Length == 0 ? module : $"{module}.{name}");
        return Effects.Exact(path) is not null ? path : CanonicalName.Of(module, name);
    }

    /// <summary>The harm that a call of a canonical path does, as rules know it; empty where it does none, or nothing is known.</summary>
    public string CapabilityOf(string path) => EffectKinds.Capability(Knowledge.Find(path).Entry);
}
