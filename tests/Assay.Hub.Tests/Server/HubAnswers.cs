// What a hub answers: revisions, listings, files and where large ones lie.
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Assay.Hub.Tests.Server;

/// <summary>The answers of the test hub: those of <c>huggingface.co</c>, as its clients in Python and JavaScript read them.</summary>
internal sealed class HubAnswers(TestHub hub)
{
    private readonly WebAnswers _web = new(hub);

    public Task AnswerAsync(HttpContext context, TestRequest request, HubReply reply)
    {
        string[] parts = [.. request.Path[1..].Split('/').Select(Uri.UnescapeDataString)];
        if (request.IsStorage)
        {
            return StorageAsync(parts, context, reply);
        }

        return parts switch
        {
            ["api", "models" or "datasets" or "spaces", ..] => ApiAsync(parts, context, request, reply),
            ["files", ..] or ["s3", ..] or ["v2", ..] or ["token"] => _web.AnswerAsync(parts, context, request, reply),
            [.., "info", "lfs", "objects", "batch"] => BatchAsync(parts, context, request, reply),
            _ => ResolveAsync(parts, context, request, reply),
        };
    }

    /// <summary>A large file, for whoever brings the signature and no token: a token here was sent to a stranger.</summary>
    private Task StorageAsync(string[] parts, HttpContext context, HubReply reply)
    {
        if (parts is not ["objects", var digest] || context.Request.Query["X-Signature"] != TestHub.Signature || context.Request.Headers.Authorization.Count > 0)
        {
            return reply.ErrorAsync(403, "AccessDenied", "Access denied");
        }

        TestFile? file = hub.Repositories.SelectMany(r => r.All).FirstOrDefault(f => f.Sha256 == digest);
        return file is null ? reply.ErrorAsync(404, "NoSuchKey", "There is no such key") : reply.FileAsync(file, hub.HasXet ? XetHash(file) : "storage-" + digest);
    }

    private async Task ApiAsync(string[] parts, HttpContext context, TestRequest request, HubReply reply)
    {
        if (parts.Length == 2)
        {
            await ListAsync(parts[1], context, reply);
            return;
        }

        (TestRepository? repository, string[] rest) = Find(parts[1], parts[2..]);
        if (repository is null && parts.Length > 3 && hub.Moved.TryGetValue($"{parts[2]}/{parts[3]}", out string? moved))
        {
            context.Response.StatusCode = 307;
            context.Response.Headers.Location = $"{hub.Endpoint}api/{parts[1]}/{moved}/{string.Join('/', parts[4..].Select(Uri.EscapeDataString))}{context.Request.QueryString}";
            await reply.BytesAsync(Encoding.UTF8.GetBytes("Temporary Redirect"), "text/plain");
            return;
        }

        if (repository is null || (repository.IsPrivate && !IsAllowed(request)))
        {
            await reply.ErrorAsync(401, "RepoNotFound", "Repository not found");
            return;
        }

        string revision = rest is ["revision" or "tree" or "paths-info", _, ..] ? RevisionOf(repository, rest[1..], out rest, rest[0]) : "main";
        if (rest is ["refs"])
        {
            await reply.JsonAsync(References(repository));
            return;
        }

        if (repository.Find(revision) is not { } commit)
        {
            await reply.ErrorAsync(404, "RevisionNotFound", "Invalid rev id: " + revision);
            return;
        }

        switch (rest)
        {
            case [] or ["revision"]:
                await reply.JsonAsync(Info(repository, commit, context.Request.Query.ContainsKey("securityStatus"), context.Request.Query.ContainsKey("blobs")));
                break;
            case ["tree", .. var folder]:
                await TreeAsync(repository, commit, string.Join('/', folder), context, reply);
                break;
            case ["paths-info"]:
                (HashSet<string> paths, bool expand) = await AskedAsync(context);
                await reply.JsonAsync("[" + string.Join(',', repository.Files(commit).Where(f => paths.Contains(f.Path)).Select(f => Entry(repository, commit, f, expand))) + "]");
                break;
            default:
                await reply.ErrorAsync(404, "EntryNotFound", "Not found");
                break;
        }
    }

