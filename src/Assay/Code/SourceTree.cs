// Which modules the Python files of a distribution are.
using Assay.Python.Syntax;

namespace Assay.Code;

/// <summary>
/// Finds the modules of a distribution in its files: below a folder that Python looks into, else where packages begin. Tests, examples and scripts are left out.
/// </summary>
internal static class SourceTree
{
    private static readonly string[] s_roots = ["dist-packages", "site-packages"];
    private static readonly HashSet<string> s_aside = new(StringComparer.Ordinal)
    {
        "test", "tests", "doc", "docs", "example", "examples", "benchmark", "benchmarks", "tools", "scripts", "idlelib", "lib2to3", "turtledemo", "node_modules", "third_party", "build", "__pycache__",
    };

    private static readonly HashSet<string> s_scripts = new(StringComparer.Ordinal) { "setup", "conftest", "versioneer", "noxfile", "tasks", "fabfile" };

    /// <summary>The modules.</summary>
    /// <param name="files">The files by their paths, with slashes.</param>
    public static IEnumerable<SourceModule> Modules(IReadOnlyDictionary<string, byte[]> files)
    {
        HashSet<string> packages = new(StringComparer.Ordinal);
        foreach (string file in files.Keys)
        {
            if (file.EndsWith("/__init__.py", StringComparison.Ordinal))
                packages.Add(file[..^"/__init__.py".Length]);
        }

        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (string file in files.Keys.Order(StringComparer.Ordinal))
        {
            if (!file.EndsWith(".py", StringComparison.Ordinal) || Name(file, packages) is not { } name)
                continue;

            bool isPackage = file.EndsWith("__init__.py", StringComparison.Ordinal);
            if (seen.Add(name))
                yield return new SourceModule(name, file, isPackage, SourceText.Decode(files[file]));
        }
    }

    private static string? Name(string file, HashSet<string> packages)
    {
        string[] parts = file[..^3].Split('/');
        int root = Array.FindLastIndex(parts, p => s_roots.Contains(p)) + 1;
        if (root == 0)
            root = Root(parts, packages);

        string[] name = parts[^1] is "__init__" ? parts[root..^1] : parts[root..];
        bool isScript = name is [var only] && s_scripts.Contains(only);
        return name.Length == 0 || isScript || name.Any(s_aside.Contains) || parts[..root].Any(s_aside.Contains) || !name.All(IsIdentifier) ? null : string.Join('.', name);
    }

    // Packages begin at the topmost folder of those with __init__ that lie in each other; what lies in none stands alone.
    private static int Root(string[] parts, HashSet<string> packages)
    {
        int root = parts.Length - 1;
        while (root > 0 && packages.Contains(string.Join('/', parts[..root])))
            root--;

        return root;
    }

    private static bool IsIdentifier(string part) => part.Length > 0 && !char.IsAsciiDigit(part[0]) && part.All(c => char.IsLetterOrDigit(c) || c is '_');
}
