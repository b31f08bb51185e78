// Files on a server as a bundle: a repository, a folder of it, a file, the objects of a bucket, a model in a registry.
using System.Collections.Concurrent;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Hosting.Folders;
using Assay.Hub.Http;
using Assay.Hub.Protocol;
using Assay.Hub.Reading;
using Assay.Hub.Targets;
using Assay.Scanning;

namespace Assay.Hub.Bundles;

/// <summary>
/// Files on a server as a bundle. Its files are read by ranges, and what was read before is not read again. A repository is read at the commit that was current when
/// the bundle was opened.
/// </summary>
public sealed class RemoteBundle : IListedBundle, IDisposable
{
    /// <summary>How many files are looked at before their turn.</summary>
    private const int MostAhead = 24;

    private const long MemoryForBlocks = 40 << 20;
    private readonly RemoteServers _servers;
    private readonly Shelf _shelf;
    private readonly CancellationTokenSource _stop;
    private readonly BlockMemory _memory = new(MemoryForBlocks);
    private readonly BlockFolder? _folder;
    private readonly ServerHealth _health = new();
    private readonly Dictionary<string, RemoteFile> _files;
    private readonly Dictionary<string, string> _odd;
    private readonly ConcurrentDictionary<string, RemoteContent> _contents = new(StringComparer.Ordinal);

    private RemoteBundle(RemoteServers servers, Shelf shelf, CancellationTokenSource stop)
    {
        _servers = servers;
        _shelf = shelf;
        _stop = stop;
        _folder = servers.Options.CacheDirectory is { } place ? BlockFolder.TryOpen(place, servers.Options.CacheBytes) : null;
        (_files, _odd) = Sort(shelf);
        Names = [.. _files.Keys.Concat(_odd.Keys).Order(StringComparer.Ordinal)];
        TotalBytes = _files.Values.Sum(f => f.Size);
    }

    /// <inheritdoc/>
    public string Path => _shelf.Path;

    /// <summary>The names of its files, in their order.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>How many bytes its files have.</summary>
    public long TotalBytes { get; }

    /// <summary>How many bytes were read of them so far, over the network.</summary>
    public long ReadBytes => _servers.Bytes;

    /// <summary>How many requests were made so far.</summary>
    public long Requests => _servers.Requests;

    /// <summary>What the hub says of the repository; null where it is none of a hub.</summary>
    public HubRevision? Revision => _shelf.Revision;

    /// <summary>The repository; null where it is none of a hub.</summary>
    public HubTarget? Repository => _shelf.Repository;

    /// <inheritdoc/>
    public BundleOrigin Origin => new(
        _shelf.Server.Authority, Repository?.At(null) ?? _shelf.Path, Revision?.Commit ?? "", Repository is { } repository && repository.Name.Split('/') is [var owner, _] ? owner : "");

    /// <inheritdoc/>
    public IEnumerable<BundleEntry> Entries => Names.Select(Entry);

    /// <inheritdoc/>
    public ListedContent? Listed(string name) => name is not null && _files.TryGetValue(name, out RemoteFile? file) && (file.Sha256 is not null || file.Oid is not null)
        ? new ListedContent(file.Sha256 is { } digest ? "sha256:" + digest : "git:" + file.Oid, file.Size, file.Sha256)
        : null;

    /// <summary>The one file that was named; null where all are meant.</summary>
    public string? Single => _shelf.Single;

