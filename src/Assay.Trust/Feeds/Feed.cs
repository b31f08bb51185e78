// Lists of harmful files that a user follows.
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Assay.Hosting;
using Assay.Trust.Signing;

namespace Assay.Trust.Feeds;

/// <summary>A file that a feed lists.</summary>
/// <param name="Sha256">Its SHA-256 in lower-case hex.</param>
/// <param name="Id">What the feed calls it.</param>
/// <param name="Summary">What the feed says of it.</param>
public sealed record FeedEntry(string Sha256, string Id, string Summary);

/// <summary>A feed: where it comes from, whose key it has to be signed by, and what it lists.</summary>
public sealed record Feed
{
    /// <summary>The version of this form.</summary>
    public const string CurrentSchema = "assay.feed/1";

    /// <summary>The type of an envelope around OSV.</summary>
    public const string OsvType = "application/vnd.osv+json";

    /// <summary>The type of an envelope around a list of digests.</summary>
    public const string ListType = "text/plain";

    private const int MostEntries = 5_000_000;

    /// <summary>The version of the form that it was written in.</summary>
    public string Schema { get; init; } = CurrentSchema;

    /// <summary>What it is called.</summary>
    public required string Name { get; init; }

    /// <summary>The file, the folder or the address from which it is taken.</summary>
    public required string Source { get; init; }

    /// <summary>The key that has to have signed it, of those of the user; null where that is <see cref="PublicKey"/>, or nobody.</summary>
    public string? Key { get; init; }

    /// <summary>The key that has to have signed it, in PEM. It is trusted for this feed and for nothing else: whoever lists harmful files need not be one who allows.</summary>
    public string? PublicKey { get; init; }

    /// <summary>Whether somebody has to have signed it.</summary>
    [JsonIgnore]
    public bool IsSigned => Key is not null || PublicKey is not null;

    /// <summary>When it was last taken.</summary>
    public DateTimeOffset Synced { get; init; }

    /// <summary>When the newest advisory of it was changed; null for a list of digests.</summary>
    public DateTimeOffset? Newest { get; init; }

    /// <summary>What it lists.</summary>
    public IReadOnlyList<FeedEntry> Entries { get; init; } = [];

    /// <summary>What some text lists: an envelope, OSV (one, or an array of them), or a digest a line with an optional text behind it.</summary>
    /// <param name="text">The text.</param>
    /// <param name="name">What it is called in errors.</param>
    /// <param name="keys">The keys of which one has to have signed it; null for a text that is taken unsigned.</param>
    /// <exception cref="SettingException">It is none of these, or is not signed as it has to be.</exception>
    public static IReadOnlyList<FeedEntry> Read(byte[] text, string name, IReadOnlyList<VerifyingKey>? keys) => Read(text, name, keys, out _);

    /// <summary>The same, with the time at which the newest advisory was changed.</summary>
    /// <exception cref="SettingException">It is none of these, or is not signed as it has to be.</exception>
    public static IReadOnlyList<FeedEntry> Read(byte[] text, string name, IReadOnlyList<VerifyingKey>? keys, out DateTimeOffset? newest)
    {
        ArgumentNullException.ThrowIfNull(text);
        Envelope? envelope = text is [(byte)'{', ..] ? Envelope.Read(text) : null;
        if (keys is not null && (envelope is null || !keys.Any(envelope.IsSignedBy)))
        {
            throw new SettingException($"The feed {name} cannot be used: {(envelope is null ? "it is not signed" : "it is not signed by the key that it has to be signed by")}.");
        }

        byte[] payload = envelope?.Bytes ?? text;
        bool isJson = envelope is null ? payload is [(byte)'{' or (byte)'[', ..] : envelope.PayloadType == OsvType;
        newest = null;
        return isJson ? Osv(payload, name, out newest) : List(payload, name);
    }

