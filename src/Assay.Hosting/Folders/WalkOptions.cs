// Which files of a folder a walk takes.
using Assay.Formats;

namespace Assay.Hosting.Folders;

/// <summary>Which files a walk takes. Patterns hold for what lies in a named folder, and never for a file that was named itself.</summary>
public sealed record WalkOptions
{
    /// <summary>Where there are any, only files that match one of them are taken.</summary>
    public IReadOnlyList<Glob> Include { get; init; } = [];

    /// <summary>Files and folders that are left out, whatever <see cref="Include"/> says.</summary>
    public IReadOnlyList<Glob> Exclude { get; init; } = [];

    /// <summary>What the house leaves out, or null; the files count as left aside.</summary>
    public IgnoreList? Ignore { get; init; }

    /// <summary>
    /// Extensions that promise a model, lower case with dot: a link out of the folder whose name has one is an input that could not be read, and
    /// any other such link is counted.
    /// </summary>
    public IReadOnlySet<string> ModelExtensions { get; init; } = FormatCatalog.Kinds.SelectMany(f => f.Extensions).ToHashSet();

    /// <summary>Whether a file or folder of that name in a named folder is left out.</summary>
    internal bool Excludes(string relative, bool isFolder)
    {
        foreach (Glob glob in Exclude)
        {
            if (isFolder ? glob.IsMatchForDirectory(relative) : glob.IsMatch(relative))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a file of that name in a named folder is among those to be taken.</summary>
    internal bool Includes(string relative)
    {
        foreach (Glob glob in Include)
        {
            if (glob.IsMatch(relative))
            {
                return true;
            }
        }

        return Include.Count == 0;
    }
}
