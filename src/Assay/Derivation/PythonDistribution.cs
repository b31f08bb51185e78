// One version of one distribution: its name, its files, and their digest.
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Assay.Code;

namespace Assay.Derivation;

/// <summary>One version of one distribution of Python packages.</summary>
public sealed partial class PythonDistribution
{
    private readonly SortedDictionary<string, byte[]> _files = new(StringComparer.Ordinal);
    private readonly bool _isInstalled;

    private PythonDistribution(string label, string file, IEnumerable<(string Path, byte[] Bytes)> files, bool isInstalled)
    {
        _isInstalled = isInstalled;
        foreach ((string path, byte[] bytes) in files)
            _files[path] = bytes;

        Match named = Labelled().Match(label);
        (Name, Version) = named.Success ? (named.Groups[1].Value, named.Groups[2].Value) : OfFile(file);
        Digest = DigestOf(_files);
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Its version; empty where nothing says it.</summary>
    public string Version { get; }

    /// <summary>The SHA-256 of its Python files with their names.</summary>
    public string Digest { get; }

    /// <summary>Its modules.</summary>
    internal IReadOnlyList<SourceModule> Modules => field ??= [.. SourceTree.Modules(_files, Name, _isInstalled)];

    /// <summary>A wheel, an sdist or a Debian package, as the end of its name says.</summary>
    /// <param name="label"><c>NAME==VERSION</c>, or empty where the name of the file says it.</param>
    /// <param name="file">The name of the file.</param>
    /// <param name="archive">Its bytes.</param>
    /// <exception cref="InvalidDataException">It is none of these, or does not hold together.</exception>
    public static PythonDistribution OfArchive(string label, string file, byte[] archive) => new(label, file, SourceArchive.Of(file, archive), file.EndsWith(".whl", StringComparison.Ordinal));

    /// <summary>A folder: a project, a folder that Python looks into, or a package, which keeps its name.</summary>
    /// <param name="label"><c>NAME==VERSION</c>, or empty where the name of the folder says it.</param>
    /// <param name="folder">The name of the folder.</param>
    /// <param name="files">Its Python files by their paths in it, with slashes.</param>
    public static PythonDistribution OfFiles(string label, string folder, IEnumerable<(string Path, byte[] Bytes)> files)
    {
        ArgumentNullException.ThrowIfNull(files);
        (string Path, byte[] Bytes)[] all = [.. files];
        return new(label, folder, IsPackage(folder, all) ? all.Select(f => ($"{folder}/{f.Path}", f.Bytes)) : all, isInstalled: false);
    }

    /// <summary>
    /// Whether a folder is a package itself: it says so with an <c>__init__</c>, or it has none (PEP 420) and what lies in it imports the rest through the name of the folder, or from beside
    /// itself, which a module of no package cannot.
    /// </summary>
    private static bool IsPackage(string folder, IReadOnlyList<(string Path, byte[] Bytes)> files)
    {
        if (files.Any(f => f.Path is "__init__.py"))
            return true;

        if (files.Any(f => f.Path is "setup.py" || f.Path == $"{folder}.py" || f.Path.StartsWith($"{folder}/", StringComparison.Ordinal)))
            return false;

        Regex own = new($@"^(from|import) {Regex.Escape(folder)}[. ]", RegexOptions.NonBacktracking | RegexOptions.Multiline);
        return files.Any(f => Encoding.UTF8.GetString(f.Bytes) is var text && (own.IsMatch(text) || (!f.Path.Contains('/', StringComparison.Ordinal) && Beside().IsMatch(text))));
    }

    // What the names of files say by convention: PEP 427 for wheels, PEP 625 for sdists, Debian's policy for its packages.
    private static (string Name, string Version) OfFile(string file)
    {
        Match match = file.EndsWith(".whl", StringComparison.Ordinal) ? Wheel().Match(file) : file.EndsWith(".deb", StringComparison.Ordinal) ? Debian().Match(file) : Sdist().Match(file);
        return match.Success ? (match.Groups[1].Value.Replace('_', '-'), match.Groups[2].Value) : (file, "");
    }

    private static string DigestOf(SortedDictionary<string, byte[]> files)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach ((string name, byte[] bytes) in files)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(name + "\0"));
            hash.AppendData(SHA256.HashData(bytes));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    [GeneratedRegex(@"^from \.", RegexOptions.NonBacktracking | RegexOptions.Multiline)]
    private static partial Regex Beside();

    [GeneratedRegex(@"^([A-Za-z0-9._-]+)==([A-Za-z0-9.+!~_-]*)$", RegexOptions.NonBacktracking)]
    private static partial Regex Labelled();

    [GeneratedRegex(@"^([A-Za-z0-9._]+)-([A-Za-z0-9.+!_]+)-.*\.whl$", RegexOptions.NonBacktracking)]
    private static partial Regex Wheel();

    [GeneratedRegex(@"^(?:python3?-)?([a-z0-9.+-]+)_([^_]+)_[a-z0-9]+\.deb$", RegexOptions.NonBacktracking)]
    private static partial Regex Debian();

    [GeneratedRegex(@"^([A-Za-z0-9._-]+)-([0-9][A-Za-z0-9.+!_]*?)(?:\.tar\.gz|\.zip)$", RegexOptions.NonBacktracking)]
    private static partial Regex Sdist();
}
