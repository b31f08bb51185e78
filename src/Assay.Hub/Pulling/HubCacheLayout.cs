// The layout in which huggingface_hub keeps repositories, so that programs find offline what was pulled.
using System.Text;
using Assay.Hosting.Files;
using Assay.Hub.Bundles;
using Assay.Hub.Protocol;
using Assay.Hub.Targets;

namespace Assay.Hub.Pulling;

/// <summary>
/// The cache of <c>huggingface_hub</c>: <c>models--owner--name/blobs/DIGEST</c>, <c>snapshots/COMMIT/path</c> as links to blobs, and <c>refs/REVISION</c> with the
/// commit. A snapshot appears when all of its files are there, and a revision leads to it last.
/// </summary>
public static class HubCacheLayout
{
    /// <summary>The folder of a repository in a cache.</summary>
    public static string FolderOf(string cache, HubTarget repository)
    {
        ArgumentNullException.ThrowIfNull(repository);
        return Path.Join(cache, $"{repository.Plural}--{repository.Name.Replace("/", "--", StringComparison.Ordinal)}");
    }

    /// <summary>Moves files from a folder in which they lie under their names into the cache; returns the folder of the snapshot.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static string Place(RemoteBundle bundle, IEnumerable<string> names, string from, string cache)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        ArgumentNullException.ThrowIfNull(names);
        HubTarget repository = bundle.Repository ?? throw new ArgumentException("The bundle is no repository of a hub.", nameof(bundle));
        string commit = bundle.Revision!.Commit;
        string root = FolderOf(cache, repository);
        string snapshot = Path.Join(root, "snapshots", commit);
        string blobs = Path.Join(root, "blobs");
        Directory.CreateDirectory(blobs);
        Directory.CreateDirectory(snapshot);
        foreach (string name in names)
        {
            RemoteFile file = bundle.Find(name)!;
            string held = FileFetch.PlaceOf(from, name);
            string pointer = FileFetch.PlaceOf(snapshot, file.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(pointer)!);
            if (file.Sha256 is null && file.Oid is null)
            {
                File.Move(held, pointer, overwrite: true);
                continue;
            }

            string blob = Path.Join(blobs, file.Sha256 ?? file.Oid);

            // What was there under its name need not be it: what was fetched has the digest.
            File.Move(held, blob, overwrite: true);
            Point(pointer, blob);
        }

        string revision = repository.Revision ?? HubTarget.MainBranch;
        if (revision != commit)
        {
            string reference = FileFetch.PlaceOf(Path.Join(root, "refs"), revision);
            Directory.CreateDirectory(Path.GetDirectoryName(reference)!);
            WholeFile.Write(reference, stream => stream.Write(Encoding.ASCII.GetBytes(commit)), replace: true);
        }

        return snapshot;
    }

    /// <summary>Lets a name lead to a blob: by a relative link, or as a copy where the system has no links for everybody.</summary>
    private static void Point(string pointer, string blob)
    {
        string temporary = pointer + "." + Guid.NewGuid().ToString("N") + ".tmp";
        try
        {
            File.CreateSymbolicLink(temporary, Path.GetRelativePath(Path.GetDirectoryName(pointer)!, blob));
        }
        catch (Exception e) when (OperatingSystem.IsWindows() && e is IOException or UnauthorizedAccessException)
        {
            File.Copy(blob, temporary);
        }

        File.Move(temporary, pointer, overwrite: true);
    }
}
