// What callables do with their arguments, as far as it is worth following.
using System.Collections.Frozen;
using System.Globalization;
using Assay.Bytes;
using Assay.Python.Names;

namespace Assay.Evaluation;

/// <summary>What a callable does with one of its arguments.</summary>
/// <param name="Kind">What the argument is to it: <c>python-source</c>, <c>shell-command</c>, <c>pickle</c>, <c>decoded</c>, ...</param>
/// <param name="Argument">Which argument, from 0; -1 for every text among them, -2 for the result.</param>
internal sealed record Sink(string Kind, int Argument)
{
    public const int Result = -2;
}

/// <summary>What callables do with their arguments, by their canonical names.</summary>
internal static class CallableSinks
{
    private static readonly Lazy<Tables> s_tables = new(Load);

    /// <summary>What a callable does with an argument, or null.</summary>
    public static Sink? Of(string canonical)
    {
        Tables tables = s_tables.Value;
        if (tables.Sinks.TryGetValue(canonical, out Sink? exact))
        {
            return exact;
        }

        int dot = canonical.LastIndexOf('.');
        if (dot > 0 && dot <= tables.Longest && tables.Sinks.TryGetValue(canonical[..dot] + ".*", out Sink? below))
        {
            return below;
        }

        for (dot = LastDot(tables, canonical, canonical.Length); dot > 0; dot = LastDot(tables, canonical, dot))
        {
            if (tables.Sinks.TryGetValue(canonical[..dot] + ".**", out Sink? deep))
            {
                return deep;
            }
        }

        return null;
    }

    /// <summary>Whether a callable may change a list, dict or set that it gets.</summary>
    public static bool IsMutator(string canonical) =>
        s_tables.Value.Mutators.Contains(canonical)
        || canonical.StartsWith("builtins.list.", StringComparison.Ordinal)
        || canonical.StartsWith("builtins.dict.", StringComparison.Ordinal)
        || canonical.StartsWith("builtins.set.", StringComparison.Ordinal)
        || canonical.StartsWith("builtins.bytearray.", StringComparison.Ordinal);

    /// <summary>Whether a callable is handed over for one reason only: it starts programs, runs code, connects or deletes.</summary>
    public static bool IsHandable(string canonical) => s_tables.Value.Handable.Contains(canonical);

    /// <summary>Whether a function of the standard library only keeps what it gets, or looks at it, and never calls it.</summary>
    public static bool IsKeeper(string canonical)
    {
        for (int dot = canonical.Length; dot > 0; dot = canonical.LastIndexOf('.', dot - 1))
        {
            if (s_tables.Value.Keepers.Contains(canonical[..dot]))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether what a call gives, by its name with parentheses, is a file that was fetched from elsewhere.</summary>
    public static bool IsDownload(string result) => result.EndsWith("()", StringComparison.Ordinal) && s_tables.Value.Downloads.Contains(result[..^2]);

    /// <summary>Whether what a function of a module gives is followed: what its methods do is of interest.</summary>
    public static bool IsTraced(string module) => KnownModules.IsStandard(module) || s_tables.Value.Traced.Contains(module.IndexOf('.', StringComparison.Ordinal) is > 0 and int dot ? module[..dot] : module);

    /// <summary>The names in a module that are known for what they do.</summary>
    public static IEnumerable<string> NamesOf(string module) => s_tables.Value.Handable.Where(n => n.Length > module.Length + 1 && n.StartsWith(module, StringComparison.Ordinal) && n[module.Length] == '.' && n.IndexOf('.', module.Length + 1) < 0).Select(n => n[(module.Length + 1)..]).Order(StringComparer.Ordinal);

    /// <summary>The last dot before <paramref name="end"/> below which a table can hold something.</summary>
    private static int LastDot(Tables tables, string path, int end) => path.LastIndexOf('.', Math.Min(end, tables.Longest + 1) - 1);

    private sealed record Tables(FrozenDictionary<string, Sink> Sinks, FrozenSet<string> Mutators, FrozenSet<string> Handable, FrozenSet<string> Keepers, FrozenSet<string> Traced, FrozenSet<string> Downloads)
    {
        /// <summary>The length of the longest name that any of them holds.</summary>
        public int Longest { get; } = Sinks.Keys.Max(k => k.Length);
    }

    private static Tables Load()
    {
        Dictionary<string, Sink> sinks = new(StringComparer.Ordinal);
        HashSet<string> mutators = new(StringComparer.Ordinal);
        HashSet<string> handable = new(StringComparer.Ordinal);
        HashSet<string> keepers = new(StringComparer.Ordinal);
        HashSet<string> traced = new(StringComparer.Ordinal);
        HashSet<string> downloads = new(StringComparer.Ordinal);
        foreach (string[] row in EmbeddedTable.Rows("evaluation/callables.tsv"))
        {
            if (row[0] == "mutator")
            {
                mutators.UnionWith(row[1].Split(' ').Select(CanonicalName.Twin));
                continue;
            }

            if (row[0] is "handable" or "keeper" or "traced" or "download")
            {
                (row[0] is "handable" ? handable : row[0] is "keeper" ? keepers : row[0] is "traced" ? traced : downloads).UnionWith(row[1].Split(' ').Select(CanonicalName.Twin));
                continue;
            }

            int argument = row[1] switch { "*" => -1, "result" => Sink.Result, _ => int.Parse(row[1], CultureInfo.InvariantCulture) };
            foreach (string name in row[2].Split(' '))
            {
                sinks[CanonicalName.Twin(name)] = new Sink(row[0], argument);
            }
        }

        return new Tables(sinks.ToFrozenDictionary(), mutators.ToFrozenSet(), handable.ToFrozenSet(StringComparer.Ordinal), keepers.ToFrozenSet(StringComparer.Ordinal), traced.ToFrozenSet(StringComparer.Ordinal), downloads.ToFrozenSet(StringComparer.Ordinal));
    }
}
