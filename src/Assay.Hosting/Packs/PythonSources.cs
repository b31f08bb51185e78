// Reads the source of Python distributions from folders and archives.
using System.Text.RegularExpressions;
using Assay.Derivation;
using Assay.Hosting.Files;

namespace Assay.Hosting.Packs;

/// <summary>The source of Python distributions from disk.</summary>
public static partial class PythonSources
{
    private const long LongestFile = 16 << 20;
    private const long LongestArchive = 1L << 30;

    /// <summary>A folder, a wheel, an sdist or a Debian package; <c>NAME==VERSION=PATH</c> where its name does not say what it is.</summary>
    /// <exception cref="SettingException">It cannot be read, or is none of these.</exception>
    public static PythonDistribution Read(string source)
    {
        ArgumentNullException.ThrowIfNull(source);
        Match named = Named().Match(source);
        string path = named.Success ? named.Groups[2].Value : source;
        string label = named.Groups[1].Value;
        try
        {
            if (Directory.Exists(path))
            {
                (string, byte[])[] files = [.. Folder(path)];
                return files.Length > 0 ? PythonDistribution.OfFiles(label, Path.GetFileName(Path.GetFullPath(path).TrimEnd('/')), files) : throw new SettingException($"The folder {path} holds no Python.");
            }

            if (!FileKinds.IsRegular(path) || new FileInfo(path).Length > LongestArchive)
            {
                throw new SettingException($"{path} is no folder and no file that can be read.");
            }

            return PythonDistribution.OfArchive(label, Path.GetFileName(path), File.ReadAllBytes(path));
        }
        catch (InvalidDataException)
        {
            throw new SettingException($"{path} is no wheel, sdist or Debian package that can be read.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SettingException($"{path} cannot be read: {FileFault.Of(e)}.");
        }
    }

    /// <summary>Finds Python files below the first of several folders that has them, by paths with slashes.</summary>
    public static Func<string, byte[]?> Library(IReadOnlyList<string> folders) => path =>
    {
        foreach (string folder in folders)
        {
            string file = Path.Combine(folder, path);
            if (File.Exists(file))
            {
                return File.ReadAllBytes(file);
            }
        }

        return null;
    };

    // Links are not followed: they lead out of the tree, or round in it.
    private static IEnumerable<(string, byte[])> Folder(string folder)
    {
        string root = Path.GetFullPath(folder);
        EnumerationOptions all = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
        foreach (string file in Directory.EnumerateFiles(root, "*.py", all).Order(StringComparer.Ordinal))
        {
            if (new FileInfo(file).Length <= LongestFile)
            {
                yield return (Path.GetRelativePath(root, file).Replace('\\', '/'), File.ReadAllBytes(file));
            }
        }
    }

    [GeneratedRegex("^([A-Za-z0-9._-]+==[A-Za-z0-9.+!~_-]*)=(.+)$", RegexOptions.NonBacktracking)]
    private static partial Regex Named();
}