    /// <summary>The paths that are asked for: as JSON, as the client in JavaScript writes them, or as a form, as the one in Python does.</summary>
    private static async Task<(HashSet<string> Paths, bool Expand)> AskedAsync(HttpContext context)
    {
        if (context.Request.HasFormContentType)
        {
            IFormCollection form = await context.Request.ReadFormAsync();
            return ([.. form["paths"].OfType<string>()], bool.TryParse(form["expand"], out bool wide) && wide);
        }

        JsonNode? asked = await JsonNode.ParseAsync(context.Request.Body);
        return ([.. asked!["paths"]!.AsArray().Select(p => p!.GetValue<string>())], asked["expand"]?.GetValue<bool>() ?? false);
    }

    /// <summary>A revision may hold slashes where they are written as they are: <c>refs/pr/1</c>.</summary>
    private static string RevisionOf(TestRepository repository, string[] parts, out string[] rest, string verb)
    {
        for (int length = Math.Min(3, parts.Length); length > 1; length--)
        {
            string name = string.Join('/', parts[..length]);
            if (repository.Find(name) is not null)
            {
                rest = [verb, .. parts[length..]];
                return name;
            }
        }

        rest = [verb, .. parts[1..]];
        return parts[0];
    }

    private (TestRepository? Repository, string[] Below) Find(string kind, string[] parts)
    {
        foreach (int length in (int[])[2, 1])
        {
            if (parts.Length >= length && hub.Repositories.FirstOrDefault(r => r.Kind == kind && r.Name == string.Join('/', parts[..length])) is { } found)
            {
                return (found, parts[length..]);
            }
        }

        return (null, []);
    }

    private async Task ListAsync(string kind, HttpContext context, HubReply reply)
    {
        string? author = context.Request.Query["author"];
        TestRepository[] all = [.. hub.Repositories.Where(r => r.Kind == kind && !r.IsPrivate && (author is null || r.Name.StartsWith(author + "/", StringComparison.Ordinal))
            && (context.Request.Query["search"].FirstOrDefault() is not { } search || r.Name.Contains(search, StringComparison.OrdinalIgnoreCase)))];
        int from = int.TryParse(context.Request.Query["cursor"], CultureInfo.InvariantCulture, out int cursor) ? cursor : 0;
        Next(context, from, all.Length);
        await reply.JsonAsync("[" + string.Join(',', all.Skip(from).Take(hub.PageSize).Select(r => Info(r, r.Find("main") ?? "", false, false))) + "]");
    }

    private async Task TreeAsync(TestRepository repository, string commit, string folder, HttpContext context, HubReply reply)
    {
        bool recursive = context.Request.Query["recursive"].ToString() is "true" or "True" or "1";
        bool expand = context.Request.Query["expand"].ToString() is "true" or "True" or "1";
        string prefix = folder.Length == 0 ? "" : folder + "/";
        List<string> entries = [];
        HashSet<string> folders = [];
        foreach (TestFile file in repository.Files(commit).Where(f => f.Path.StartsWith(prefix, StringComparison.Ordinal)))
        {
            string below = file.Path[prefix.Length..];
            for (int slash = below.IndexOf('/', StringComparison.Ordinal); slash > 0; slash = recursive ? below.IndexOf('/', slash + 1) : -1)
            {
                string path = prefix + below[..slash];
                if (folders.Add(path))
                {
                    entries.Add(JsonSerializer.Serialize(new { type = "directory", oid = commit, size = 0, path }));
                }
            }

            if (recursive || !below.Contains('/', StringComparison.Ordinal))
            {
                entries.Add(Entry(repository, commit, file, expand));
            }
        }

        if (entries.Count == 0 && folder.Length > 0)
        {
            await reply.ErrorAsync(404, "EntryNotFound", folder + " does not exist");
            return;
        }

        int from = int.TryParse(context.Request.Query["cursor"], CultureInfo.InvariantCulture, out int cursor) ? cursor : 0;
        Next(context, from, entries.Count);
        await reply.JsonAsync("[" + string.Join(',', entries.Skip(from).Take(hub.PageSize)) + "]");
    }