    /// <summary>Opens what <paramref name="target"/> names.</summary>
    /// <exception cref="RemoteException">The server does not give it.</exception>
    public static async Task<RemoteBundle> OpenAsync(RemoteTarget target, HubOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(options);
        RemoteServers servers = new(options);
        CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            return new RemoteBundle(servers, await Shelf.OpenAsync(target, servers, stop.Token).ConfigureAwait(false), stop);
        }
        catch
        {
            servers.Dispose();
            stop.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public IEnumerable<BundleEntry> List(CancellationToken cancellation = default)
    {
        foreach (string name in Ahead(static _ => true, null))
        {
            cancellation.ThrowIfCancellationRequested();
            yield return Entry(name);
        }
    }

    /// <summary>The inputs of a scan: the file that was named, or all files whose names <paramref name="takes"/> is true for.</summary>
    public IEnumerable<ScanInput> Inputs(Func<string, bool> takes, CancellationToken cancellation = default) => Inputs(takes, null, cancellation);

    /// <summary>The same, where some files will not be read.</summary>
    /// <param name="takes">Which files are meant.</param>
    /// <param name="known">Says of a file that it will not be read, so that nothing of it is fetched ahead.</param>
    /// <param name="cancellation">Ends the work.</param>
    public IEnumerable<ScanInput> Inputs(Func<string, bool> takes, Func<string, bool>? known, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(takes);
        if (Single is { } only)
        {
            yield return ScanInput.Of(this, Entry(only)) with { Named = true, Bundle = null };
            yield break;
        }

        foreach (string name in Ahead(takes, known))
        {
            if (cancellation.IsCancellationRequested)
            {
                yield return new ScanInput
                {
                    Path = Path, Bundle = Path, Cause = UnreadCause.Cancelled, Named = true,
                    Unreadable = $"The scan was cancelled before {name}; neither that nor what comes behind it in the order of names was examined.",
                };
                yield break;
            }

            yield return ScanInput.Of(this, Entry(name));
        }
    }

    /// <inheritdoc/>
    public BundleOpening TryOpen(string name)
    {
        if (name is null || !BundleName.IsPlain(name))
        {
            return BundleOpening.Refuse(BundleRefusal.Outside, "The name names nothing in the repository.");
        }

        if (_odd.TryGetValue(name, out string? why))
        {
            return BundleOpening.Refuse(BundleRefusal.Ambiguous, why);
        }

        return _files.TryGetValue(name, out RemoteFile? file)
            ? BundleOpening.Of(new RemoteSource(Content(name, file)))
            : BundleOpening.Refuse(BundleRefusal.Missing, "There is no such file.");
    }

    /// <summary>What the listing says of a file.</summary>
    internal RemoteFile? Find(string name) => _files.GetValueOrDefault(name);

    /// <summary>A file, with what is here of it.</summary>
    internal RemoteContent? ContentOf(string name) => _files.TryGetValue(name, out RemoteFile? file) ? Content(name, file) : null;

    /// <inheritdoc/>
    public void Dispose()
    {
        // What is under way ends before what it uses does.
        _stop.Cancel();
        foreach (RemoteContent content in _contents.Values)
        {
            content.Dispose();
        }

        _servers.Dispose();
        _stop.Dispose();
    }

    /// <summary>The names that are taken, while the next ones are fetched.</summary>
    private IEnumerable<string> Ahead(Func<string, bool> takes, Func<string, bool>? known)
    {
        Queue<string> ahead = new();
        using IEnumerator<string> names = Names.Where(takes).GetEnumerator();
        bool more = true;
        while (true)
        {
            while (more && ahead.Count < MostAhead)
            {
                more = names.MoveNext();
                if (more)
                {
                    ahead.Enqueue(names.Current);
                    if (_files.TryGetValue(names.Current, out RemoteFile? file) && known?.Invoke(names.Current) != true)
                    {
                        _ = Content(names.Current, file).PrepareAsync();
                    }
                }
            }

            if (!ahead.TryDequeue(out string? next))
            {
                yield break;
            }

            yield return next;
        }
    }

    private BundleEntry Entry(string name) => _odd.TryGetValue(name, out string? why)
        ? new BundleEntry(name, null, BundleRefusal.Ambiguous, why)
        : new BundleEntry(name, _files[name].Size);

    private RemoteContent Content(string name, RemoteFile file) => _contents.GetOrAdd(name, _ =>
    {
        string? key = _folder is not null && file.Identity is { } identity ? BlockFolder.Key(_shelf.Server, identity, file.Size) : null;
        return new RemoteContent(file, _shelf.Origin(file), new FileBlocks(_memory, _folder, key, file.Size), _health, _stop.Token);
    });

    /// <summary>The files by their names below the folder that was named, and those names that no bundle can have, with the reason.</summary>
    private static (Dictionary<string, RemoteFile> Files, Dictionary<string, string> Odd) Sort(Shelf shelf)
    {
        Dictionary<string, RemoteFile> files = new(StringComparer.Ordinal);
        Dictionary<string, string> odd = new(StringComparer.Ordinal);
        foreach (RemoteFile file in shelf.Files)
        {
            string name = file.Path.StartsWith(shelf.Prefix, StringComparison.Ordinal) ? file.Path[shelf.Prefix.Length..] : file.Path;
            if (!BundleName.IsPlain(name))
            {
                odd[name] = "The server lists it under a name that leads out of the repository, or is none.";
            }
            else if (!files.TryAdd(name, file))
            {
                odd[name] = "The server lists several files of this name.";
            }
        }

        foreach (string name in odd.Keys)
        {
            files.Remove(name);
        }

        return (files, odd);
    }
}
