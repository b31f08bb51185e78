// The one name of a callable that can be written in many ways.
using System.Collections.Frozen;
using Assay.Bytes;

namespace Assay.Python.Names;

/// <summary>
/// The one name of a callable: twins of modules are replaced (<c>posix.system</c> is <c>os.system</c>), a name that walks through a module
/// into another one starts at the last module of the walk (<c>pathlib</c>, <c>os.system</c>), and calling <c>__call__</c> is calling.
/// </summary>
internal static class CanonicalName
{
    private const string Call = ".__call__";

    /// <summary>A twin may lead to another: <c>posixpath</c> to <c>os.path</c>. More rounds would only serve a loop in the table.</summary>
    private const int Rounds = 4;

    private static readonly Lazy<Tables> s_tables = new(() => new Tables());

    /// <summary>The one name of a dotted path of which it is not known where its module ends.</summary>
    public static string Of(string path)
    {
        int dot = path.IndexOf('.', StringComparison.Ordinal);
        return dot < 0 ? Twin(path) : Of(path, dot);
    }

    /// <summary>The one name of <paramref name="name"/> in a module, which is looked up as it is: only the name can walk.</summary>
    public static string Of(string module, string name) => name.Length == 0 ? Twin(module)
        : module.Length == 0 ? Of(name, -1)
        : Of($"{module}.{name}", module.Length);

    /// <summary>The path with twins replaced, and nothing else.</summary>
    public static string Twin(string path)
    {
        Tables tables = s_tables.Value;
        for (int round = 0; round < Rounds; round++)
        {
            string before = path;
            for (int end = path.Length <= tables.Longest ? path.Length : LastDot(tables, path, path.Length); end > 0; end = LastDot(tables, path, end))
            {
                if (tables.Twins.TryGetValue(path.AsSpan(0, end), out string? to))
                {
                    path = to + path[end..];
                    break;
                }
            }

            if (ReferenceEquals(before, path))
            {
                break;
            }
        }

        return path;
    }

    /// <summary>Walks begin behind the dot at <paramref name="dot"/>, or with the path.</summary>
    private static string Of(string path, int dot)
    {
        Tables tables = s_tables.Value;
        while (path.Length > Call.Length && path.EndsWith(Call, StringComparison.Ordinal))
        {
            path = path[..^Call.Length];
        }

        int start = 0;
        for (int next; (next = dot + 1 < path.Length ? path.IndexOf('.', dot + 1) : -1) > 0; dot = next)
        {
            if (next - dot <= tables.Longest && tables.Walks.Contains(path.AsSpan(dot + 1, next - dot - 1))
                && !(next - start <= tables.Longest && tables.Modules.Contains(path.AsSpan(start, next - start))))
            {
                start = dot + 1;
            }
        }

        return Twin(path[start..]);
    }

    /// <summary>The last dot before <paramref name="end"/> below which the table can hold something: names may have a megabyte.</summary>
    private static int LastDot(Tables tables, string path, int end) => path.LastIndexOf('.', Math.Min(end, tables.Longest + 1) - 1);

    private sealed class Tables
    {
        public Tables()
        {
            Dictionary<string, string> twins = new(StringComparer.Ordinal);
            HashSet<string> walks = new(StringComparer.Ordinal);
            HashSet<string> modules = new(StringComparer.Ordinal);
            foreach (string[] row in EmbeddedTable.Rows("python/twins.tsv"))
            {
                switch (row[0])
                {
                    case "twin": twins[row[1]] = row[2]; break;
                    case "walk": walks.UnionWith(row[1].Split(' ')); break;
                    default: modules.UnionWith(row[1].Split(' ')); break;
                }
            }

            Longest = twins.Keys.Concat(walks).Concat(modules).Max(k => k.Length);
            Twins = twins.ToFrozenDictionary(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
            Walks = walks.ToFrozenSet(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
            Modules = modules.ToFrozenSet(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
        }

        public FrozenDictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> Twins { get; }

        public FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Walks { get; }

        /// <summary>Modules whose names look like a walk.</summary>
        public FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Modules { get; }

        /// <summary>The length of the longest name that any of them holds.</summary>
        public int Longest { get; }
    }
}