    private void Next(HttpContext context, int from, int count)
    {
        if (from + hub.PageSize < count)
        {
            string query = string.Join('&', context.Request.Query.Where(q => q.Key != "cursor").Select(q => $"{q.Key}={Uri.EscapeDataString(q.Value.ToString())}").Append(FormattableString.Invariant($"cursor={from + hub.PageSize}")));
            context.Response.Headers.Link = $"<{hub.Endpoint.GetLeftPart(UriPartial.Authority)}{context.Request.Path.ToUriComponent()}?{query}>; rel=\"next\"";
        }
    }

    private string Entry(TestRepository repository, string commit, TestFile file, bool expand)
    {
        JsonObject entry = new() { ["type"] = "file", ["oid"] = file.Oid, ["size"] = file.Length, ["path"] = file.Path };
        if (file.IsLarge)
        {
            entry["lfs"] = new JsonObject { ["oid"] = file.Sha256, ["size"] = file.Length, ["pointerSize"] = Encoding.UTF8.GetByteCount(file.Pointer) };
        }

        if (file.IsLarge && hub.HasXet)
        {
            entry["xetHash"] = XetHash(file);
        }

        if (expand)
        {
            entry["lastCommit"] = new JsonObject { ["id"] = commit, ["title"] = "Add files", ["date"] = "2026-01-01T00:00:00.000Z" };
            entry["securityFileStatus"] = new JsonObject { ["status"] = repository.SecurityStatus.GetValueOrDefault(file.Path, "safe"), ["avScan"] = null, ["pickleImportScan"] = null };
        }

        return entry.ToJsonString();
    }

    private static string Info(TestRepository repository, string commit, bool security, bool blobs)
    {
        JsonObject info = new()
        {
            ["_id"] = repository.Id, ["createdAt"] = repository.Created, ["id"] = repository.Name, ["modelId"] = repository.Name, ["author"] = repository.Name.Contains('/', StringComparison.Ordinal) ? repository.Name.Split('/')[0] : null, ["sha"] = commit,
            ["lastModified"] = "2026-01-01T00:00:00.000Z", ["private"] = repository.IsPrivate, ["gated"] = repository.IsGated ? "manual" : false, ["disabled"] = false,
            ["downloads"] = 0, ["likes"] = 0, ["tags"] = new JsonArray(),
        };
        if (commit.Length > 0)
        {
            info["siblings"] = new JsonArray([.. repository.Files(commit).Select(f => (JsonNode)(blobs
                ? new JsonObject { ["rfilename"] = f.Path, ["size"] = f.Length, ["blobId"] = f.Oid }
                : new JsonObject { ["rfilename"] = f.Path }))]);
        }

        if (security)
        {
            info["securityRepoStatus"] = new JsonObject
            {
                ["scansDone"] = true,
                ["filesWithIssues"] = new JsonArray([.. repository.SecurityStatus.Select(s => (JsonNode)new JsonObject { ["path"] = s.Key, ["level"] = s.Value })]),
            };
        }

        return info.ToJsonString();
    }

    private static string References(TestRepository repository) => new JsonObject
    {
        ["branches"] = new JsonArray([.. repository.References.Where(r => !r.Key.StartsWith("tag-", StringComparison.Ordinal)).Select(r => (JsonNode)new JsonObject { ["name"] = r.Key, ["ref"] = "refs/heads/" + r.Key, ["targetCommit"] = r.Value })]),
        ["tags"] = new JsonArray([.. repository.References.Where(r => r.Key.StartsWith("tag-", StringComparison.Ordinal)).Select(r => (JsonNode)new JsonObject { ["name"] = r.Key, ["ref"] = "refs/tags/" + r.Key, ["targetCommit"] = r.Value })]),
        ["converts"] = new JsonArray(),
    }.ToJsonString();

