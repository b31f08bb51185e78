// The names that the unpickler itself rewrites.
namespace Assay.Pickle;

/// <summary>
/// The names of Python 2 that CPython's unpickler rewrites while the protocol is below 3 (<c>fix_imports</c>), after
/// <c>Lib/_compat_pickle.py</c>: whole modules, and single names, which win.
/// </summary>
internal static class PythonNames
{
    private static readonly Lazy<(Dictionary<(string, string), (string, string)> Names, Dictionary<string, string> Modules)> s_table = new(Load);

    private static readonly Lazy<HashSet<string>> s_modules = new(() => [.. Lines("python-modules.txt")]);

    /// <summary>Whether a dotted module name begins with a module that Python or a well-known library has.</summary>
    public static bool IsKnownModule(string module)
    {
        int dot = module.IndexOf('.', StringComparison.Ordinal);
        return s_modules.Value.Contains(dot < 0 ? module : module[..dot]);
    }

    public static (string Module, string Name) Fix(string module, string name)
    {
        if (s_table.Value.Names.TryGetValue((module, name), out (string, string) both))
        {
            return both;
        }

        return (s_table.Value.Modules.GetValueOrDefault(module, module), name);
    }

    private static (Dictionary<(string, string), (string, string)>, Dictionary<string, string>) Load()
    {
        Dictionary<(string, string), (string, string)> names = [];
        Dictionary<string, string> modules = [];
        foreach (string line in Lines("python2-names.tsv"))
        {
            string[] cells = line.Split('\t');
            if (cells.Length != 4)
            {
                continue;
            }

            if (cells[1] == "*")
            {
                modules[cells[0]] = cells[2];
            }
            else
            {
                names[(cells[0], cells[1])] = (cells[2], cells[3]);
            }
        }

        return (names, modules);
    }

    /// <summary>The lines of a list of this room, comments left out.</summary>
    public static IEnumerable<string> Lines(string resource)
    {
        using Stream stream = typeof(PythonNames).Assembly.GetManifestResourceStream($"pickle/{resource}")!;
        using StreamReader reader = new(stream);
        while (reader.ReadLine() is { } line)
        {
            if (!line.StartsWith('#'))
            {
                yield return line;
            }
        }
    }
}
