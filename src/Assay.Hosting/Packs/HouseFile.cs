// Finds the files in which a house keeps what it has decided: its policy, and what its scans leave out.
using Assay.Hosting.Files;
using Assay.Hosting.Folders;

namespace Assay.Hosting.Packs;

/// <summary>
/// Finds the policy of a house (<c>assay.yaml</c>) and what its scans leave out (<c>.assayignore</c>): beside where one works, or above it, up to the root of the repository. What lies in a folder that is
/// examined came with what is examined and decides nothing: whoever publishes a model must not be able to bring a policy along.
/// </summary>
public static class HouseFile
{
    /// <summary>The name of a policy that is found.</summary>
    public const string Policy = "assay.yaml";

    /// <summary>The name of the file of patterns that is found.</summary>
    public const string Ignore = ".assayignore";

    /// <summary>
    /// The nearest file called <paramref name="name"/> from <paramref name="folder"/> upwards to the folder that holds <c>.git</c>, or null. Without a repository only the folder itself is looked at.
    /// </summary>
    public static string? Find(string name, string folder) => Find(name, folder, FileKinds.IsRegular);

    /// <summary>The same for a folder.</summary>
    public static string? FindFolder(string name, string folder) => Find(name, folder, Directory.Exists);

    private static string? Find(string name, string folder, Func<string, bool> isThere)
    {
        string? found = null;
        for (string? at = Path.GetFullPath(folder); at is not null; at = Path.GetDirectoryName(at))
        {
            string file = Path.Join(at, name);
            found ??= isThere(file) ? file : null;
            if (Path.Exists(Path.Join(at, ".git")))
            {
                return found;
            }
        }

        string beside = Path.Join(Path.GetFullPath(folder), name);
        return found == beside ? found : null;
    }

    /// <summary>Whether <paramref name="file"/> is among what <paramref name="paths"/> name, or lies in a folder that they name.</summary>
    public static bool LiesIn(string file, IEnumerable<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        string? real = RealPath.Of(file);
        return real is null || paths.Select(RealPath.Of).Any(p => p is not null && (p == real || RealPath.IsWithin(real, p)));
    }

    /// <summary>The patterns of a file like <c>.gitignore</c>: one a line, # begins a comment; they are relative to the folder of the file.</summary>
    /// <exception cref="SettingException">It cannot be read, or a line is no pattern.</exception>
    public static IgnoreList ReadIgnore(string file)
    {
        List<Glob> patterns = [];
        using StreamReader lines = new(SettingFile.Open("list of what is left out", file));
        while (lines.ReadLine() is { } line)
        {
            string pattern = line.Trim();
            if (pattern.StartsWith('!'))
            {
                throw new SettingException($"In {file} the line {pattern} would take back what another line leaves out; that is not supported.");
            }

            if (pattern.Length > 0 && pattern[0] != '#')
            {
                patterns.Add(new Glob(pattern));
            }
        }

        return new IgnoreList(RealPath.Of(Path.GetDirectoryName(Path.GetFullPath(file))!) ?? "", patterns);
    }
}
