// A folder as a bundle: its files by relative names, and nothing outside it.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Hosting.Files;

namespace Assay.Hosting.Folders;

/// <summary>
/// A folder as a bundle. Links are followed where what they lead to lies in the folder, on the way and at the end, and where they are the names that huggingface_hub gives to what it keeps. What is opened is looked at once
/// more after it was opened: a file that was exchanged for a link meanwhile is refused.
/// </summary>
public sealed class FolderBundle : IBundle
{
    private readonly string _real;

    internal FolderBundle(string path, string real)
    {
        Path = path;
        _real = real;
    }

    /// <inheritdoc/>
    public string Path { get; }

    /// <summary>The folder at <paramref name="path"/>, or null where there is none.</summary>
    public static FolderBundle? TryCreate(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return path.Length > 0 && RealPath.Of(path) is { } real && FileKinds.Of(real) == FileKind.Directory ? new FolderBundle(path, real) : null;
    }

    /// <summary>
    /// The folder that the file at <paramref name="path"/> lies in, and the file's name in it; null where there is no such folder. What belongs to a
    /// link lies beside the link: that is where loaders look.
    /// </summary>
    public static (FolderBundle Bundle, string Name)? Around(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string full = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        return System.IO.Path.GetDirectoryName(full) is { } folder && TryCreate(folder) is { } bundle ? (bundle, System.IO.Path.GetFileName(full)) : null;
    }

    /// <inheritdoc/>
    public IEnumerable<BundleEntry> List(CancellationToken cancellation = default)
    {
        foreach (Found found in new FolderTree(_real).Walk())
        {
            cancellation.ThrowIfCancellationRequested();
            yield return found.Kind switch
            {
                FoundKind.File => new BundleEntry(found.Relative, found.Size),
                FoundKind.Special => new BundleEntry(found.Relative, null, BundleRefusal.NotAFile, Special),
                FoundKind.Unnameable => new BundleEntry(found.Relative, null, BundleRefusal.Unreadable, "Its name holds bytes that are not UTF-8."),
                FoundKind.Link => Link(found),
                _ => new BundleEntry(found.Relative, null, BundleRefusal.Unreadable, $"The directory cannot be listed: {found.Detail}"),
            };
        }
    }

    /// <inheritdoc/>
    public BundleOpening TryOpen(string name)
    {
        string? path = Find(name);
        if (path is null)
        {
            return BundleOpening.Refuse(BundleRefusal.Outside, "The name names nothing inside the directory.");
        }

        try
        {
            return Look(path, out string? real, out _) is { Refusal: not BundleRefusal.None } refused
                ? BundleOpening.Refuse(refused.Refusal, refused.Detail)
                : BundleOpening.Of(FileOpening.OpenReal(real!));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ScanStopException)
        {
            return BundleOpening.Refuse(BundleRefusal.Unreadable, e.Message);
        }
    }

    /// <summary>Where the file called <paramref name="name"/> lies, links not followed; null for a name that names nothing inside the folder.</summary>
    internal string? PathOf(string name) => Find(name);

    private const string Special = "It is a FIFO, a device or a socket, which is never opened.";

    /// <summary>A link as an entry. One to a file inside opens like a file, and has no size of its own.</summary>
    private BundleEntry Link(Found found)
    {
        (BundleRefusal refusal, string detail) = Look(found.Real, out _, out bool folder);
        return folder
            ? new BundleEntry(found.Relative, null, BundleRefusal.NotAFile, "It is a link to a directory, which is met by its own name.")
            : new BundleEntry(found.Relative, null, refusal, detail);
    }

    /// <summary>What <paramref name="path"/> leads to, and why it is not opened.</summary>
    private (BundleRefusal Refusal, string Detail) Look(string path, out string? real, out bool folder)
    {
        real = RealPath.Of(path);
        folder = false;
        if (real is null && LeadsOut(path))
        {
            return (BundleRefusal.Outside, "A link on the way leads out of the directory.");
        }

        if (real is null)
        {
            return (BundleRefusal.Missing, "There is no such file, or a link leads nowhere.");
        }

        if (!RealPath.IsWithin(real, _real) && !HubCache.IsName(path, real))
        {
            return (BundleRefusal.Outside, "A link leads out of the directory.");
        }

        FileKind kind = FileKinds.Of(real);
        folder = kind == FileKind.Directory;
        return kind switch
        {
            FileKind.Regular => (BundleRefusal.None, ""),
            FileKind.Directory => (BundleRefusal.NotAFile, "It is a directory."),
            FileKind.Missing => (BundleRefusal.Missing, "There is no such file."),
            _ => (BundleRefusal.NotAFile, Special),
        };
    }

    /// <summary>Whether the nearest folder on the way to <paramref name="path"/> that there is lies elsewhere: what is not there today may be there where the link leads.</summary>
    private bool LeadsOut(string path)
    {
        for (string? folder = System.IO.Path.GetDirectoryName(path); folder is not null && folder.Length >= _real.Length; folder = System.IO.Path.GetDirectoryName(folder))
        {
            if (RealPath.Of(folder) is { } real)
            {
                return !RealPath.IsWithin(real, _real);
            }
        }

        return false;
    }

    /// <summary>
    /// The path of a plain name, or null. Windows gives some names another meaning (a drive, a stream, <c>NUL</c>, a dot at the end): there a name must
    /// come out of the system's own reading as it went in.
    /// </summary>
    private string? Find(string name)
    {
        if (!BundleName.IsPlain(name))
        {
            return null;
        }

        if (!OperatingSystem.IsWindows())
        {
            return System.IO.Path.Join(_real, name);
        }

        string path = System.IO.Path.Join(_real, name.Replace('/', '\\'));
        return name.AsSpan().IndexOfAny('\\', ':') < 0 && string.Equals(System.IO.Path.GetFullPath(path), path, StringComparison.Ordinal) ? path : null;
    }
}
