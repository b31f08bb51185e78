// The inputs behind the paths that a user names, found while they are asked for.
using Assay.Artifacts;
using Assay.Hosting.Files;
using Assay.Scanning;

namespace Assay.Hosting.Folders;

/// <summary>
/// Turns paths into inputs. Folders are walked without following links out of them; a link to something inside is skipped, because what it
/// leads to is met anyway. In the cache of huggingface_hub the links are the names that loaders open, and are what is examined. Nothing is opened: only regular files get a way to be opened, FIFOs, devices and sockets become unread inputs.
/// </summary>
public sealed class FileWalk
{
    private readonly WalkOptions _options;
    private const int MostNamed = 10_000;
    private readonly CancellationToken _cancellation;
    private readonly HubCache _cache = new();
    private readonly List<ScanInput> _single = [];
    private readonly List<Root> _roots = [];
    private readonly HashSet<string> _named = new(StringComparer.Ordinal);
    private readonly HashSet<string> _leftOut = new(StringComparer.Ordinal);

    private readonly record struct Root(string Real, string Shown, FolderBundle Bundle);

    /// <summary>Looks at what <paramref name="paths"/> name; folders are walked later.</summary>
    /// <exception cref="SettingException">A path can name nothing.</exception>
    public FileWalk(IEnumerable<string> paths, WalkOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        _options = options ?? new WalkOptions();
        _cancellation = cancellation;
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (string path in paths)
        {
            if (path.Length == 0 || path.Contains('\0', StringComparison.Ordinal))
            {
                throw new SettingException("A path is empty or holds a null character.");
            }

            if (seen.Add(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path))))
            {
                Name(path);
            }
        }

        _single.Sort((a, b) => PathOrder.Compare(a.Path, b.Path));
    }

    /// <summary>Links met so far that lead out of their folder and do not look like models, and files and folders that the house leaves out.</summary>
    public int LeftAside { get; private set; }

    /// <summary>The first of them.</summary>
    public List<string> LeftAsideFiles { get; } = [];

    /// <summary>How many of them the list of the house leaves out; a folder counts as one.</summary>
    public int LeftOutByHouse { get; private set; }

    /// <summary>
    /// The inputs in the ordinal order of their paths; those that cannot be read say why. After cancellation each folder that was not walked to its
    /// end is one more input that says so.
    /// </summary>
    public IEnumerable<ScanInput> Inputs()
    {
        LeftAside = LeftOutByHouse = 0;
        LeftAsideFiles.Clear();
        PriorityQueue<IEnumerator<ScanInput>, string> heads = new(PathOrder.Instance);
        try
        {
            foreach (IEnumerable<ScanInput> some in _roots.Select(Tree).Prepend(_single))
            {
                IEnumerator<ScanInput> head = some.GetEnumerator();
                Queue(heads, head);
            }

            while (heads.TryDequeue(out IEnumerator<ScanInput>? head, out _))
            {
                yield return head.Current;
                Queue(heads, head);
            }
        }
        finally
        {
            while (heads.TryDequeue(out IEnumerator<ScanInput>? head, out _))
            {
                head.Dispose();
            }
        }
    }

    /// <summary>Whether the walk comes by the regular file at the real path <paramref name="real"/>, and whether the user named that file itself.</summary>
    public bool Meets(string real, out bool named)
    {
        named = _named.Contains(real);
        return named || _roots.Any(r => RealPath.IsWithin(real, r.Real) && Takes(Path.GetRelativePath(r.Real, real).Replace('\\', '/')));
    }

    /// <summary>Leaves out the file at the real path <paramref name="real"/>, which need not be there yet.</summary>
    public void LeaveOut(string real) => _leftOut.Add(real);

    private static void Queue(PriorityQueue<IEnumerator<ScanInput>, string> heads, IEnumerator<ScanInput> head)
    {
        if (head.MoveNext())
        {
            heads.Enqueue(head, head.Current.Path);
        }
        else
        {
            head.Dispose();
        }
    }

    private bool Takes(string relative)
    {
        for (int slash = relative.IndexOf('/', StringComparison.Ordinal); slash > 0; slash = relative.IndexOf('/', slash + 1))
        {
            if (_options.Excludes(relative[..slash], isFolder: true))
            {
                return false;
            }
        }

        return !_options.Excludes(relative, isFolder: false) && _options.Includes(relative);
    }

    private void Name(string path)
    {
        string? real = RealPath.Of(path);
        if (real is null)
        {
            bool something = Path.Exists(path);
            if (something && new FileInfo(path).LinkTarget is { } target && !IsOpenFile(path))
            {
                _single.Add(Unread(path, UnreadCause.Missing, true, $"It is a link to {target}, which leads nowhere."));
                return;
            }

            string lossy = path.Contains('\ufffd', StringComparison.Ordinal) ? " Its name holds bytes that are not UTF-8." : "";
            _single.Add(Unread(path, something ? UnreadCause.Unreadable : UnreadCause.Missing, true, something
                ? "It is a pipe or something else without a path; hand it in on standard input (-)."
                : Absence(path) + lossy));
            return;
        }

        switch (FileKinds.Of(real))
        {
            case FileKind.Directory when _named.Add(real):
                string shown = Path.TrimEndingDirectorySeparator(path);
                _roots.Add(new Root(real, shown is "." ? "" : shown, new FolderBundle(shown, real)));
                break;
            case FileKind.Regular when _named.Add(real):
                _single.Add(new ScanInput
                {
                    Path = path,
                    Open = () => FileOpening.OpenReal(real),
                    Named = true,
                    In = FolderBundle.Around(path) is { } around ? new BundlePlace(around.Bundle, around.Name) : null,
                });
                break;
            case FileKind.Directory or FileKind.Regular:
                break;
            case FileKind.Missing:
                _single.Add(Unread(path, UnreadCause.Changed, true, "It vanished while it was looked at."));
                break;
            default:
                _single.Add(Unread(path, UnreadCause.Unreadable, true, "It is a FIFO, a device or a socket, which is never opened."));
                break;
        }
    }

    /// <summary>Whether a link is one of those by which the system names the open files of a process; what they lead to has no path.</summary>
    private static bool IsOpenFile(string path)
    {
        try
        {
            return File.ResolveLinkTarget(path, returnFinalTarget: true) is { } last && last.FullName.StartsWith("/proc/", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Why a path that a user gives leads to nothing.</summary>
    private static string Absence(string path)
    {
        try
        {
            File.GetAttributes(path);
            return "It is a link that leads nowhere.";
        }
        catch (UnauthorizedAccessException)
        {
            return "A directory on the way may not be entered.";
        }
        catch (IOException)
        {
            return "There is no such file or directory.";
        }
    }

    private IEnumerable<ScanInput> Tree(Root root)
    {
        // What the user named stands for itself, wherever it lies.
        FolderTree tree = new(root.Real, (relative, real, folder) =>
            _named.Contains(real) || (!folder && _leftOut.Contains(real)) || _options.Excludes(relative, folder) || Ignores(root, relative, real, folder));
        foreach (Found found in tree.Walk())
        {
            if (_cancellation.IsCancellationRequested)
            {
                yield return Unread(root.Bundle.Path, UnreadCause.Cancelled, true,
                    $"The scan was cancelled before {found.Relative}; neither that nor what comes behind it in the order of paths was examined.") with { Bundle = root.Bundle.Path };
                yield break;
            }

            if (Input(root, found) is { } input)
            {
                yield return input with { Bundle = root.Bundle.Path };
            }
        }
    }

    private bool Ignores(Root root, string relative, string real, bool isFolder)
    {
        bool ignores = _options.Ignore is { } list && list.Covers(real, isFolder);
        if (ignores)
        {
            LeftOutByHouse++;
            Leave(Show(root, relative));
        }

        return ignores;
    }

    private ScanInput? Input(Root root, Found found)
    {
        string shown = found.Relative.Length == 0 ? root.Bundle.Path : Show(root, found.Relative);
        switch (found.Kind)
        {
            case FoundKind.File:
                return _options.Includes(found.Relative) && !(found.Relative.Contains("blobs/", StringComparison.Ordinal) && _cache.IsNamed(found.Real))
                    ? new ScanInput { Path = shown, Open = () => FileOpening.OpenReal(found.Real), In = new BundlePlace(root.Bundle, found.Relative) }
                    : null;
            case FoundKind.Special:
                return _options.Includes(found.Relative)
                    ? Unread(shown, UnreadCause.Unreadable, false, "It is a FIFO, a device or a socket, which is never opened.")
                    : null;
            case FoundKind.Link:
                return Link(root, shown, found);
            case FoundKind.Unnameable:
                return Unread(shown, UnreadCause.Unreadable, false,
                    "Its name holds bytes that are not UTF-8, and it cannot be opened by any other name; rename it to examine it.");
            default:
                return Unread(shown, found.Kind == FoundKind.Gone ? UnreadCause.Changed : UnreadCause.Unreadable, found.Relative.Length == 0,
                    $"The directory cannot be listed: {found.Detail}");
        }
    }

    private ScanInput? Link(Root root, string shown, Found found)
    {
        string? real = RealPath.Of(found.Real);
        if (real is not null && HubCache.IsName(found.Real, real) && FileKinds.Of(real) == FileKind.Regular)
        {
            return _options.Includes(found.Relative)
                ? new ScanInput { Path = shown, Open = () => FileOpening.OpenReal(real), In = new BundlePlace(root.Bundle, found.Relative) }
                : null;
        }

        if (real is not null && (_roots.Any(r => RealPath.IsWithin(real, r.Real)) || _named.Contains(real)))
        {
            return null;
        }

        bool model = _options.ModelExtensions.Contains(Path.GetExtension(shown).ToLowerInvariant()) && _options.Includes(found.Relative);
        if (real is null)
        {
            return Aside(shown, model, UnreadCause.Missing, "It is a link that leads nowhere.");
        }

        // What lies in a folder outside is not known, so such a link is always said out loud.
        return Aside(shown, model || FileKinds.Of(real) == FileKind.Directory, UnreadCause.Unreadable,
            $"It is a link out of {(root.Shown.Length == 0 ? "the directory" : root.Shown)}, which is not followed; name it to examine it.");
    }

    private ScanInput? Aside(string shown, bool tell, UnreadCause cause, string detail)
    {
        if (tell)
        {
            return Unread(shown, cause, false, detail);
        }

        Leave(shown);
        return null;
    }

    private void Leave(string name)
    {
        LeftAside++;
        if (LeftAsideFiles.Count < MostNamed)
        {
            LeftAsideFiles.Add(name);
        }
    }

    private static ScanInput Unread(string path, UnreadCause cause, bool named, string detail) =>
        new() { Path = path, Unreadable = detail, Cause = cause, Named = named };

    private static string Show(Root root, string relative)
    {
        string native = Path.DirectorySeparatorChar == '/' ? relative : relative.Replace('/', Path.DirectorySeparatorChar);
        return root.Shown.Length == 0 ? native : Path.Join(root.Shown, native);
    }
}
