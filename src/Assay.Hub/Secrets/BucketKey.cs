// Signs requests to stores of objects, as S3 asks for it.
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Assay.Hub.Secrets;

/// <summary>
/// A key for stores that speak like S3, and how requests are signed by it (AWS Signature Version 4). The secret itself is sent nowhere. What prints the key prints that there is one.
/// </summary>
public sealed class BucketKey
{
    private const string Algorithm = "AWS4-HMAC-SHA256";

    /// <summary>The SHA-256 of no body.</summary>
    private static readonly string s_empty = Convert.ToHexStringLower(SHA256.HashData([]));

    private readonly string _id;
    private readonly string _secret;
    private readonly string? _session;

    /// <summary>A key.</summary>
    /// <param name="id">Its name.</param>
    /// <param name="secret">The secret.</param>
    /// <param name="session">The token of a session, for keys that end.</param>
    /// <param name="region">The region of the bucket.</param>
    public BucketKey(string id, string secret, string? session, string region)
    {
        (_id, _secret, _session, Region) = (id, secret, session, region);
    }

    /// <summary>The region of the bucket.</summary>
    public string Region { get; }

    /// <summary>The same key for another region.</summary>
    internal BucketKey For(string region) => new(_id, _secret, _session, region);

    /// <summary>The headers that sign a request without a body.</summary>
    internal IEnumerable<(string Name, string Value)> Sign(string method, Uri place, DateTimeOffset now)
    {
        string time = now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        List<(string Name, string Value)> headers = [("host", place.Authority), ("x-amz-content-sha256", s_empty), ("x-amz-date", time)];
        if (_session is not null)
        {
            headers.Add(("x-amz-security-token", _session));
        }

        string names = string.Join(';', headers.Select(h => h.Name));
        string request = string.Join('\n', method, Encoded(place.AbsolutePath, '/'), Query(place), string.Concat(headers.Select(h => $"{h.Name}:{h.Value}\n")), names, s_empty);
        string scope = $"{time[..8]}/{Region}/s3/aws4_request";
        string text = string.Join('\n', Algorithm, time, scope, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(request))));
        byte[] key = ((string[])[time[..8], Region, "s3", "aws4_request"]).Aggregate(Encoding.UTF8.GetBytes("AWS4" + _secret), (k, part) => HMACSHA256.HashData(k, Encoding.UTF8.GetBytes(part)));
        string signature = Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text)));
        return [.. headers.Skip(1), ("Authorization", $"{Algorithm} Credential={_id}/{scope}, SignedHeaders={names}, Signature={signature}")];
    }

    /// <summary>A text without the secrets.</summary>
    internal string Hide(string text) => ((string?[])[_secret, _session]).Where(s => !string.IsNullOrEmpty(s)).Aggregate(text, (hidden, secret) => hidden.Replace(secret!, "(key)", StringComparison.OrdinalIgnoreCase));

    /// <inheritdoc/>
    public override string ToString() => "(key)";

    private static string Query(Uri place) => string.Join('&', place.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries)
        .Select(p => p.Split('=', 2)).Select(p => (Name: Encoded(p[0]), Value: p.Length > 1 ? Encoded(p[1]) : ""))
        .OrderBy(p => p.Name, StringComparer.Ordinal).ThenBy(p => p.Value, StringComparer.Ordinal).Select(p => $"{p.Name}={p.Value}"));

    private static string Encoded(string text, char between = '\0') => string.Join(between, text.Split(between).Select(p => Uri.EscapeDataString(Uri.UnescapeDataString(p))));
}
