// One version of one distribution: its name, its files, and their digest.
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Assay.Code;

namespace Assay.EffectBuilder;

/// <summary>One version of one distribution.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Version">Its version; empty where nothing says it.</param>
/// <param name="Digest">The SHA-256 of its Python files, by their names.</param>
/// <param name="Modules">Its modules.</param>
internal sealed partial record Distribution(string Name, string Version, string Digest, IReadOnlyList<SourceModule> Modules)
{
    /// <summary>Reads a source: a path, or <c>NAME==VERSION=PATH</c>.</summary>
    public static Distribution Read(string source)
    {
        Match named = Named().Match(source);
        string path = named.Success ? named.Groups[3].Value : source;
        SortedDictionary<string, byte[]> files = new(StringComparer.Ordinal);
        foreach ((string name, byte[] bytes) in SourceFiles.Of(path))
            files[name] = bytes;

        (string label, string version) = named.Success ? (named.Groups[1].Value, named.Groups[2].Value) : Label(path);
        return new Distribution(label, version, DigestOf(files), [.. SourceTree.Modules(files)]);
    }

    // What the names of files say by convention: PEP 427 for wheels, PEP 625 for sdists, Debian's policy for its packages.
    private static (string Name, string Version) Label(string path)
    {
        string file = Path.GetFileName(path.TrimEnd('/'));
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

    [GeneratedRegex(@"^([A-Za-z0-9._-]+)==([A-Za-z0-9.+!~_-]*)=(.+)$", RegexOptions.NonBacktracking)]
    private static partial Regex Named();

    [GeneratedRegex(@"^([A-Za-z0-9._]+)-([A-Za-z0-9.+!_]+)-.*\.whl$", RegexOptions.NonBacktracking)]
    private static partial Regex Wheel();

    [GeneratedRegex(@"^(?:python3?-)?([a-z0-9.+-]+)_([^_]+)_[a-z0-9]+\.deb$", RegexOptions.NonBacktracking)]
    private static partial Regex Debian();

    [GeneratedRegex(@"^([A-Za-z0-9._-]+)-([0-9][A-Za-z0-9.+!_]*?)(?:\.tar\.gz|\.zip)$", RegexOptions.NonBacktracking)]
    private static partial Regex Sdist();
}
