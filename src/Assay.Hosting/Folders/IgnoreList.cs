// What a house leaves out of its scans.
namespace Assay.Hosting.Folders;

/// <summary>Patterns relative to a folder.</summary>
/// <param name="Folder">The real path of the folder.</param>
/// <param name="Patterns">What is left out below it.</param>
public sealed record IgnoreList(string Folder, IReadOnlyList<Glob> Patterns)
{
    /// <summary>Whether the file or folder at the real path <paramref name="real"/> is left out.</summary>
    internal bool Covers(string real, bool isFolder)
    {
        if (!Files.RealPath.IsWithin(real, Folder))
        {
            return false;
        }

        string relative = Path.GetRelativePath(Folder, real).Replace('\\', '/');
        return Patterns.Any(p => isFolder ? p.IsMatchForDirectory(relative) : p.IsMatch(relative));
    }
}
