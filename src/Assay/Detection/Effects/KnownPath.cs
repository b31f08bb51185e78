// A name under its canonical path, with what is known of it.
using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Assay.Artifacts;
using Assay.Detection.Capacity;
using Assay.Effects;
using Assay.Python.Names;

namespace Assay.Detection.Effects;

/// <summary>A name under its canonical path, with what is known of it.</summary>
/// <param name="Path">The path; empty where the name cannot be told.</param>
/// <param name="Entry">What it does, or null.</param>
/// <param name="IsStrict">Whether nothing may be assumed of a name without an entry.</param>
/// <param name="IsCoarse">Whether the entry is that of a whole module or class, and not of the name.</param>
/// <param name="IsDeep">Whether the name lies deeper below that module or class than its members.</param>
internal readonly record struct KnownPath(string Path, EffectEntry? Entry, bool IsStrict, bool IsCoarse = false, bool IsDeep = false)
{
    /// <summary>A name that cannot be told.</summary>
    public static KnownPath None => new("", null, false);

    /// <summary>
    /// What an analysis has found of a name that it cannot clear, and where it only tells what harm is done.
    /// </summary>
    public EffectEntry? Told { get; init; }

    /// <summary>What an analysis has read of a class of which rules only know that its module as a whole can do harm; null where there is no such class.</summary>
    public EffectEntry? Read { get; init; }

    /// <summary>What an analysis has read of a method of such a class; null where there is none.</summary>
    public EffectEntry? ReadMember { get; init; }

    /// <summary>The method as its own source has it, where rules only know that its module as a whole can do harm.</summary>
    public KnownPath AsRead() => ReadMember is { } read ? this with { Entry = read, IsCoarse = false } : this;

    /// <summary>The class as it is for objects that are made without its constructor: what its own source does is known better than what its module can do.</summary>
    public KnownPath AsMade() => Read is { } read && IsHarmful ? this with { Entry = read, IsCoarse = false } : this;

    /// <summary>The class whose members are said to be harmless as a whole, where nothing is said of this one by itself; else empty.</summary>
    public string MemberOf { get; init; } = "";

    /// <summary>Whether it is a method of a type of Python's own, which acts on its object.</summary>
    public bool IsBuiltInMethod => Path.StartsWith("builtins.", StringComparison.Ordinal) && Path.IndexOf('.', "builtins.".Length) > 0;

    /// <summary>Whether a call does harm by itself.</summary>
    public bool IsHarmful => Entry is { IsHarmful: true };

    /// <summary>Whether a file that refers to it and does nothing more is already suspicious.</summary>
    public bool IsSink => IsHarmful && Entry!.Imported is not ReferenceWeight.None;

    /// <summary>The harm that a call does first, as rules know it.</summary>
    public string Capability => EffectKinds.Capability(Entry);
}

/// <summary>What is known of names that the artifacts of one process share: most files use the same few hundred. It holds a few MB at most, whatever names files have.</summary>
internal sealed class SharedPaths
{
    private const int Most = 8192;
    private const int Longest = 160;
    private static readonly ConditionalWeakTable<CallableTable, SharedPaths> s_all = [];
    private readonly ConcurrentDictionary<string, KnownPath> _known = new(StringComparer.Ordinal);
    private int _count;

    /// <summary>What is shared by those who ask the same table.</summary>
    public static SharedPaths Of(CallableTable table) => s_all.GetOrCreateValue(table);

    /// <summary>What is known of a path, if it was asked for before.</summary>
    public bool TryGet(string path, out KnownPath known) => _known.TryGetValue(path, out known);

    /// <summary>Keeps what is known of a path. Where there are too many, all are forgotten: a file that uses names of its own drives those of others out for a moment, not for good.</summary>
    public void Keep(string path, KnownPath known)
    {
        if (path.Length > Longest)
            return;

        if (Interlocked.Increment(ref _count) > Most)
        {
            _known.Clear();
            Volatile.Write(ref _count, 0);
        }

        _known.TryAdd(path, known);
    }
}

/// <summary>Finds names: spellings of one thing lead to one path, and what is known of it.</summary>
internal sealed class PathKnowledge(CallableTable names)
{
    /// <summary>A use is looked at several times, and a hostile file may use a hundred thousand names.</summary>
    private const int MostCached = 1 << 17;
    private readonly Dictionary<string, KnownPath> _cache = new(StringComparer.Ordinal);
    private readonly SharedPaths _shared = SharedPaths.Of(names);

    /// <summary>What is known of a fact's callee; the path is empty where it is a result or cannot be told.</summary>
    public KnownPath Of(CallableFact fact)
    {
        if ((fact.Module.Length > 0 || fact.Name.Length > 0) && !fact.Name.EndsWith(')'))
            return fact.Name.Length > 0 ? Of(fact.Module, fact.Name) : Of(fact.Module, "") with { IsStrict = true };

        return fact.Resolved.Length > 0 && !fact.Resolved.EndsWith(')') ? Of(fact.Resolved) : KnownPath.None;
    }

