// What other servers answer: plain files, buckets, registries.
using System.Globalization;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;

namespace Assay.Hub.Tests.Server;

/// <summary>A web server of plain files, an S3 bucket by its path, and an OCI registry.</summary>
internal sealed class WebAnswers(TestHub hub)
{
    public const string RegistryToken = "registryTokenOfThisTest";

    public Task AnswerAsync(string[] parts, HttpContext context, TestRequest request, HubReply reply) => parts[0] switch
    {
        "files" => FileAsync(string.Join('/', parts[1..]), reply),
        "s3" when hub.BucketKey is { } key && !(request.Authorization?.StartsWith($"AWS4-HMAC-SHA256 Credential={key}/", StringComparison.Ordinal) ?? false) => reply.ErrorAsync(403, "AccessDenied", "Access denied"),
        "s3" => BucketAsync(parts, context, reply),
        "token" => TokenAsync(context, request, reply),
        _ => RegistryAsync(parts[1..], context, request, reply),
    };

    /// <summary>The name and the password that open the registry, and the token that is exchanged.</summary>
    public const string User = "ada", Password = "open:sesame", Identity = "identityOfThisTest";

    private static string Login => "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{Password}"));

    private async Task TokenAsync(HttpContext context, TestRequest request, HubReply reply)
    {
        bool open = hub.RegistryLogin switch
        {
            "Token" => request is { Method: "GET", Authorization: var given } && given == Login,
            "Identity" => request.Method == "POST" && (await context.Request.ReadFormAsync()) is var form && form["grant_type"] == "refresh_token" && form["refresh_token"] == Identity && form["scope"] == "repository:org/model:pull",
            _ => true,
        };
        await (open ? reply.JsonAsync("{\"token\":\"" + RegistryToken + "\"}") : reply.ErrorAsync(401, "UNAUTHORIZED", "no"));
    }

    private Task FileAsync(string name, HubReply reply) =>
        hub.WebFiles.TryGetValue(name, out TestFile? file) ? reply.FileAsync(file, file.Sha256[..16]) : reply.ErrorAsync(404, "", "Not found");

    private Task BucketAsync(string[] parts, HttpContext context, HubReply reply)
    {
        if (context.Request.Query["list-type"] != "2")
        {
            return hub.Objects.TryGetValue(string.Join('/', parts), out TestFile? file) ? reply.FileAsync(file, file.Sha256[..32]) : reply.ErrorAsync(404, "NoSuchKey", "Not found");
        }

        string bucket = parts[0];
        string prefix = context.Request.Query["prefix"].ToString();
        string after = context.Request.Query["continuation-token"].ToString();
        TestFile[] left = [.. hub.Objects.Where(o => o.Key.StartsWith($"{bucket}/{prefix}", StringComparison.Ordinal) && string.CompareOrdinal(o.Key, after) > 0).Select(o => o.Value)];
        XNamespace space = "http://s3.amazonaws.com/doc/2006-03-01/";
        XElement list = new(space + "ListBucketResult", new XElement(space + "Name", bucket), new XElement(space + "Prefix", prefix), new XElement(space + "IsTruncated", left.Length > hub.PageSize ? "true" : "false"));
        foreach (TestFile file in left.Take(hub.PageSize))
        {
            list.Add(new XElement(space + "Contents", new XElement(space + "Key", file.Path), new XElement(space + "ETag", $"\"{file.Sha256[..32]}\""), new XElement(space + "Size", file.Length.ToString(CultureInfo.InvariantCulture))));
        }

        if (left.Length > hub.PageSize)
        {
            list.Add(new XElement(space + "NextContinuationToken", $"{bucket}/{left[hub.PageSize - 1].Path}"));
        }

        return reply.BytesAsync(Encoding.UTF8.GetBytes(new XDocument(list).ToString()), "application/xml");
    }

    private Task RegistryAsync(string[] parts, HttpContext context, TestRequest request, HubReply reply)
    {
        string name = string.Join('/', parts[..^2]);
        if (hub.RegistryLogin == "Basic" && request.Authorization != Login)
        {
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"test\"";
            return reply.ErrorAsync(401, "UNAUTHORIZED", "authentication required");
        }

        if (hub.RegistryAsks && request.Authorization != "Bearer " + RegistryToken)
        {
            context.Response.Headers.WWWAuthenticate = $"Bearer realm=\"{hub.Endpoint}token\",service=\"test\",scope=\"repository:{name}:pull\"";
            return reply.ErrorAsync(401, "UNAUTHORIZED", "authentication required");
        }

        if (!hub.Registry.TryGetValue($"{name}/{parts[^1]}", out (string Type, TestFile File) found))
        {
            return reply.ErrorAsync(404, "MANIFEST_UNKNOWN", "Not found");
        }

        context.Response.Headers["Docker-Content-Digest"] = "sha256:" + found.File.Sha256;
        return parts[^2] == "manifests" ? reply.BytesAsync(found.File.ToArray(), found.Type) : reply.FileAsync(found.File, found.File.Sha256);
    }
}
