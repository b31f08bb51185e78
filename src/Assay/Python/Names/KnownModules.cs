// The modules that Python comes with, and those that pickled models name most.
using Assay.Bytes;

namespace Assay.Python.Names;

/// <summary>The modules that Python comes with, and those that pickled models name most.</summary>
internal static class KnownModules
{
    /// <summary>What the table calls modules that Python 2 alone has: their names are ordinary words today.</summary>
    private const string Old = "2";

    /// <summary>What the table calls modules of packages.</summary>
    private const string Package = "package";

    private static readonly Lazy<HashSet<string>> s_modules = new(() => [.. Rows.Where(r => r.Kind != Old).Select(r => r.Name)]);

    /// <summary>The modules of the standard library, those of Python 2 as well.</summary>
    public static IEnumerable<string> OfStandardLibrary => Rows.Where(r => r.Kind != Package).Select(r => r.Name);

    private static readonly Lazy<HashSet<string>> s_standard = new(() => [.. OfStandardLibrary]);

    /// <summary>Whether the module in front of a dotted name is one of the standard library.</summary>
    public static bool IsStandard(string path) => s_standard.Value.Contains(path.IndexOf('.', StringComparison.Ordinal) is > 0 and int dot ? path[..dot] : path);

    private static IEnumerable<(string Name, string Kind)> Rows => EmbeddedTable.Rows("python/modules.txt").Select(r => (r[0], r.Length > 1 ? r[1] : ""));

    /// <summary>Whether a dotted module name begins with one of Python's today or of a package.</summary>
    public static bool Has(string module)
    {
        int dot = module.IndexOf('.', StringComparison.Ordinal);
        return s_modules.Value.Contains(dot < 0 ? module : module[..dot]);
    }
}
