// What the data files say about names: twins, walks, sinks and mutators.
using System.Collections.Frozen;

namespace Assay.Evaluation;

/// <summary>What a callable does with one of its arguments.</summary>
/// <param name="Kind">What the argument is to it: <c>python-source</c>, <c>shell-command</c>, <c>pickle</c>, <c>decoded</c>, ...</param>
/// <param name="Argument">Which argument, from 0; -1 for every text among them, -2 for the result.</param>
internal sealed record Sink(string Kind, int Argument)
{
    public const int Result = -2;
}

/// <summary>What the data files say about names.</summary>
internal static class CallableNames
{
    private static readonly Lazy<Tables> s_tables = new(Load);

    /// <summary>The one name of a dotted path.</summary>
    public static string Canonical(string path)
    {
        Tables tables = s_tables.Value;
        while (path.EndsWith(".__call__", StringComparison.Ordinal))
        {
            path = path[..^9];
        }

        int start = 0;
        for (int dot = path.IndexOf('.', StringComparison.Ordinal); dot > 0; dot = path.IndexOf('.', dot + 1))
        {
            // pathlib.os.system is os.system: a module that another one imported.
            int next = path.IndexOf('.', dot + 1);
            if (next > 0 && next - dot <= tables.Longest && tables.Walks.Contains(path[(dot + 1)..next])
                && !(next - start <= tables.Longest && tables.Known.Contains(path[start..next])))
            {
                start = dot + 1;
            }
        }

        path = path[start..];
        for (int round = 0; round < 2; round++)
        {
            for (int end = path.Length <= tables.Longest ? path.Length : LastDot(tables, path, path.Length); end > 0; end = LastDot(tables, path, end))
            {
                if (tables.Twins.TryGetValue(path[..end], out string? to))
                {
                    path = to + path[end..];
                    break;
                }
            }
        }

        return path;
    }

    /// <summary>What a callable does with an argument, or null.</summary>
    public static Sink? Sink(string canonical)
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

    /// <summary>The last dot before <paramref name="end"/> below which a table can hold something.</summary>
    private static int LastDot(Tables tables, string path, int end) => path.LastIndexOf('.', Math.Min(end, tables.Longest + 1) - 1);

    private sealed record Tables(
        FrozenDictionary<string, string> Twins, FrozenSet<string> Walks, FrozenSet<string> Known, FrozenDictionary<string, Sink> Sinks, FrozenSet<string> Mutators)
    {
        /// <summary>The length of the longest name that any of them holds.</summary>
        public int Longest { get; } = Twins.Keys.Concat(Walks).Concat(Known).Concat(Sinks.Keys).Max(k => k.Length);
    }

    private static Tables Load()
    {
        Dictionary<string, string> twins = new(StringComparer.Ordinal);
        HashSet<string> walks = new(StringComparer.Ordinal);
        HashSet<string> known = new(StringComparer.Ordinal);
        Dictionary<string, Sink> sinks = new(StringComparer.Ordinal);
        HashSet<string> mutators = new(StringComparer.Ordinal);
        foreach (string[] row in DataFile.Rows("callables.tsv"))
        {
            switch (row[0])
            {
                case "twin":
                    twins[row[1]] = row[2];
                    break;
                case "walk":
                    walks.UnionWith(row[1].Split(' '));
                    break;
                case "module":
                    known.UnionWith(row[1].Split(' '));
                    break;
                case "mutator":
                    mutators.UnionWith(row[1].Split(' '));
                    break;
                default:
                    int argument = row[1] switch { "*" => -1, "result" => Evaluation.Sink.Result, _ => int.Parse(row[1], System.Globalization.CultureInfo.InvariantCulture) };
                    foreach (string name in row[2].Split(' '))
                    {
                        sinks[name] = new Sink(row[0], argument);
                    }

                    break;
            }
        }

        return new Tables(twins.ToFrozenDictionary(), walks.ToFrozenSet(), known.ToFrozenSet(), sinks.ToFrozenDictionary(), mutators.ToFrozenSet());
    }
}
