// An artifact of an OCI registry: its layers as files.
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using Assay.Hub.Http;
using Assay.Hub.Protocol;
using Assay.Hub.Reading;
using Assay.Hub.Secrets;
using Assay.Hub.Targets;

namespace Assay.Hub.Bundles;

/// <summary>
/// An artifact of a registry (OCI distribution specification 1.1). Each layer is a file: by the title that tools such as ORAS give it
/// (<c>org.opencontainers.image.title</c>), or by its digest. What the digests promise is what the blobs are read under.
/// </summary>
internal sealed partial class RegistryShelf : Shelf
{
    private const string Title = "org.opencontainers.image.title";
    private const int MostManifests = 16;
    private const int MostLayers = 10_000;
    private static readonly string[] s_manifests = ["application/vnd.oci.image.manifest.v1+json", "application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.v2+json", "application/vnd.docker.distribution.manifest.list.v2+json"];
    private static readonly string[] s_asked = ["service", "scope"];
    private readonly RemoteServers _servers;
    private readonly RegistryTarget _target;
    private readonly List<RemoteFile> _files = [];
    private AccessToken? _bearer;

    private RegistryShelf(RemoteServers servers, RegistryTarget target)
    {
        _servers = servers;
        _target = target;
    }

    public override string Path => $"oci{(_target.Registry.Scheme == Uri.UriSchemeHttp ? "+http" : "")}://{_target.Registry.Authority}/{_target.Name}@sha256:{Digest}";

    public override Uri Server => _target.Registry;

    public override IReadOnlyList<RemoteFile> Files => _files;

    /// <summary>The digest of the manifest.</summary>
    private string Digest { get; set; } = "";

    public static async Task<RegistryShelf> OpenAsync(RegistryTarget target, RemoteServers servers, CancellationToken cancellation)
    {
        RegistryShelf shelf = new(servers, target);
        Queue<(string Reference, string Prefix)> manifests = new([(target.Reference, "")]);
        for (int read = 0; manifests.TryDequeue(out (string Reference, string Prefix) next); read++)
        {
            if (read == MostManifests || shelf._files.Count > MostLayers)
            {
                throw new RemoteException(RemoteFault.TooLarge, $"{target.Name} in {target.Registry.Host} has more parts than an artifact should have.");
            }

            byte[] body = await shelf.ManifestAsync(next.Reference, cancellation).ConfigureAwait(false);
            shelf.Take(body, next.Prefix, manifests);
        }

        return shelf;
    }

    public override RangeOrigin Origin(RemoteFile file) => new(_servers, file, file.Place!) { Bearer = _bearer, Credentials = Credentials.None };

    private async Task<byte[]> ManifestAsync(string reference, CancellationToken cancellation)
    {
        Uri place = new(_target.Registry, $"v2/{_target.Name}/manifests/{reference}");
        RemoteRequest request = new(place) { Accept = string.Join(", ", s_manifests), Credentials = Credentials.None, Bearer = _bearer, IsExpected = static s => s is 200 or 401 };
        (RemoteAnswer head, byte[] body) = await _servers.AskAsync(request, cancellation).ConfigureAwait(false);
        if (head.Status == 401 && _bearer is null && head.Header("WWW-Authenticate") is { } challenge)
        {
            _bearer = await TokenAsync(challenge, cancellation).ConfigureAwait(false);
            (head, body) = await _servers.AskAsync(request with { Bearer = _bearer }, cancellation).ConfigureAwait(false);
        }

        if (head.Status != 200)
        {
            throw new RemoteException(RemoteFault.NoRepository, $"{_target.Name} in {_target.Registry.Host} is not open to everybody, or is not there.");
        }

        string digest = Convert.ToHexStringLower(SHA256.HashData(body));
        if (reference.StartsWith("sha256:", StringComparison.Ordinal) && reference != "sha256:" + digest)
        {
            throw new RemoteException(RemoteFault.WrongDigest, $"{_target.Registry.Host} gives another manifest than the one that the digest names.");
        }

        Digest = Digest.Length == 0 ? digest : Digest;
        return body;
    }

