// The folders in which huggingface_hub keeps what it has fetched: names are links to files that are called by their digests.
using Assay.Hosting.Files;

namespace Assay.Hosting.Folders;

/// <summary>
/// The layout of the cache of huggingface_hub: <c>models--owner--name/snapshots/REVISION/config.json</c> is a link to <c>models--owner--name/blobs/DIGEST</c>. Loaders open the names, so a snapshot is what is
/// examined; a blob is examined by itself only where no snapshot names it.
/// </summary>
internal sealed class HubCache
{
    private const string Snapshots = "snapshots";
    private const string Blobs = "blobs";

    /// <summary>A repository with more names than this has its blobs examined by themselves as well.</summary>
    private const int MostNames = 200_000;
    private string _repository = "";
    private HashSet<string> _named = [];

    /// <summary>Whether a link at a path without links on the way leads to a blob of the repository whose snapshot it lies in.</summary>
    /// <param name="link">Where the link lies.</param>
    /// <param name="real">What it leads to, without links.</param>
    public static bool IsName(string link, string real)
    {
        string? blobs = Path.GetDirectoryName(real);
        if (blobs is null || Path.GetFileName(blobs) != Blobs || Path.GetDirectoryName(blobs) is not { Length: > 0 } repository)
        {
            return false;
        }

        string snapshots = Path.Join(repository, Snapshots) + Path.DirectorySeparatorChar;
        return link.StartsWith(snapshots, StringComparison.Ordinal) && link.AsSpan(snapshots.Length).Contains(Path.DirectorySeparatorChar);
    }

    /// <summary>Whether a file is a blob that a snapshot of its repository names.</summary>
    public bool IsNamed(string file)
    {
        string? blobs = Path.GetDirectoryName(file);
        if (blobs is null || Path.GetFileName(blobs) != Blobs || Path.GetDirectoryName(blobs) is not { Length: > 0 } repository)
        {
            return false;
        }

        if (repository != _repository)
        {
            _repository = repository;
            _named = NamesOf(repository);
        }

        return _named.Contains(Path.GetFileName(file));
    }

    private static HashSet<string> NamesOf(string repository)
    {
        HashSet<string> named = new(StringComparer.Ordinal);
        string snapshots = Path.Join(repository, Snapshots);
        if (!Directory.Exists(snapshots) || new FileInfo(snapshots).LinkTarget is not null)
        {
            return named;
        }

        foreach (Found found in new FolderTree(snapshots).Walk())
        {
            if (named.Count > MostNames)
            {
                return [];
            }

            if (found.Kind is FoundKind.Link && RealPath.Of(found.Real) is { } real && IsName(found.Real, real) && Path.GetDirectoryName(real) == Path.Join(repository, Blobs))
            {
                named.Add(Path.GetFileName(real));
            }
        }

        return named;
    }
}