    /// <summary>An envelope around a feed, for its publisher.</summary>
    /// <exception cref="SettingException">The text is no feed.</exception>
    public static Envelope Sign(byte[] text, string name, SigningKey key)
    {
        ArgumentNullException.ThrowIfNull(text);
        Read(text, name, keys: null);
        return Envelope.Of(text is [(byte)'{' or (byte)'[', ..] ? OsvType : ListType, text).Signed(key);
    }

    private static List<FeedEntry> Osv(byte[] payload, string name, out DateTimeOffset? newest)
    {
        newest = null;
        try
        {
            using JsonDocument document = JsonDocument.Parse(payload);
            List<FeedEntry> entries = [];
            IEnumerable<JsonElement> advisories = document.RootElement.ValueKind == JsonValueKind.Array ? document.RootElement.EnumerateArray() : [document.RootElement];
            foreach (JsonElement advisory in advisories)
            {
                string id = advisory.GetProperty("id").GetString() ?? "";
                DateTimeOffset modified = advisory.GetProperty("modified").GetDateTimeOffset();
                newest = newest > modified ? newest : modified;
                if (advisory.TryGetProperty("withdrawn", out _))
                {
                    continue;
                }

                string summary = advisory.TryGetProperty("summary", out JsonElement said) ? said.GetString() ?? "" : "";
                foreach (string digest in Digests(advisory))
                {
                    Add(entries, name, new FeedEntry(digest, id, summary));
                }
            }

            return entries;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new SettingException($"The feed {name} cannot be used: it is no OSV.");
        }
    }

    /// <summary>The digests of the files that an advisory is about: OSV has no member for them, so that they stand where databases put what is their own.</summary>
    private static IEnumerable<string> Digests(JsonElement advisory)
    {
        if (!advisory.TryGetProperty("affected", out JsonElement affected) || affected.ValueKind != JsonValueKind.Array)
        {
            yield break;
        }

        foreach (JsonElement one in affected.EnumerateArray())
        {
            if (one.TryGetProperty("database_specific", out JsonElement own) && own.ValueKind == JsonValueKind.Object && own.TryGetProperty("sha256", out JsonElement digests))
            {
                foreach (JsonElement digest in digests.ValueKind == JsonValueKind.Array ? digests.EnumerateArray() : (IEnumerable<JsonElement>)[digests])
                {
                    yield return IsDigest(digest.GetString() ?? "") ? digest.GetString()!.ToLowerInvariant() : throw new FormatException();
                }
            }
        }
    }

    private static List<FeedEntry> List(byte[] payload, string name)
    {
        List<FeedEntry> entries = [];
        int number = 0;
        for (int at = 0; at < payload.Length;)
        {
            ReadOnlySpan<byte> line = payload.AsSpan(at);
            int end = line.IndexOf((byte)'\n');
            line = end < 0 ? line : line[..end];
            at += line.Length + 1;
            number++;
            string text = Encoding.UTF8.GetString(line).Trim();
            if (text.Length == 0 || text[0] == '#')
            {
                continue;
            }

            string digest = text.Split([' ', '\t', ',', ';'], 2)[0];
            if (!IsDigest(digest))
            {
                throw new SettingException($"The feed {name} cannot be used: line {number} does not begin with a SHA-256.");
            }

            Add(entries, name, new FeedEntry(digest.ToLowerInvariant(), digest[..12].ToLowerInvariant(), text[digest.Length..].Trim(' ', '\t', ',', ';', '*')));
        }

        return entries;
    }

    private static void Add(List<FeedEntry> entries, string name, FeedEntry entry)
    {
        if (entries.Count == MostEntries)
        {
            throw new SettingException($"The feed {name} cannot be used: it lists more than {MostEntries} files.");
        }

        entries.Add(entry);
    }

    private static bool IsDigest(string text) => text.Length == 64 && text.All(char.IsAsciiHexDigit);
}

/// <summary>Reads and writes feeds without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Feed))]
internal sealed partial class FeedJson : JsonSerializerContext;
