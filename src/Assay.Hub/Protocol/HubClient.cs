// Speaks the protocol of huggingface.co.
using System.Text;
using System.Text.Json;
using Assay.Hub.Http;
using Assay.Hub.Targets;

namespace Assay.Hub.Protocol;

/// <summary>
/// The protocol of <c>huggingface.co</c>, as <c>huggingface_hub</c> 1.x speaks it: what a revision is, what it lists, where its files lie. Nothing that the
/// hub answers is taken for more than a claim.
/// </summary>
internal sealed class HubClient(RemoteServers servers)
{
    private const int LongestPath = 4096;
    private const int BatchSize = 200;
    private const int MostTags = 10_000;

    private HubOptions Options => servers.Options;

    /// <summary>The commit that a revision leads to, and what the hub says of the repository.</summary>
    public async Task<HubRevision> RevisionAsync(HubTarget target, CancellationToken cancellation)
    {
        Uri place = Api(target, $"revision/{Uri.EscapeDataString(target.Revision ?? HubTarget.MainBranch)}?securityStatus=true");
        (_, byte[] body) = await servers.AskAsync(new RemoteRequest(place) { Accept = "application/json" }, cancellation).ConfigureAwait(false);
        using JsonDocument document = Document(body, place);
        JsonElement root = document.RootElement;
        string? commit = Text(root, "sha");
        if (commit is null || commit.Length is < 8 or > 64 || !commit.All(char.IsAsciiHexDigitLower))
        {
            throw Malformed(place);
        }

        return new HubRevision(commit)
        {
            Name = Text(root, "id"),
            Id = Text(root, "_id"),
            Created = Text(root, "createdAt"),
            IsPrivate = root.TryGetProperty("private", out JsonElement isPrivate) && isPrivate.ValueKind == JsonValueKind.True,
            IsGated = root.TryGetProperty("gated", out JsonElement gated) && gated.ValueKind is JsonValueKind.True or JsonValueKind.String,
            HubFindings = Findings(root, out bool? done),
            IsHubScanDone = done,
        };
    }

    /// <summary>All files of a commit below a folder, in the order of the hub.</summary>
    public async Task<List<RemoteFile>> TreeAsync(HubTarget target, string commit, string folder, CancellationToken cancellation)
    {
        List<RemoteFile> files = [];
        long listed = 0;
        Uri? place = Api(target, $"tree/{commit}{(folder.Length == 0 ? "" : "/" + Escape(folder))}?recursive=true&expand=false");
        HashSet<string> seen = new(StringComparer.Ordinal);
        for (int page = 0; place is not null; page++)
        {
            if (page == Options.Pages || !seen.Add(place.AbsoluteUri))
            {
                throw new RemoteException(RemoteFault.TooLarge, $"The listing of {target.At(null)} has no end.");
            }

            (RemoteAnswer head, byte[] body) = await servers.AskAsync(new RemoteRequest(place) { Accept = "application/json" }, cancellation).ConfigureAwait(false);
            using JsonDocument document = Document(body, place);
            if (document.RootElement.ValueKind != JsonValueKind.Array)
            {
                throw Malformed(place);
            }

            foreach (JsonElement entry in document.RootElement.EnumerateArray())
            {
                if (File(entry, place) is { } file)
                {
                    listed += file.Path.Length;
                    files.Add(file);
                }
            }

            if (files.Count > Options.Files || listed > Options.AnswerBytes * 8L)
            {
                throw new RemoteException(RemoteFault.TooLarge, $"{target.At(null)} lists more than {Options.Files} files, or names without measure.");
            }

            place = Next(head, place);
        }

        return files;
    }

    /// <summary>What the hub says of single files of a commit; those that are not there are left out.</summary>
    public async Task<List<RemoteFile>> PathsAsync(HubTarget target, string commit, IReadOnlyList<string> paths, CancellationToken cancellation)
    {
        Uri place = Api(target, $"paths-info/{commit}");
        string json = Json(writer =>
        {
            writer.WriteStartArray("paths");
            foreach (string path in paths)
            {
                writer.WriteStringValue(path);
            }

            writer.WriteEndArray();
            writer.WriteBoolean("expand", false);
        });
        (_, byte[] body) = await servers.AskAsync(new RemoteRequest(place) { Method = HttpMethod.Post, Json = json, Accept = "application/json" }, cancellation).ConfigureAwait(false);
        using JsonDocument document = Document(body, place);
        if (document.RootElement.ValueKind != JsonValueKind.Array)
        {
            throw Malformed(place);
        }

        return [.. document.RootElement.EnumerateArray().Select(e => File(e, place)).OfType<RemoteFile>()];
    }