    /// <summary>What the registry asks for (the token authentication of the distribution specification): a token that everybody gets, or one for the user's login, or the login itself.</summary>
    private async Task<AccessToken> TokenAsync(string challenge, CancellationToken cancellation)
    {
        Dictionary<string, string> says = new(StringComparer.OrdinalIgnoreCase);
        foreach (Match match in Parameters().Matches(challenge))
        {
            says[match.Groups[1].Value] = match.Groups[2].Value;
        }

        RegistryLogin? login = _servers.Options.FindLogin(_target.Registry.Authority, _target.Name);
        if (challenge.StartsWith("Basic", StringComparison.OrdinalIgnoreCase))
        {
            return login?.Password ?? throw new RemoteException(RemoteFault.NoRepository, $"{_target.Registry.Host} asks for a name and a password, and none is known here.");
        }

        if (!challenge.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) || !says.TryGetValue("realm", out string? realm) || !Uri.TryCreate(realm, UriKind.Absolute, out Uri? place))
        {
            throw new RemoteException(RemoteFault.NoRepository, $"{_target.Registry.Host} asks for credentials of a kind that is not spoken here.");
        }

        string query = string.Join('&', s_asked.Where(says.ContainsKey).Select(k => $"{k}={Uri.EscapeDataString(says[k])}"));
        UriBuilder builder = new(place) { Query = place.Query.Length > 1 ? place.Query[1..] + "&" + query : query };
        RemoteRequest request = login is { Password: null, Identity: { } identity }
            ? new RemoteRequest(place) { Method = HttpMethod.Post, Json = $"grant_type=refresh_token&client_id=assay&{query}&refresh_token={Uri.EscapeDataString(identity)}", JsonType = "application/x-www-form-urlencoded" }
            : new RemoteRequest(builder.Uri) { Bearer = login?.Password };
        (_, byte[] body) = await _servers.AskAsync(request with { Credentials = Credentials.None, StopsAtRedirect = login is not null }, cancellation).ConfigureAwait(false);
        using JsonDocument document = Parse(body);
        JsonElement root = document.RootElement;
        string? token = Text(root, "token") ?? Text(root, "access_token");
        return token is { Length: > 0 } && new AccessToken(token) is { IsUsable: true } usable ? usable : throw Malformed();
    }

    private void Take(byte[] body, string prefix, Queue<(string Reference, string Prefix)> manifests)
    {
        using JsonDocument document = Parse(body);
        JsonElement root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw Malformed();
        }

        if (root.TryGetProperty("manifests", out JsonElement inner) && inner.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement one in inner.EnumerateArray().Take(MostManifests))
            {
                string digest = DigestOf(one);
                manifests.Enqueue(("sha256:" + digest, $"{prefix}{digest[..12]}/"));
            }

            return;
        }

        if (!root.TryGetProperty("layers", out JsonElement layers) || layers.ValueKind != JsonValueKind.Array)
        {
            throw Malformed();
        }

        HashSet<string> names = new(_files.Select(f => f.Path), StringComparer.Ordinal);
        foreach (JsonElement layer in layers.EnumerateArray().Take(MostLayers))
        {
            Take(layer, prefix, names);
        }

        if (root.TryGetProperty("config", out JsonElement config) && config.ValueKind == JsonValueKind.Object && Size(config) > 2)
        {
            Take(config, prefix + "config-", names);
        }
    }

    private void Take(JsonElement layer, string prefix, HashSet<string> names)
    {
        string digest = DigestOf(layer);
        string? title = layer.TryGetProperty("annotations", out JsonElement notes) ? Text(notes, Title) : null;
        string name = prefix + (title is { Length: > 0 } ? title : digest[..16]);
        if (!names.Add(name))
        {
            name = $"{prefix}{digest[..16]}";
            names.Add(name);
        }

        _files.Add(new RemoteFile(name, Size(layer)) { Sha256 = digest, Place = new Uri(_target.Registry, $"v2/{_target.Name}/blobs/sha256:{digest}") });
    }

    private string DigestOf(JsonElement descriptor) =>
        Text(descriptor, "digest") is { } digest && digest.StartsWith("sha256:", StringComparison.Ordinal) && digest.Length == 71 && digest[7..].All(char.IsAsciiHexDigitLower) ? digest[7..] : throw Malformed();

    private long Size(JsonElement descriptor) =>
        descriptor.TryGetProperty("size", out JsonElement size) && size.ValueKind == JsonValueKind.Number && size.TryGetInt64(out long length) && length >= 0 ? length : throw Malformed();

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private JsonDocument Parse(byte[] body)
    {
        try
        {
            return JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 32 });
        }
        catch (JsonException)
        {
            throw Malformed();
        }
    }

    private RemoteException Malformed() => new(RemoteFault.Malformed, $"{_target.Registry.Host} gives no manifest of an artifact.");

    [GeneratedRegex("([a-zA-Z]+)=\"([^\"]*)\"", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex Parameters();
}
