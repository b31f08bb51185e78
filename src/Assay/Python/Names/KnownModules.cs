// The modules that Python comes with, and those that pickled models name most.
using Assay.Bytes;

namespace Assay.Python.Names;

/// <summary>The modules that Python comes with, and those that pickled models name most.</summary>
internal static class KnownModules
{
    private static readonly Lazy<HashSet<string>> s_modules = new(() => [.. EmbeddedTable.Rows("python/modules.txt").Select(r => r[0])]);

    /// <summary>Whether a dotted module name begins with one of them.</summary>
    public static bool Has(string module)
    {
        int dot = module.IndexOf('.', StringComparison.Ordinal);
        return s_modules.Value.Contains(dot < 0 ? module : module[..dot]);
    }
}