    private async Task ResolveAsync(string[] parts, HttpContext context, TestRequest request, HubReply reply)
    {
        (string kind, string[] below) = parts[0] is "datasets" or "spaces" ? (parts[0], parts[1..]) : ("models", parts);
        (TestRepository? repository, string[] rest) = Find(kind, below);
        if (repository is null || rest is not ["resolve" or "raw", _, _, ..] || (repository.IsPrivate && !IsAllowed(request)))
        {
            await reply.ErrorAsync(401, "RepoNotFound", "Repository not found");
            return;
        }

        string revision = RevisionOf(repository, rest[1..], out string[] path, "resolve");
        if (repository.Find(revision) is not { } commit)
        {
            await reply.ErrorAsync(404, "RevisionNotFound", "Invalid rev id: " + revision);
        }
        else if (repository.IsGated && !IsAllowed(request))
        {
            await reply.ErrorAsync(request.Authorization is null ? 401 : 403, "GatedRepo", $"Access to model {repository.Name} is restricted. You must be authenticated to access it.");
        }
        else if (repository.Files(commit).FirstOrDefault(f => f.Path == string.Join('/', path[1..])) is not { } file)
        {
            context.Response.Headers["X-Repo-Commit"] = commit;
            await reply.ErrorAsync(404, "EntryNotFound", "Entry not found");
        }
        else if (file.IsLarge && rest[0] == "resolve")
        {
            context.Response.Headers["X-Repo-Commit"] = commit;
            context.Response.Headers["X-Linked-Size"] = file.Length.ToString(CultureInfo.InvariantCulture);
            context.Response.Headers["X-Linked-Etag"] = $"\"{file.Sha256}\"";
            context.Response.Headers.ETag = $"\"{file.Oid}\"";
            if (hub.HasXet)
            {
                context.Response.Headers["X-Xet-Hash"] = XetHash(file);
                context.Response.Headers.Append("Link", $"<{hub.Endpoint}api/models/{repository.Name}/xet-read-token/{commit}>; rel=\"xet-auth\", <{hub.Storage}v1/reconstructions/{XetHash(file)}>; rel=\"xet-reconstruction-info\"");
            }

            context.Response.StatusCode = 302;
            context.Response.Headers.Location = hub.PlaceOf(file);
            await reply.BytesAsync(Encoding.UTF8.GetBytes("Found. Redirecting"), "text/plain");
        }
        else
        {
            context.Response.Headers["X-Repo-Commit"] = commit;
            await reply.FileAsync(file.IsLarge ? TestFile.Plain(file.Path, file.Pointer) : file, file.Oid);
        }
    }

    /// <summary>Git LFS asks for the places of many files at a time (git-lfs, docs/api/batch.md).</summary>
    private async Task BatchAsync(string[] parts, HttpContext context, TestRequest request, HubReply reply)
    {
        string name = string.Join('/', parts[..^4]);
        (string kind, string below) = name.Split('/')[0] is "datasets" or "spaces" ? (name[..name.IndexOf('/', StringComparison.Ordinal)], name[(name.IndexOf('/', StringComparison.Ordinal) + 1)..]) : ("models", name);
        TestRepository? repository = hub.Repositories.FirstOrDefault(r => r.Kind == kind && r.Name + ".git" == below);
        if (!hub.HasBatches || repository is null || ((repository.IsPrivate || repository.IsGated) && !IsAllowed(request)))
        {
            await reply.ErrorAsync(hub.HasBatches ? 401 : 404, "RepoNotFound", "Repository not found");
            return;
        }

        JsonNode? asked = await JsonNode.ParseAsync(context.Request.Body);
        JsonArray objects = [];
        foreach (JsonNode? one in asked!["objects"]!.AsArray())
        {
            string oid = one!["oid"]!.GetValue<string>();
            TestFile? file = repository.All.FirstOrDefault(f => f.Sha256 == oid && f.IsLarge);
            objects.Add(file is null
                ? new JsonObject { ["oid"] = oid, ["size"] = 0, ["error"] = new JsonObject { ["code"] = 404, ["message"] = "Not found" } }
                : new JsonObject { ["oid"] = oid, ["size"] = file.Length, ["authenticated"] = true, ["actions"] = new JsonObject { ["download"] = new JsonObject { ["href"] = hub.PlaceOf(file), ["expires_in"] = 3600 } } });
        }

        await reply.BytesAsync(Encoding.UTF8.GetBytes(new JsonObject { ["transfer"] = "basic", ["objects"] = objects }.ToJsonString()), "application/vnd.git-lfs+json");
    }

    /// <summary>What the newer storage calls a file: no digest of its bytes that anybody else has.</summary>
    private static string XetHash(TestFile file) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes("xet" + file.Sha256)));

    private static bool IsAllowed(TestRequest request) => request.Authorization == "Bearer " + TestHub.Token;
}
