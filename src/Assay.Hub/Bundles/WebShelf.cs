// One file on a web server.
using System.Net.Http.Headers;
using Assay.Hub.Http;
using Assay.Hub.Protocol;
using Assay.Hub.Reading;
using Assay.Hub.Targets;

namespace Assay.Hub.Bundles;

/// <summary>One file on a web server, as far as the server gives parts of it. What names its content is its entity tag, where that is a strong one.</summary>
internal sealed class WebShelf : Shelf
{
    private readonly RemoteServers _servers;
    private readonly Uri _place;
    private readonly (Uri Place, string? Version) _seen;

    private WebShelf(RemoteServers servers, Uri place, RemoteFile file, (Uri Place, string? Version) seen)
    {
        _servers = servers;
        _place = place;
        _seen = seen;
        Files = [file];
        string shown = AddressRules.Shown(place);
        Path = shown[..shown.LastIndexOf('/')];
    }

    public override string Path { get; }

    public override Uri Server => _place;

    public override IReadOnlyList<RemoteFile> Files { get; }

    public override string? Single => Files[0].Path;

    public static async Task<WebShelf> OpenAsync(WebTarget target, RemoteServers servers, CancellationToken cancellation)
    {
        string name = Uri.UnescapeDataString(target.Place.Segments[^1].Trim('/')).Replace('/', '_');
        RemoteFile? file = null;
        (Uri Place, string? Version) seen = (target.Place, null);

        // One byte tells more than a HEAD does, which some servers refuse for addresses that are signed: the size of the whole, and whether parts are given.
        await servers.UseAsync(
            () => new RemoteRequest(target.Place) { Ranges = [(0, 0)], IsExpected = static s => s is 200 or 206 or 416 },
            answer =>
            {
                long? size = answer.Status switch { 206 => answer.Part?.Size, 416 => answer.Whole, _ => answer.BodyLength };
                seen = (answer.Place, answer.Version);
                EntityTagHeaderValue? tag = answer.Place == target.Place ? answer.Tag : null;
                file = size is null
                    ? throw new RemoteException(RemoteFault.NoRanges, $"{answer.Place.Host} does not say how large the file is.")
                    : new RemoteFile(name.Length == 0 ? "index" : name, size.Value) { Tag = tag is { IsWeak: false } strong ? $"{AddressRules.Shown(target.Place)} {strong.Tag}" : null };
                return Task.FromResult(true);
            },
            cancellation).ConfigureAwait(false);
        return new WebShelf(servers, target.Place, file!, seen);
    }

    public override RangeOrigin Origin(RemoteFile file) => new(_servers, file, _place) { FirstSeen = _seen };
}
