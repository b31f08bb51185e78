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
    private readonly Dictionary<string, List<ListedPattern>> _patterns = new(StringComparer.Ordinal);
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

    /// <summary>Lists a callable in a group, in place of the group that listed it before; returns that one, or null.</summary>
    public CallableGroup? Add(string module, string name, CallableGroup group)
    {
        module = CanonicalName.Twin(module);
        _longest = Math.Max(_longest, module.Length + 1 + name.Length);
        if (name.Contains('*', StringComparison.Ordinal) || name.StartsWith('$'))
        {
            if (!_patterns.TryGetValue(module, out List<ListedPattern>? list))
                _patterns.Add(module, list = []);

            ListedPattern? before = list.Find(e => e.Pattern == name);
            if (before is not null)
                list.Remove(before);

            // Longer patterns first; equal ones in the order of the packs.
            ListedPattern added = new(name, group);
            int at = list.FindIndex(e => e.Rank < added.Rank);
            list.Insert(at < 0 ? list.Count : at, added);
            return before?.Group;
        }

        string path = name.Length == 0 ? module : CanonicalName.Twin($"{module}.{name}");
        _exact.TryGetValue(path, out CallableGroup? known);
        _exact[path] = group;
        return known;
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

            if (!_patterns.TryGetValue(above, out List<ListedPattern>? list))
                continue;

            foreach (ListedPattern listed in list)
            {
                if (listed.Matches(path.AsSpan(dot + 1)))
                    return listed.Group;
            }
        }

        return null;
    }

    /// <summary>Whether a name follows the convention for classes: a capital after any underscores.</summary>
    internal static bool IsClassName(ReadOnlySpan<char> name)
    {
        ReadOnlySpan<char> bare = name.TrimStart('_');
        return bare.Length > 0 && char.IsAsciiLetterUpper(bare[0]) && !name.EndsWith("__");
    }

    /// <summary>The last dot before <paramref name="end"/> below which something can be listed. Names of a megabyte are looked up where they may match only.</summary>
    private int LastDot(string path, int end) => path.LastIndexOf('.', Math.Min(end - 1, _longest));

    /// <summary>A pattern under a module or class, and the group that lists it.</summary>
    private sealed class ListedPattern(string pattern, CallableGroup group)
    {
        private readonly WildcardPattern? _glob = pattern is "*" || pattern.StartsWith('$') ? null : WildcardPattern.OfText(pattern);

        // A benign prefix ends at a dot: int* means int64, not what hangs on it.
        private readonly bool _endsAtDot = group.Kind is CallableKind.Benign && pattern.Length > 1 && !pattern.StartsWith('$') && !pattern.Contains('.', StringComparison.Ordinal);

        public string Pattern => pattern;

        public CallableGroup Group => group;

        /// <summary>The more it says, the higher.</summary>
        public int Rank { get; } = pattern switch
        {
            "*" => 0,
            "$class" => 1,
            "$support" => 2,
            _ => 2 + pattern.Length,
        };

        public bool Matches(ReadOnlySpan<char> rest)
        {
            if (_endsAtDot && rest.Contains('.'))
                return false;

            ReadOnlySpan<char> last = rest[(rest.LastIndexOf('.') + 1)..];
            return pattern switch
            {
                "*" => true,
                "$class" => IsClassName(last),
                "$support" => IsUnpickleSupport(last),
                _ => _glob!.IsMatch(rest),
            };
        }

        // The names that Cython and the numeric libraries give to the functions that __reduce__ returns.
        private static bool IsUnpickleSupport(ReadOnlySpan<char> name) =>
            name.StartsWith("__pyx_unpickle_")
            || name.StartsWith("_reconstruct")
            || name.StartsWith("_rebuild")
            || name.StartsWith("_unpickle")
            || name.StartsWith("_new_")
            || name.EndsWith("_ctor")
            || name is "newObj";
    }
}
