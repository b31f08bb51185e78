// Finds what is known about a callable by its canonical dotted path.
using Assay.Python.Names;

namespace Assay.Detection;

/// <summary>
/// The callables that the packs list. A name is found by its full dotted path; failing that, by the closest module or class
/// above it that lists a pattern. What is above a more specific entry never overrides it.
/// </summary>
internal sealed class CallableTable
{
    private readonly Dictionary<string, CallableGroup> _exact = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<(string Pattern, CallableGroup Group)>> _patterns = new(StringComparer.Ordinal);
    private int _longest;

    /// <summary>Attribute names that lead from any object to code.</summary>
    public HashSet<string> DangerousAttributes { get; } = new(StringComparer.Ordinal);

    /// <summary>Names in a state that a loader or the interpreter calls.</summary>
    public HashSet<string> Hooks { get; } = new(StringComparer.Ordinal);

    /// <summary>Combinations of names in carried code, strongest first: every word of one must appear.</summary>
    public List<(string Grade, string[] Words)> CodeWords { get; } = [];

    /// <summary>Texts that only commands and droppers hold.</summary>
    public List<string> CommandTexts { get; } = [];

    /// <summary>All groups, in the order of the packs.</summary>
    public List<CallableGroup> Groups { get; } = [];

    /// <summary>Every listed name, as <c>module.name</c> with its pattern.</summary>
    public IEnumerable<(string Path, CallableGroup Group)> Entries =>
        _exact.Select(e => (e.Key, e.Value)).Concat(_patterns.SelectMany(p => p.Value.Select(e => ($"{p.Key}.{e.Pattern}", e.Group))));

    public void Add(string module, string name, CallableGroup group)
    {
        module = CanonicalName.Twin(module);
        _longest = Math.Max(_longest, module.Length + 1 + name.Length);
        if (name.Contains('*', StringComparison.Ordinal) || name.StartsWith('$'))
        {
            if (!_patterns.TryGetValue(module, out List<(string, CallableGroup)>? list))
                _patterns.Add(module, list = []);

            list.RemoveAll(e => e.Item1 == name);
            list.Add((name, group));
            list.Sort((a, b) => Rank(b.Item1).CompareTo(Rank(a.Item1)));
        }
        else
        {
            _exact[name.Length == 0 ? module : CanonicalName.Twin($"{module}.{name}")] = group;
        }
    }

    /// <summary>The one path under which a callable is listed (<see cref="CanonicalName"/>), or one that is listed as it is written.</summary>
    public string Canonical(string module, string name)
    {
        string path = CanonicalName.Twin(module.Length == 0 ? name : name.Length == 0 ? module : $"{module}.{name}");
        return _exact.ContainsKey(path) ? path : CanonicalName.Of(module, name);
    }

    /// <summary>What is known about <paramref name="path"/>, or null.</summary>
    public CallableGroup? Find(string path)
    {
        if (_exact.TryGetValue(path, out CallableGroup? found))
            return found;

        for (int dot = LastDot(path, path.Length); dot > 0; dot = LastDot(path, dot))
        {
            string above = path[..dot];

            // An attribute of a harmful callable is as harmful (eval.__call__); one of a benign callable is another callable.
            if (_exact.TryGetValue(above, out CallableGroup? owner) && owner.Kind is CallableKind.Harmful)
                return owner;

            if (!_patterns.TryGetValue(above, out List<(string Pattern, CallableGroup Group)>? list))
                continue;

            string rest = path[(dot + 1)..];
            foreach ((string pattern, CallableGroup group) in list)
            {
                // A benign prefix ends at a dot: int* means int64, not what hangs on it.
                bool strays = group.Kind is CallableKind.Benign && rest.Contains('.', StringComparison.Ordinal) && !pattern.Contains('.', StringComparison.Ordinal);
                if (Matches(pattern, rest) && !(strays && pattern.Contains('*', StringComparison.Ordinal) && pattern.Length > 1))
                    return group;
            }
        }

        return null;
    }

    private static int Rank(string pattern) => pattern switch
    {
        "*" => 0,
        "$class" => 1,
        "$support" => 2,
        _ => 2 + pattern.Length,
    };

    private static bool Matches(string pattern, string rest)
    {
        string last = rest[(rest.LastIndexOf('.') + 1)..];
        return pattern switch
        {
            "*" => true,
            "$class" => IsClassName(last),
            "$support" => IsUnpickleSupport(last),
            _ => IsGlob(pattern, rest),
        };
    }

    private static bool IsGlob(string pattern, string text)
    {
        string[] parts = pattern.Split('*');
        if (!text.StartsWith(parts[0], StringComparison.Ordinal))
            return false;

        int at = parts[0].Length;
        foreach (string part in parts[1..^1])
        {
            int found = text.IndexOf(part, at, StringComparison.Ordinal);
            if (found < 0)
                return false;

            at = found + part.Length;
        }

        return text.Length - at >= parts[^1].Length && text.EndsWith(parts[^1], StringComparison.Ordinal);
    }

    /// <summary>Whether a name follows the convention for classes: a capital after any underscores.</summary>
    internal static bool IsClassName(string name)
    {
        string bare = name.TrimStart('_');
        return bare.Length > 0 && char.IsAsciiLetterUpper(bare[0]) && !name.EndsWith("__", StringComparison.Ordinal);
    }

    // The names that Cython and the numeric libraries give to the functions that __reduce__ returns.
    private static bool IsUnpickleSupport(string name) =>
        name.StartsWith("__pyx_unpickle_", StringComparison.Ordinal)
        || name.StartsWith("_reconstruct", StringComparison.Ordinal)
        || name.StartsWith("_rebuild", StringComparison.Ordinal)
        || name.StartsWith("_unpickle", StringComparison.Ordinal)
        || name.StartsWith("_new_", StringComparison.Ordinal)
        || name.EndsWith("_ctor", StringComparison.Ordinal)
        || name is "newObj";

    /// <summary>The last dot before <paramref name="end"/> below which something can be listed. Names of a megabyte are looked up where they may match only.</summary>
    private int LastDot(string path, int end) => path.LastIndexOf('.', Math.Min(end - 1, _longest));
}
