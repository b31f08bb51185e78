// Finds what is known of a name in several stores.
using System.IO.Enumeration;

namespace Assay.Effects;

/// <summary>Where in the stores a name was found.</summary>
/// <param name="Store">The number of the store.</param>
/// <param name="Owner">The path of the entry, or what the pattern stands below.</param>
/// <param name="Pattern">The pattern, or empty.</param>
internal readonly record struct KnownPlace(int Store, string Owner, string Pattern = "");

/// <summary>What is known of a name.</summary>
/// <param name="Entry">What it does, or null.</param>
/// <param name="IsStrict">
/// Whether nothing may be assumed: it lies in a module all of whose harmless names are listed, or it is an attribute of something known that the
/// knowledge does not mention.
/// </param>
/// <param name="Place">Where it was found, or null.</param>
internal readonly record struct KnownName(EffectEntry? Entry, bool IsStrict, KnownPlace? Place = null);

/// <summary>
/// Finds what is known of a dotted path: its own entry; failing that, the closest module or class above it that has a fitting pattern, or that says
/// that its other members are harmless. What stands earlier in the list of stores goes first: what a later one knows of a name never takes away harm that
/// an earlier one sees in it.
/// </summary>
internal sealed class EffectKnowledge(IReadOnlyList<IEffectNames> stores)
{
    /// <summary>Names longer than this are no names of code; their beginning is looked up.</summary>
    private const int LongestPath = 512;

    /// <summary>Nothing that is known lies deeper: what hangs on it is looked for below its first parts alone.</summary>
    private const int MostParts = 24;

    /// <summary>Nothing known.</summary>
    public static EffectKnowledge Empty { get; } = new([]);

    /// <summary>The stores, in the order in which they are asked.</summary>
    public IReadOnlyList<IEffectNames> Stores => stores;

    /// <summary>Whether a store has this very path.</summary>
    public bool Lists(string path) => path.Length <= LongestPath && Exact(path).Entry is not null;

    /// <summary>What is known of <paramref name="path"/>.</summary>
    public KnownName Find(string path)
    {
        if (path.Length > LongestPath)
            path = path[..LongestPath];

        KnownName own = Exact(path);
        if (own.Entry is not null && own.Place is { Store: 0 })
            return own;

        // What was written by hand goes before what an analysis found, a pattern too.
        KnownName above = Above(path);
        bool isEarlier = above.Place is { } place && own.Place is { } at && place.Store < at.Store && (above.Entry!.IsHarmful || (own.Entry!.IsDerived && !above.Entry.IsDerived));
        return own.Entry is null && above.Entry is null && Maker(path) is { Entry: not null } maker ? maker : own.Entry is null || isEarlier ? above : own;
    }

    /// <summary>What an analysis found of the <c>__new__</c> of a class, where that is called by its name: it gets the class first, and makes an object of whichever class that is.</summary>
    private KnownName Maker(string path)
    {
        const string end = ".__new__";
        if (!path.EndsWith(end, StringComparison.Ordinal) || Exact(path[..^end.Length]) is not { Entry: { Kind: NameKind.Class, IsDerived: true } type } found)
            return default;

        return found with
        {
            Entry = type with { Kind = NameKind.Function, Call = [.. type.New.Select(Behind)], New = [], Returns = new EffectReturn(ReturnKind.InstanceOf, new EffectSource(SourceKind.Argument), EffectSource.Always), MembersHarmless = false },
        };
    }

    /// <summary>An effect with its values one position later.</summary>
    private static Effect Behind(Effect effect) => effect with
    {
        Source = Behind(effect.Source),
        With = [.. effect.With.Select(Behind)],
        Condition = effect.Condition is { } condition ? condition with { Source = Behind(condition.Source) } : null,
    };

    private static EffectSource Behind(EffectSource source) => source.Kind is SourceKind.Argument or SourceKind.From && source.Index < byte.MaxValue ? source with { Index = (byte)(source.Index + 1) } : source;

    /// <summary>What an analysis found of this very path, whatever was written by hand of what lies around it; null where it was not analysed.</summary>
    public EffectEntry? Read(string path) => path.Length <= LongestPath && Exact(path).Entry is { IsDerived: true } entry ? entry : null;

