// Walks a folder in the ordinal order of paths, opening nothing and following no link.
using Assay.Hosting.Files;

namespace Assay.Hosting.Folders;

/// <summary>What a walk came by.</summary>
internal enum FoundKind
{
    /// <summary>A regular file.</summary>
    File,

    /// <summary>A link, to whatever it may be.</summary>
    Link,

    /// <summary>A FIFO, a device or a socket.</summary>
    Special,

    /// <summary>Something whose name holds bytes that are no text: it can be opened by no other name.</summary>
    Unnameable,

    /// <summary>A folder that cannot be listed, or not to the end.</summary>
    Closed,

    /// <summary>A folder that is gone since its parent was listed.</summary>
    Gone,
}

/// <summary>Something that a walk came by.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Relative">Its name in the tree, with <c>/</c>; empty for the tree itself.</param>
/// <param name="Real">Its path without links, if it is no link itself.</param>
/// <param name="Size">How many bytes a file has.</param>
/// <param name="Detail">What the system said, where it refused.</param>
internal readonly record struct Found(FoundKind Kind, string Relative, string Real, long Size = 0, string Detail = "");

/// <summary>
/// Walks the folder at the real path <paramref name="root"/>. What <paramref name="skip"/> is true for, by relative name, real path and whether it is
/// a folder, is left out with all that is in it. Memory is taken by the folders on the way down to the current one, and by nothing else.
/// </summary>
internal sealed class FolderTree(string root, Func<string, string, bool, bool>? skip = null)
{
    private sealed class Level(string real, string relative, FolderNames names)
    {
        public string Real => real;

        public string Relative => relative;

        public FolderNames Names => names;

        public int Next { get; set; }
    }

    /// <summary>What lies in the tree, in the ordinal order of relative names.</summary>
    public IEnumerable<Found> Walk()
    {
        Stack<Level> open = new();
        if (Enter(open, root, "") is { } closed)
        {
            yield return closed;
        }

        while (open.TryPeek(out Level? level))
        {
            if (level.Next == level.Names.Count)
            {
                open.Pop();
                continue;
            }

            int at = level.Next++;
            string name = level.Names.Name(at);
            string relative = level.Relative.Length == 0 ? name : level.Relative + "/" + name;
            string real = Path.Join(level.Real, name);
            bool link = level.Names.IsReparsePoint(at) && new FileInfo(real).LinkTarget is not null;
            bool folder = !link && (level.Names.IsFolder(at) || (level.Names.IsReparsePoint(at) && Directory.Exists(real)));
            if (skip?.Invoke(relative, real, folder) == true)
            {
                continue;
            }

            if (name.Contains('\ufffd', StringComparison.Ordinal) && (level.Names.IsAgain(at) || !Path.Exists(real)))
            {
                yield return new Found(FoundKind.Unnameable, relative, real);
            }
            else if (link)
            {
                yield return new Found(FoundKind.Link, relative, real);
            }
            else if (!folder)
            {
                bool special = level.Names.IsDevice(at) || FileKinds.Of(real, level.Names.Size(at)) == FileKind.Special;
                yield return new Found(special ? FoundKind.Special : FoundKind.File, relative, real, level.Names.Size(at));
            }
            else if (Enter(open, real, relative) is { } refused)
            {
                yield return refused;
            }
        }
    }

    /// <summary>Goes into a folder; returns what is wrong with it, or null.</summary>
    private static Found? Enter(Stack<Level> open, string real, string relative)
    {
        FolderNames names = FolderNames.Read(real);
        open.Push(new Level(real, relative, names));
        return names.Failure is { } failure
            ? new Found(failure is DirectoryNotFoundException ? FoundKind.Gone : FoundKind.Closed, relative, real, 0, FileFault.Of(failure) + ".")
            : null;
    }
}
