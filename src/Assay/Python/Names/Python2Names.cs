// The names of Python 2 that the unpickler itself rewrites.
using Assay.Bytes;

namespace Assay.Python.Names;

/// <summary>
/// The names of Python 2 that CPython's unpickler rewrites while the protocol is below 3 (<c>fix_imports</c>), after
/// <c>Lib/_compat_pickle.py</c>: whole modules, and single names, which win.
/// </summary>
internal static class Python2Names
{
    private static readonly Lazy<(Dictionary<(string, string), (string, string)> Names, Dictionary<string, string> Modules)> s_table = new(Load);

    /// <summary>What the unpickler makes of a module and a name.</summary>
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
        foreach (string[] row in EmbeddedTable.Rows("python/python2-names.tsv"))
        {
            if (row[1] == "*")
            {
                modules[row[0]] = row[2];
            }
            else
            {
                names[(row[0], row[1])] = (row[2], row[3]);
            }
        }

        return (names, modules);
    }
}