    private KnownName Above(string path)
    {
        EffectEntry? closest = null;
        KnownName derived = default;
        for (int dot = Innermost(path); dot > 0; dot = path.LastIndexOf('.', dot - 1))
        {
            string owner = path[..dot];
            string rest = path[(dot + 1)..];
            KnownName found = Exact(owner);
            EffectEntry? above = found.Entry;

            // An attribute of something harmful is as harmful (eval.__call__); one of something harmless is something else.
            if (above is { IsHarmful: true, Kind: not NameKind.Module })
                return found;

            if (Pattern(owner, rest, closest is not null) is { Entry: { } fitting } pattern)
                return pattern with { Entry = AsNamed(fitting, path) };

            if (closest is null && above is { MembersHarmless: true } && !rest.Contains("__", StringComparison.Ordinal))
            {
                // What was written by hand of a module above goes before it.
                if (!above.IsDerived)
                    return found with { Entry = Member(above) };

                if (derived.Entry is null)
                    derived = found with { Entry = Member(above) };
            }

            // What an analysis knows of a class is not all there is: bases without source have members too.
            closest ??= above is { Kind: NameKind.Module } or { IsDerived: true } ? null : above;
        }

        // Patterns that hold in every module: what a compiler writes.
        if (Pattern("", path[(path.LastIndexOf('.') + 1)..], false) is { Entry: { } anywhere } everywhere)
            return everywhere with { Entry = AsNamed(anywhere, path) };

        return derived.Entry is not null ? derived : new KnownName(null, closest is not null || IsListed(path));
    }

    /// <summary>The last dot at which something that is known may end, or -1.</summary>
    private static int Innermost(string path)
    {
        int dot = -1;
        for (int part = 0; part < MostParts && path.IndexOf('.', dot + 1) is >= 0 and int next; part++)
            dot = next;

        return dot;
    }

    /// <summary>A pattern covers classes and functions; the form of the name tells which.</summary>
    private static EffectEntry AsNamed(EffectEntry entry, string path) =>
        entry.Kind is NameKind.Function && NameConvention.IsClass(path) ? entry with { Kind = NameKind.Class } : entry;

    private KnownName Exact(string path)
    {
        KnownName derived = default;
        for (int store = 0; store < stores.Count; store++)
        {
            if (stores[store].Exact(path) is not { } entry || (entry.IsDerived && derived.Entry is not null))
                continue;

            KnownName found = new(entry, false, new KnownPlace(store, path));
            if (!entry.IsDerived)
                return found;

            derived = found;
        }

        return derived;
    }

    private KnownName Pattern(string owner, string rest, bool isBelowKnown)
    {
        for (int store = 0; store < stores.Count; store++)
        {
            foreach ((string pattern, EffectEntry entry) in stores[store].Below(owner))
            {
                // A pattern of harmless names ends where it ends: int* means int64, not what hangs on it. One of a whole module does not reach into a class that is known.
                bool strays = !entry.IsHarmful
                    ? pattern[^1] == '*' && rest.AsSpan().Count('.') != pattern.AsSpan().Count('.')
                    : isBelowKnown && rest.Contains('.', StringComparison.Ordinal) && !pattern.Contains('.', StringComparison.Ordinal);

                // Nor does it mean the special attributes of what it covers: they lead from any class to any other.
                strays |= !entry.IsHarmful && rest.Contains("__", StringComparison.Ordinal) && !pattern.Contains("__", StringComparison.Ordinal) && !rest.EndsWith(".__new__", StringComparison.Ordinal);

                // Exceptions of modules that do harm as a whole keep what they get.
                strays |= pattern is "*" && entry.Imported is not ReferenceWeight.Harmful && NameConvention.IsException(rest);
                if (!strays && FileSystemName.MatchesSimpleExpression(pattern, rest, ignoreCase: false))
                    return new KnownName(entry, false, new KnownPlace(store, owner, pattern));
            }
        }

        return default;
    }

    /// <summary>Whether a path lies in a module all of whose harmless names are listed.</summary>
    public bool IsListed(string path)
    {
        int end = path.IndexOf('.', StringComparison.Ordinal);
        string module = end < 0 ? path : path[..end];
        foreach (IEffectNames store in stores)
        {
            if (store.IsListed(module))
                return true;
        }

        return false;
    }

    private static EffectEntry Member(EffectEntry above) => new() { Kind = NameKind.Function, Origin = above.Origin, Returns = EffectReturn.Unknown, IsDerived = above.IsDerived };
}
