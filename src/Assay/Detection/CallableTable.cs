// What rule packs say of names: which attributes and hooks lead to code, what carried code may not combine, and what callables do.
using Assay.Detection.Capacity;
using Assay.Detection.Packs;
using Assay.Effects;
using Assay.Python.Names;

namespace Assay.Detection;

/// <summary>What rule packs say of names. Packs add to each other; what they say is read when somebody asks.</summary>
/// <param name="knowledge">What callables do, from all there is.</param>
/// <param name="parts">The parts of packs under their keys, or null.</param>
internal sealed class CallableTable(EffectKnowledge knowledge, Lazy<IReadOnlyList<(string Key, PackNode Value)>>? parts = null)
{
    /// <summary>Attribute names that lead from any object to code.</summary>
    public HashSet<string> DangerousAttributes => field ??= Names("dangerous-attributes");

    /// <summary>Names in a state that a loader or the interpreter calls.</summary>
    public HashSet<string> Hooks => field ??= Names("hooks");

    /// <summary>Those of a class that a load itself calls; others wait for whoever uses the object.</summary>
    public HashSet<string> LoadingHooks => field ??= Names("loading-hooks");

    /// <summary>Methods of containers, files and locks: code calls them on whatever lies in an object.</summary>
    public HashSet<string> ContainerMethods => field ??= Names("container-methods");

    /// <summary>Methods by which objects of many classes write files: code that runs on load calls them on what a state brings.</summary>
    public HashSet<string> WritingMethods => field ??= Names("writing-methods");

    /// <summary>Packages whose classes and functions keep, copy or compare what they get by special methods only.</summary>
    public HashSet<string> KeepingModules => field ??= Names("keeping-modules");

    /// <summary>Attributes by which code walks from an object to names that it does not import.</summary>
    public HashSet<string> WalkingAttributes => field ??= Names("walking-attributes");

    /// <summary>Builtins that open or run what they get.</summary>
    public HashSet<string> OpeningBuiltins => field ??= Names("opening-builtins");

    /// <summary>Callables that rebuild a traced graph from its source.</summary>
    public HashSet<string> GraphMakers => field ??= Names("graph-makers");

    /// <summary>Parts of names of functions that change settings, or read and write, where those lie among others that compute.</summary>
    public HashSet<string> GraphWords => field ??= Names("graph-words");

    /// <summary>Modules and classes in which nothing lies but what computes with tensors and numbers, beside what is known to act.</summary>
    public HashSet<string> GraphModules => field ??= Names("graph-modules");

    /// <summary>Iterators that have no end.</summary>
    public HashSet<string> Endless => field ??= Names("endless-iterators");

    /// <summary>Iterators that give what others give.</summary>
    public HashSet<string> HandingOn => field ??= Names("handing-on");

    /// <summary>Callables that go through all of an iterator that they get.</summary>
    public HashSet<string> Consumers => field ??= Names("consumers");

    /// <summary>Tables of names: what code takes from one by a key that it computes may be anything.</summary>
    public HashSet<string> NameTables => field ??= Names("name-tables");

    /// <summary>How the names of functions begin that only ask for the state of the process.</summary>
    public HashSet<string> AskingNames => field ??= Names("asking-names");

    /// <summary>Special names that only describe: what stands under them is not called.</summary>
    public HashSet<string> PlainAttributes => field ??= Names("plain-attributes");

    /// <summary>Classes whose objects, as members of a class, call what they were made with when the attribute is read, set or deleted.</summary>
    public HashSet<string> Descriptors => field ??= Names("descriptors");

    /// <summary>What callables do, from all there is.</summary>
    public EffectKnowledge Knowledge { get; } = knowledge;

    /// <summary>The words by which texts are told apart that a file hands to code nothing is known of.</summary>
    public CapacityWords Capacity => field ??= new CapacityWords(Parts("capacity"));

    /// <summary>Combinations of names in carried code, strongest first: every word of one must appear.</summary>
    public IReadOnlyList<(string Grade, string[] Words)> CodeWords => field ??= [.. Parts("code-words").SelectMany(CallableParser.CodeWords)];

    /// <summary>Texts that only commands and droppers hold.</summary>
    public List<string> CommandTexts => field ??= [.. Parts("command-texts").SelectMany(p => p.AsTexts("command-texts"))];

    /// <summary>The one path of a name in a module (<see cref="CanonicalName"/>), or the one that is listed as it is written.</summary>
    public string Canonical(string module, string name)
    {
        string path = CanonicalName.Twin(module.Length == 0 ? name : name.Length == 0 ? module : $"{module}.{name}");
        return Knowledge.Lists(path) ? path : CanonicalName.Of(module, name);
    }

    /// <summary>The harm that a call of a canonical path does, as rules know it; empty where it does none, or nothing is known.</summary>
    public string CapabilityOf(string path) => EffectKinds.Capability(Knowledge.Find(path).Entry);

    private IEnumerable<PackNode> Parts(string key) => (parts?.Value ?? []).Where(p => p.Key == key).Select(p => p.Value);

    private HashSet<string> Names(string key) => Parts(key).SelectMany(p => p.AsTexts(key)).ToHashSet(StringComparer.Ordinal);
}
