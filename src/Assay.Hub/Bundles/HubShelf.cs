// A repository of a hub, at one commit.
using Assay.Hub.Http;
using Assay.Hub.Protocol;
using Assay.Hub.Reading;
using Assay.Hub.Targets;

namespace Assay.Hub.Bundles;

/// <summary>A repository at the commit that its revision led to, or a folder or a file of it.</summary>
internal sealed class HubShelf : Shelf
{
    private readonly RemoteServers _servers;
    private readonly HubClient _client;
    private readonly HubTarget _target;
    private readonly Dictionary<string, Uri> _places;

    private HubShelf(RemoteServers servers, HubClient client, HubTarget target, HubRevision revision, string folder, string? single, IReadOnlyList<RemoteFile> files, Dictionary<string, Uri> places)
    {
        _servers = servers;
        _client = client;
        _target = target;
        _places = places;
        Revision = revision;
        Files = files;
        Prefix = folder.Length == 0 ? "" : folder + "/";
        Single = single;
        Path = target.At(revision.Commit) + (folder.Length == 0 ? "" : "/" + folder);
    }

    public override string Path { get; }

    public override Uri Server => _servers.Options.Endpoint;

    public override IReadOnlyList<RemoteFile> Files { get; }

    public override string Prefix { get; }

    public override string? Single { get; }

    public override HubRevision Revision { get; }

    public override HubTarget Repository => _target;

    public static async Task<HubShelf> OpenAsync(HubTarget target, RemoteServers servers, CancellationToken cancellation)
    {
        HubClient client = new(servers);
        HubRevision revision = await client.RevisionAsync(target, cancellation).ConfigureAwait(false);
        string folder = target.Path;
        string? single = null;
        if (folder.Length > 0 && (await client.PathsAsync(target, revision.Commit, [folder], cancellation).ConfigureAwait(false)).Any(f => f.Path == folder))
        {
            // What belongs to a file lies around it.
            int slash = folder.LastIndexOf('/');
            single = folder[(slash + 1)..];
            folder = slash < 0 ? "" : folder[..slash];
        }

        List<RemoteFile> files = await client.TreeAsync(target, revision.Commit, folder, cancellation).ConfigureAwait(false);
        RemoteFile[] large = [.. files.Where(f => f.Sha256 is not null && (single is null || f.Path == target.Path))];
        Dictionary<string, Uri> places = [];
        if (large.Length > 1)
        {
            try
            {
                places = await client.PlacesAsync(target, large, cancellation).ConfigureAwait(false);
            }
            catch (RemoteException)
            {
                // It is a short way and not the only one: each file is asked for by itself.
            }
        }

        return new HubShelf(servers, client, target, revision, folder, single, files, places);
    }

    public override RangeOrigin Origin(RemoteFile file) =>
        new(_servers, file, _client.Resolve(_target, Revision.Commit, file.Path), file.Sha256 is { } digest ? _places.GetValueOrDefault(digest) : null);
}
