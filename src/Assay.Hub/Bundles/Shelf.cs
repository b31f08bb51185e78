// What lies at a target, and where the bytes of each file come from.
using Assay.Hub.Http;
using Assay.Hub.Protocol;
using Assay.Hub.Reading;
using Assay.Hub.Targets;

namespace Assay.Hub.Bundles;

/// <summary>What a server has at a target: a listing, and for each file the place of its bytes.</summary>
internal abstract class Shelf
{
    /// <summary>What reports call it.</summary>
    public abstract string Path { get; }

    /// <summary>The server whose word the digests of the listing are.</summary>
    public abstract Uri Server { get; }

    /// <summary>What was listed.</summary>
    public abstract IReadOnlyList<RemoteFile> Files { get; }

    /// <summary>What stands before the names of the bundle.</summary>
    public virtual string Prefix => "";

    /// <summary>The one file that was named, by its name in the bundle.</summary>
    public virtual string? Single => null;

    /// <summary>What the hub says.</summary>
    public virtual HubRevision? Revision => null;

    /// <summary>The repository.</summary>
    public virtual HubTarget? Repository => null;

    /// <summary>Where a file comes from.</summary>
    public abstract RangeOrigin Origin(RemoteFile file);

    /// <summary>Asks the server what lies at <paramref name="target"/>.</summary>
    public static async Task<Shelf> OpenAsync(RemoteTarget target, RemoteServers servers, CancellationToken cancellation) => target switch
    {
        HubTarget hub => await HubShelf.OpenAsync(hub, servers, cancellation).ConfigureAwait(false),
        WebTarget web => await WebShelf.OpenAsync(web, servers, cancellation).ConfigureAwait(false),
        BucketTarget bucket => await BucketShelf.OpenAsync(bucket, servers, cancellation).ConfigureAwait(false),
        RegistryTarget registry => await RegistryShelf.OpenAsync(registry, servers, cancellation).ConfigureAwait(false),
        _ => throw new NotSupportedException(),
    };
}
