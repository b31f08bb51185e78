// Turns the paths that a user names into inputs, opening nothing and never leaving the named trees.
using System.IO.Enumeration;
using Assay.Artifacts;
using Assay.Scanning;

namespace Assay.Cli.Files;

/// <summary>What a walk found.</summary>
/// <param name="Inputs">The inputs, ordered by path; those that cannot be read say why.</param>
/// <param name="LeftAside">Links that lead out of the tree and do not look like models.</param>
internal sealed record Walk(IReadOnlyList<ScanInput> Inputs, int LeftAside);

/// <summary>
/// Turns the paths that a user names into inputs. Directories are walked without following links out of them; a link to
/// something inside is skipped, because what it leads to is met anyway. Nothing is opened here: only regular files get a way
/// to be opened, FIFOs, devices and sockets become unread inputs.
/// </summary>
internal sealed class FileWalker(IReadOnlyList<Glob> include, IReadOnlyList<Glob> exclude, IReadOnlySet<string> modelExtensions)
{
    private readonly List<ScanInput> _inputs = [];
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);
    private readonly List<string> _roots = [];
    private int _leftAside;

    private readonly record struct Entry(string Name, FileAttributes Attributes, long Length);

    private readonly record struct Folder(string Real, string Shown, string Relative);

    /// <summary>Walks <paramref name="paths"/>.</summary>
    public Walk Walk(IEnumerable<string> paths, CancellationToken cancellation = default)
    {
        List<Folder> folders = [];
        HashSet<string> named = new(StringComparer.Ordinal);
        foreach (string path in paths)
        {
            if (path.Length == 0 || path.Contains('\0', StringComparison.Ordinal))
            {
                throw new UsageException("A path is empty or holds a null character.");
            }

            if (named.Add(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path))))
            {
                Named(path, folders);
            }
        }

        foreach (Folder folder in folders)
        {
            Tree(folder, cancellation);
        }

        _inputs.Sort((a, b) => string.CompareOrdinal(a.Path, b.Path));
        return new Walk(_inputs, _leftAside);
    }

    private void Named(string path, List<Folder> folders)
    {
        string? real = RealPath.Of(path);
        if (real is null)
        {
            bool something = Path.Exists(path);
            string lossy = path.Contains('\ufffd', StringComparison.Ordinal) ? " Its name holds bytes that are not UTF-8." : "";
            Unread(path, something ? UnreadCause.Unreadable : UnreadCause.Missing, true, something
                ? "It is a pipe or something else without a path; hand it in on standard input (-)."
                : "There is no such file or directory, or a link leads nowhere, or a directory on the way may not be entered." + lossy);
            return;
        }

        switch (FileKinds.Of(real))
        {
            case FileKind.Directory:
                _roots.Add(real);
                string shown = Path.TrimEndingDirectorySeparator(path);
                folders.Add(new Folder(real, shown is "." ? "" : shown, ""));
                break;
            case FileKind.Regular:
                _taken.Add(real);
                _inputs.Add(new ScanInput { Path = path, Open = () => FileOpening.Open(real), Named = true });
                break;
            case FileKind.Missing:
                Unread(path, UnreadCause.Changed, true, "It vanished while it was looked at.");
                break;
            default:
                Unread(path, UnreadCause.Unreadable, true, "It is a FIFO, a device or a socket, which is never opened.");
                break;
        }
    }

    private void Tree(Folder root, CancellationToken cancellation)
    {
        Stack<Folder> pending = new([root]);
        while (pending.TryPop(out Folder folder))
        {
            cancellation.ThrowIfCancellationRequested();
            if (!_taken.Add(folder.Real))
            {
                continue;
            }

            HashSet<string> names = new(StringComparer.Ordinal);
            foreach (Entry entry in Entries(folder))
            {
                string relative = folder.Relative.Length == 0 ? entry.Name : folder.Relative + "/" + entry.Name;
                bool directory = entry.Attributes.HasFlag(FileAttributes.Directory);
                if (exclude.Any(g => directory ? g.IsMatchForDirectory(relative) : g.IsMatch(relative)))
                {
                    continue;
                }

                Folder at = new(Path.Join(folder.Real, entry.Name), Show(folder.Shown, entry.Name), relative);
                bool again = !names.Add(entry.Name);
                if (entry.Name.Contains('\ufffd', StringComparison.Ordinal) && (again || !Path.Exists(at.Real)))
                {
                    Unread(at.Shown, UnreadCause.Unreadable, false,
                        "Its name holds bytes that are not UTF-8, and it cannot be opened by any other name; rename it to examine it.");
                }
                else if (entry.Attributes.HasFlag(FileAttributes.ReparsePoint) && new FileInfo(at.Real).LinkTarget is not null)
                {
                    Link(at, root);
                }
                else if (directory)
                {
                    pending.Push(at);
                }
                else if (include.Count == 0 || include.Any(g => g.IsMatch(relative)))
                {
                    Plain(at, entry);
                }
            }
        }
    }

    private void Plain(Folder at, Entry entry)
    {
        FileKind kind = entry.Attributes.HasFlag(FileAttributes.Device) ? FileKind.Special : FileKinds.Of(at.Real, entry.Length);
        if (kind == FileKind.Special)
        {
            Unread(at.Shown, UnreadCause.Unreadable, false, "It is a FIFO, a device or a socket, which is never opened.");
        }
        else if (_taken.Add(at.Real))
        {
            _inputs.Add(new ScanInput { Path = at.Shown, Open = () => FileOpening.Open(at.Real) });
        }
    }

    private void Link(Folder at, Folder root)
    {
        string? real = RealPath.Of(at.Real);
        if (real is not null && (_roots.Any(r => RealPath.IsWithin(real, r)) || _taken.Contains(real)))
        {
            return;
        }

        bool model = modelExtensions.Contains(Path.GetExtension(at.Shown).ToLowerInvariant())
            && (include.Count == 0 || include.Any(g => g.IsMatch(at.Relative)));
        if (real is null)
        {
            Aside(at, model, UnreadCause.Missing, "It is a link that leads nowhere.");
            return;
        }

        bool directory = FileKinds.Of(real) == FileKind.Directory;
        // Nobody knows what lies in a directory outside, so such a link is always said out loud.
        Aside(at, model || directory, UnreadCause.Unreadable,
            $"It is a link out of {(root.Shown.Length == 0 ? "the directory" : root.Shown)}, which is not followed; name it to examine it.");
    }

    private void Aside(Folder at, bool tell, UnreadCause cause, string detail)
    {
        if (tell)
        {
            Unread(at.Shown, cause, false, detail);
        }
        else
        {
            _leftAside++;
        }
    }

    private List<Entry> Entries(Folder folder)
    {
        List<Entry> entries = [];
        EnumerationOptions all = new() { AttributesToSkip = 0, IgnoreInaccessible = false, ReturnSpecialDirectories = false };
        try
        {
            entries.AddRange(new FileSystemEnumerable<Entry>(
                folder.Real,
                (ref FileSystemEntry e) => new Entry(e.FileName.ToString(), e.Attributes, e.IsDirectory ? 0 : e.Length),
                all));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Unread(folder.Shown.Length == 0 ? "." : folder.Shown,
                e is DirectoryNotFoundException ? UnreadCause.Changed : UnreadCause.Unreadable,
                folder.Relative.Length == 0,
                $"The directory cannot be listed: {e.Message}");
        }

        // Pushed in reverse and popped in order; the order of a file system is nobody's business.
        entries.Sort((a, b) => string.CompareOrdinal(b.Name, a.Name));
        return entries;
    }

    private void Unread(string path, UnreadCause cause, bool named, string detail) =>
        _inputs.Add(new ScanInput { Path = path, Unreadable = detail, Cause = cause, Named = named });

    private static string Show(string folder, string name) => folder.Length == 0 ? name : Path.Join(folder, name);
}
