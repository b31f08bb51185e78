// Which modules the Python files of a distribution are.
using Assay.Python.Syntax;

namespace Assay.Code;

/// <summary>
/// Names the modules of a distribution as they are imported once it is installed. A module has the path of its file below the folder that Python looks into, also where folders on
/// that path have no <c>__init__</c> (PEP 420): such a folder is a part of the name, and what lies in it is no module of its own. What an installation leaves behind (tests, examples,
/// scripts, files beside <c>setup.py</c>) has no name that could be imported.
/// </summary>
internal static class SourceTree
{
    /// <summary>Folders that Python looks into.</summary>
    private static readonly string[] s_sites = ["dist-packages", "site-packages", "purelib", "platlib"];

    /// <summary>Folders of a project that are no part of what it installs; below a package only the tests are left out.</summary>
    private static readonly HashSet<string> s_aside = new(StringComparer.Ordinal)
    {
        "test", "tests", "testing", "doc", "docs", "example", "examples", "benchmark", "benchmarks", "tools", "scripts", "ci", "demo", "demos", "notebooks", "tutorials", "third_party", "build", "bin",
        "idlelib", "turtledemo", "node_modules",
    };

    private static readonly HashSet<string> s_tests = new(StringComparer.Ordinal) { "test", "tests", "idlelib", "lib2to3", "turtledemo", "node_modules", "__pycache__" };

    /// <summary>Files of a project that only people and builds run.</summary>
    private static readonly HashSet<string> s_scripts = new(StringComparer.Ordinal) { "setup", "conftest", "versioneer", "noxfile", "tasks", "fabfile" };

    /// <summary>The modules.</summary>
    /// <param name="files">The files by their paths, with slashes.</param>
    /// <param name="distribution">The name of the distribution: what a project that is one file calls that file.</param>
    /// <param name="isInstalled">Whether the files lie as an installation lays them out, as those of a wheel do.</param>
    public static IEnumerable<SourceModule> Modules(IReadOnlyDictionary<string, byte[]> files, string distribution = "", bool isInstalled = false)
    {
        HashSet<string> packages = new(StringComparer.Ordinal);
        HashSet<string> projects = new(StringComparer.Ordinal);
        foreach (string file in files.Keys)
        {
            int slash = file.LastIndexOf('/');
            string folder = slash < 0 ? "" : file[..slash];
            if (file.AsSpan(slash + 1) is "__init__.py" && slash > 0)
                packages.Add(folder);
            else if (file.AsSpan(slash + 1) is "setup.py" && !isInstalled)
                projects.Add(folder);
        }

        // A file beside a package may be a module of a project, or a script; where nothing says that it is a project, Python looks into the folder.
        projects.RemoveWhere(packages.Contains);
        string single = distribution.Replace('-', '_');
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (string file in files.Keys.Order(StringComparer.Ordinal))
        {
            if (!file.EndsWith(".py", StringComparison.Ordinal) || Name(file, packages, projects, single, isInstalled) is not { } name)
                continue;

            bool isPackage = file.EndsWith("__init__.py", StringComparison.Ordinal);
            if (seen.Add(name))
                yield return new SourceModule(name, file, isPackage, SourceText.Decode(files[file]));
        }
    }

    private static string? Name(string file, HashSet<string> packages, HashSet<string> projects, string single, bool isInstalled)
    {
        string[] parts = file[..^3].Split('/');
        int root = Array.FindLastIndex(parts, p => s_sites.Contains(p)) + 1;
        bool isProject = false;
        if (root == 0 && parts[0] is "usr" && !parts.Any(p => p.StartsWith("python3", StringComparison.Ordinal)))
            return null;

        if (root == 0 && !isInstalled)
            root = Root(parts, packages, projects, out isProject);

        string[] name = parts[^1] is "__init__" ? parts[root..^1] : parts[root..];
        if (name.Length == 0 || !name.All(IsIdentifier) || name.Any(s_tests.Contains))
            return null;

        // What lies outside of packages is laid out for people.
        int package = root;
        while (package < parts.Length && !packages.Contains(string.Join('/', parts[..(package + 1)])))
            package++;

        if (parts[..Math.Min(package, parts.Length - 1)].Any(s_aside.Contains) || (name.Length == 1 && s_scripts.Contains(name[0])))
            return null;

        return isProject && name.Length == 1 && parts[^1] is not "__init__" && name[0] != single ? null : string.Join('.', name);
    }

    /// <summary>
    /// Where names begin: below the last folder that cannot be part of a name, that holds a project, or that keeps source apart (<c>src</c>), unless that is a package.
    /// </summary>
    private static int Root(string[] parts, HashSet<string> packages, HashSet<string> projects, out bool isProject)
    {
        int root = 0;
        isProject = projects.Contains("");
        for (int i = 0; i < parts.Length - 1; i++)
        {
            string folder = string.Join('/', parts[..(i + 1)]);
            if (packages.Contains(folder))
                break;

            if (IsIdentifier(parts[i]) && !projects.Contains(folder) && parts[i] is not "src")
                continue;

            root = i + 1;
            isProject |= projects.Contains(folder) || parts[i].Contains('-', StringComparison.Ordinal);
        }

        return root;
    }

    private static bool IsIdentifier(string part) => part.Length > 0 && !char.IsAsciiDigit(part[0]) && part.All(c => char.IsLetterOrDigit(c) || c is '_');
}