    /// <summary>The tags of a repository, and the commits that they lead to.</summary>
    public async Task<Dictionary<string, string>> TagsAsync(HubTarget target, CancellationToken cancellation)
    {
        Uri place = Api(target, "refs");
        (_, byte[] body) = await servers.AskAsync(new RemoteRequest(place) { Accept = "application/json" }, cancellation).ConfigureAwait(false);
        using JsonDocument document = Document(body, place);
        Dictionary<string, string> tags = new(StringComparer.Ordinal);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw Malformed(place);
        }

        if (document.RootElement.TryGetProperty("tags", out JsonElement listed) && listed.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement tag in listed.EnumerateArray().Take(MostTags))
            {
                if (Text(tag, "name") is { } name && Hex(Text(tag, "targetCommit"), 40) is { } commit)
                {
                    tags[name] = commit;
                }
            }
        }

        return tags;
    }

    /// <summary>The repositories of an owner, by name.</summary>
    public Task<List<string>> OwnedAsync(HubKind kind, string owner, CancellationToken cancellation) => ListedAsync(kind, $"author={Uri.EscapeDataString(owner)}&limit=1000", Options.Pages, cancellation);

    /// <summary>Repositories whose names hold a text, those that the hub finds first.</summary>
    public Task<List<string>> NamedAsync(HubKind kind, string text, CancellationToken cancellation) => ListedAsync(kind, $"search={Uri.EscapeDataString(text)}&limit=100", 1, cancellation);

    private async Task<List<string>> ListedAsync(HubKind kind, string question, int pages, CancellationToken cancellation)
    {
        List<string> names = [];
        HashSet<string> seen = new(StringComparer.Ordinal);
        Uri? place = new(Root, $"api/{new HubTarget(kind, "any").Plural}?{question}");
        for (int page = 0; place is not null && page < pages && seen.Add(place.AbsoluteUri); page++)
        {
            (RemoteAnswer head, byte[] body) = await servers.AskAsync(new RemoteRequest(place) { Accept = "application/json" }, cancellation).ConfigureAwait(false);
            using JsonDocument document = Document(body, place);
            if (document.RootElement.ValueKind != JsonValueKind.Array)
            {
                throw Malformed(place);
            }

            names.AddRange(document.RootElement.EnumerateArray().Select(e => Text(e, "id")).OfType<string>());
            place = Next(head, place);
        }

        return names;
    }

    /// <summary>Where a file of a commit is given.</summary>
    public Uri Resolve(HubTarget target, string commit, string path) => new(Root, $"{target.Prefix}/resolve/{commit}/{Escape(path)}");

    /// <summary>
    /// Where large files lie, many at a time (the batch interface of Git LFS, which the hub speaks for git). It saves a redirect for each file. A hub that does not
    /// tell gives none, and then each file is asked for by itself.
    /// </summary>
    public async Task<Dictionary<string, Uri>> PlacesAsync(HubTarget target, IReadOnlyList<RemoteFile> files, CancellationToken cancellation)
    {
        Dictionary<string, Uri> places = new(StringComparer.Ordinal);
        Uri place = new(Root, $"{target.Prefix}.git/info/lfs/objects/batch");
        foreach (RemoteFile[] some in files.Where(f => f.Sha256 is not null).DistinctBy(f => f.Sha256).Chunk(BatchSize))
        {
            string json = Json(writer =>
            {
                writer.WriteString("operation", "download");
                writer.WriteStartArray("transfers");
                writer.WriteStringValue("basic");
                writer.WriteEndArray();
                writer.WriteString("hash_algo", "sha256");
                writer.WriteStartArray("objects");
                foreach (RemoteFile file in some)
                {
                    writer.WriteStartObject();
                    writer.WriteString("oid", file.Sha256);
                    writer.WriteNumber("size", file.Size);
                    writer.WriteEndObject();
                }

                writer.WriteEndArray();
            });
            (RemoteAnswer head, byte[] body) = await servers.AskAsync(
                new RemoteRequest(place) { Method = HttpMethod.Post, Json = json, JsonType = "application/vnd.git-lfs+json", Accept = "application/vnd.git-lfs+json", IsExpected = static s => s is < 500 and not 429 and not 408 },
                cancellation).ConfigureAwait(false);
            if (head.Status != 200)
            {
                return places;
            }

            using JsonDocument document = Document(body, place);
            Take(document.RootElement, places);
        }

        return places;
    }

    private static void Take(JsonElement root, Dictionary<string, Uri> places)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("objects", out JsonElement objects) || objects.ValueKind != JsonValueKind.Array)
        {
            return;
        }

        foreach (JsonElement one in objects.EnumerateArray())
        {
            if (Text(one, "oid") is { } oid && one.TryGetProperty("actions", out JsonElement actions) && actions.ValueKind == JsonValueKind.Object
                && actions.TryGetProperty("download", out JsonElement download) && Text(download, "href") is { } href
                && !(download.TryGetProperty("header", out JsonElement header) && header.ValueKind == JsonValueKind.Object && header.EnumerateObject().Any())
                && Uri.TryCreate(href, UriKind.Absolute, out Uri? place))
            {
                // A place that asks for headers of its own is left to the redirect.
                places[oid] = place;
            }
        }
    }

    private Uri Root => new(Options.Endpoint.AbsoluteUri.TrimEnd('/') + "/");

    private Uri Api(HubTarget target, string rest) => new(Root, $"api/{target.Plural}/{target.Name}/{rest}");

    private static string Escape(string path) => string.Join('/', path.Split('/').Select(Uri.EscapeDataString));

    /// <summary>The next page (RFC 8288). It lies on the hub that was asked, whatever host the link names: a mirror may hand on the links of another.</summary>
    private Uri? Next(RemoteAnswer head, Uri place)
    {
        foreach (string link in (head.Header("Link") ?? "").Split(',', StringSplitOptions.TrimEntries))
        {
            int end = link.IndexOf('>', StringComparison.Ordinal);
            if (link.StartsWith('<') && end > 0 && link[end..].Replace("\"", "", StringComparison.Ordinal).Contains("rel=next", StringComparison.OrdinalIgnoreCase))
            {
                return Uri.TryCreate(place, link[1..end], out Uri? next) ? new Uri(new Uri(Options.Endpoint.GetLeftPart(UriPartial.Authority)), next.PathAndQuery) : throw Malformed(place);
            }
        }

        return null;
    }

    private static RemoteFile? File(JsonElement entry, Uri place)
    {
        if (entry.ValueKind != JsonValueKind.Object || Text(entry, "path") is not { Length: > 0 and <= LongestPath } path)
        {
            throw Malformed(place);
        }

        if (Text(entry, "type") is "directory")
        {
            return null;
        }

        JsonElement lfs = entry.TryGetProperty("lfs", out JsonElement found) && found.ValueKind == JsonValueKind.Object ? found : default;
        string? digest = lfs.ValueKind == JsonValueKind.Object ? Text(lfs, "oid") : null;
        long? size = Number(lfs.ValueKind == JsonValueKind.Object ? lfs : entry, "size") ?? Number(entry, "size");
        return size is >= 0
            ? new RemoteFile(path, size.Value) { Oid = Hex(Text(entry, "oid"), 40), Sha256 = Hex(digest?.Replace("sha256:", "", StringComparison.Ordinal), 64), Tag = Text(entry, "xetHash") }
            : throw Malformed(place);
    }

    private static string? Hex(string? text, int length) =>
        text is not null && text.Length == length && text.All(char.IsAsciiHexDigitLower) ? text : null;

    private static List<(string Path, string Level)> Findings(JsonElement root, out bool? done)
    {
        List<(string Path, string Level)> findings = [];
        done = null;
        if (!root.TryGetProperty("securityRepoStatus", out JsonElement status) || status.ValueKind != JsonValueKind.Object)
        {
            return findings;
        }

        done = status.TryGetProperty("scansDone", out JsonElement scans) && scans.ValueKind is JsonValueKind.True;
        if (status.TryGetProperty("filesWithIssues", out JsonElement files) && files.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement file in files.EnumerateArray().Take(1000))
            {
                if (file.ValueKind == JsonValueKind.Object && Text(file, "path") is { } path)
                {
                    findings.Add((path, Text(file, "level") ?? "unknown"));
                }
            }
        }

        return findings;
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? TextOf(value) : null;

    /// <summary>A text that holds half a character of two is none.</summary>
    private static string? TextOf(JsonElement value)
    {
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static long? Number(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number) ? number : null;

    private static JsonDocument Document(byte[] body, Uri place)
    {
        try
        {
            return JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 32 });
        }
        catch (JsonException)
        {
            throw Malformed(place);
        }
    }

    private static string Json(Action<Utf8JsonWriter> write)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static RemoteException Malformed(Uri place) =>
        new(RemoteFault.Malformed, $"{AddressRules.Shown(place)} gives no answer of a hub.");
}