    /// <summary>What is known of a name in a module. A name that passes through another module has left its own.</summary>
    public KnownPath Of(string module, string name)
    {
        string written = module.Length == 0 ? name : name.Length == 0 ? module : $"{module}.{name}";
        KnownPath direct = Known(CanonicalName.Twin(written));
        if (direct.Entry is null && Handed(module, name) is { } handed)
            return handed;

        if (!name.Contains('.', StringComparison.Ordinal))
            return direct;

        // A pattern that covers a whole module says nothing of the modules that it imports.
        if (direct.Entry is not null)
            return !direct.IsHarmful && Walked(name) is { IsHarmful: true } through ? through : direct;

        // Only members of classes have dotted names where pickles are written: what stands first is a class, or the path leads through something that a module has from elsewhere.
        bool isThrough = !NameConvention.IsClass(name[..name.IndexOf('.', StringComparison.Ordinal)]) && Known(CanonicalName.Twin($"{module}.{name[..name.IndexOf('.', StringComparison.Ordinal)]}")).Entry is null or { Kind: NameKind.Module };
        string walked = names.Canonical(module, name);
        if (walked == direct.Path)
            return Walked(name) ?? (isThrough ? direct with { IsStrict = true } : direct);

        // Calling a function's __call__ is calling it. That of a class is what its objects do when they are called.
        KnownPath found = Known(walked);
        bool isOfObjects = direct.Path.EndsWith(".__call__", StringComparison.Ordinal) && !found.IsHarmful && (found.Entry is { Kind: NameKind.Class } || (found.Entry is null && NameConvention.IsClass(walked)));
        return isOfObjects ? direct with { IsStrict = true } : found;
    }

    /// <summary>
    /// A name in a module that is called like one of Python's own: packages that serve several versions of Python hand those on. Believed where the name
    /// there starts programs, runs code or loads it.
    /// </summary>
    private KnownPath? Handed(string module, string name)
    {
        int dot = module.LastIndexOf('.');
        if (dot < 0 || !KnownModules.Has(module[(dot + 1)..]))
            return null;

        KnownPath own = Known(CanonicalName.Twin($"{module[(dot + 1)..]}.{name}"));
        return own is { IsSink: true, IsCoarse: false } && own.Entry!.Call.Any(e => e.Kind is EffectKind.Exec or EffectKind.Process or EffectKind.NativeLoad) ? own : null;
    }

    /// <summary>A name that passes through a module that everybody knows, and of which something is known there; null where there is none.</summary>
    private KnownPath? Walked(string name)
    {
        for (int dot = name.LastIndexOf('.'); dot > 0; dot = name.LastIndexOf('.', dot - 1))
        {
            int start = dot == 0 ? 0 : name.LastIndexOf('.', dot - 1) + 1;
            if (KnownModules.Has(name[start..dot]) && Known(CanonicalName.Twin(name[start..])) is { } found && (found.Entry is not null || found.IsStrict))
                return found;
        }

        return null;
    }

    /// <summary>
    /// What is known of a dotted text whose module part is not marked. A walk into another module is believed only where it leads to
    /// something harmful: <c>pandas.io.pickle</c> is no walk into <c>io</c>.
    /// </summary>
    public KnownPath Of(string dotted)
    {
        KnownPath direct = Known(CanonicalName.Twin(dotted));
        if (direct.Entry is not null)
            return direct;

        // What stands for a whole module says nothing of names deeper than its own: theano.tensor.signal.pool.Pool is not in signal.
        KnownPath walked = Known(names.Canonical("", dotted));
        return walked is { IsHarmful: true, IsDeep: false } ? walked : direct;
    }

    private KnownPath Known(string path)
    {
        if (_cache.TryGetValue(path, out KnownPath known))
            return known;

        if (!_shared.TryGet(path, out known))
        {
            known = Find(path);
            _shared.Keep(path, known);
        }

        if (_cache.Count < MostCached)
            _cache.Add(path, known);

        return known;
    }

    private KnownPath Find(string path)
    {
        KnownName found = names.Knowledge.Find(path);
        // What is no dotted name is looked up by no honest file.
        bool odd = path.Length == 0 || path[0] == '.' || path[^1] == '.' || path.Contains("..", StringComparison.Ordinal);
        bool coarse = found.Place is { Pattern: { } pattern } && (pattern is "*" || pattern.EndsWith(".*", StringComparison.Ordinal));
        bool deep = coarse && path.IndexOf('.', Math.Min(path.Length, found.Place!.Value.Owner.Length + 1)) >= 0;
        bool isListed = found.Entry is { IsDerived: true } && names.Knowledge.IsListed(path);
        bool isTold = isListed || (found.Entry is { IsDerived: true } derived && !CanBeCleared(path, derived.Kind, names.Capacity));
        EffectEntry? read = coarse && found.Entry is { IsHarmful: true } && !names.Knowledge.IsListed(path) ? names.Knowledge.Read(path) : null;
        bool isMember = names.Knowledge.IsListed(path) && found is { Entry: { IsDerived: false, IsHarmful: false }, Place: { Pattern.Length: 0 } place } && place.Owner != path;
        return new KnownPath(path, isTold ? null : found.Entry, found.IsStrict || odd || isListed, coarse, deep) { Told = isTold ? found.Entry : null, Read = read is { Kind: NameKind.Class } && found.Entry is { Kind: NameKind.Class } ? read : null, ReadMember = read is { Kind: NameKind.Class } ? null : read, MemberOf = isMember ? found.Place!.Value.Owner : "" };
    }

    /// <summary>
    /// Whether what an analysis found can show that a name is harmless: it tells what becomes of what is given, and not what happens whatever is given.
    /// That is enough where a loader makes or fills objects, which it does in every honest file, and not for other functions, which none calls.
    /// </summary>
    public static bool CanBeCleared(string path, NameKind kind, CapacityWords words) =>
        kind is NameKind.Class or NameKind.Module || path[(path.LastIndexOf('.') + 1)..] is "__setstate__" or "__new__" || words.SaysRebuild(path[(path.LastIndexOf('.') + 1)..]);
}
