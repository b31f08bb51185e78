// Temporary names of what is being written, and the removal of what a killed process left under them.
using System.Text.RegularExpressions;

namespace Assay.Hosting.Files;

/// <summary>
/// What is being written lies beside its target under a name of its own. A process that is killed cannot remove it, so the next one that writes there does:
/// whoever still writes holds a lock, which ends with the process.
/// </summary>
public static partial class AbandonedOutput
{
    private const string Prefix = ".assay-";
    private const string Held = ".held";

    /// <summary>A new temporary name in a folder.</summary>
    public static string NewName(string folder) => Path.Join(folder, Prefix + Path.GetRandomFileName());

    /// <summary>Takes a temporary folder that is there; disposing the answer gives it up.</summary>
    public static IDisposable Hold(string folder) => new FileStream(Path.Join(folder, Held), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);

    /// <summary>Removes what nobody writes any more. It is no reason to fail when that cannot be done.</summary>
    public static void Sweep(string folder)
    {
        try
        {
            foreach (string path in Directory.EnumerateFileSystemEntries(folder, Prefix + "*").Where(p => TemporaryName().IsMatch(Path.GetFileName(p))).ToList())
            {
                FileAttributes attributes = File.GetAttributes(path);
                if ((attributes & FileAttributes.ReparsePoint) != 0)
                {
                    continue;
                }

                bool isFolder = (attributes & FileAttributes.Directory) != 0;
                string held = isFolder ? Path.Join(path, Held) : path;
                if (IsFree(held) && isFolder)
                {
                    Directory.Delete(path, recursive: true);
                }
                else if (IsFree(held))
                {
                    File.Delete(path);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Somebody else's, or gone meanwhile.
        }
    }

    private static bool IsFree(string path)
    {
        try
        {
            using FileStream lone = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"^\.assay-[a-z0-9]{8}\.[a-z0-9]{3}$", RegexOptions.NonBacktracking)]
    private static partial Regex TemporaryName();
}
