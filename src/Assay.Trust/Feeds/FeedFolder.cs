// The feeds that a user follows, one file each.
using System.Text.Json;
using System.Text.RegularExpressions;
using Assay.Hosting;
using Assay.Hosting.Files;
using Assay.Trust.Signing;
using Assay.Trust.Storage;

namespace Assay.Trust.Feeds;

/// <summary>
/// The feeds that a user follows: what was taken from each when it was last synchronised. A feed that cannot be taken keeps what it had. What lies at an address is asked of <paramref name="fetch"/>.
/// </summary>
public sealed partial class FeedFolder(string folder, Func<string, byte[]>? fetch = null)
{
    /// <summary>How many bytes a feed may have.</summary>
    public const int LargestFeed = 512 << 20;

    private const string Address = "://";

    /// <summary>The feeds, by their names.</summary>
    /// <exception cref="SettingException">One of them cannot be read.</exception>
    public IReadOnlyList<Feed> All() => Directory.Exists(folder) ? [.. Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal).Select(Load)] : [];

    /// <summary>Whether a user follows none, so that nothing has to be looked up.</summary>
    public bool IsEmpty => !Directory.Exists(folder) || !Directory.EnumerateFiles(folder, "*.json").Any();

    /// <summary>Follows a feed, and takes it.</summary>
    /// <exception cref="SettingException">There is one of that name, or it cannot be taken.</exception>
    public Feed Add(string name, string source, string? key, string? publicKey, KeyRing ring, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(source);
        string file = PathOf(name);
        if (File.Exists(file))
        {
            throw new SettingException($"There is a feed {name} already.");
        }

        string place = source.Contains(Address, StringComparison.Ordinal) ? source : Path.GetFullPath(source);
        return Take(new Feed { Name = name, Source = place, Key = key, PublicKey = publicKey is null ? null : VerifyingKey.OfPem($"of {name}", publicKey).Pem }, ring, now);
    }

    /// <summary>Takes a feed anew.</summary>
    /// <exception cref="SettingException">It cannot be taken; what it had stays.</exception>
    public Feed Take(Feed feed, KeyRing ring, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(feed);
        ArgumentNullException.ThrowIfNull(ring);
        VerifyingKey[]? keys = feed.PublicKey is { } own ? [VerifyingKey.OfPem($"of {feed.Name}", own)]
            : feed.Key is null ? null
            : [.. ring.Trusted().Where(k => k.Name == feed.Key && k.RetiredAt is null)];
        if (keys is [])
        {
            throw new SettingException($"The feed {feed.Name} has to be signed by {feed.Key}, and you trust no key of that name.");
        }

        List<FeedEntry> entries = [];
        DateTimeOffset? newest = null;
        foreach ((string name, byte[] text) in Texts(feed))
        {
            entries.AddRange(Feed.Read(text, name, keys, out DateTimeOffset? at));
            newest = newest is null || at > newest ? at : newest;
        }

        // Whoever cannot sign can still give out again what was signed once, and keep back what was added since.
        if (feed.IsSigned && feed.Newest is { } before && (newest is null || newest < before))
        {
            throw new SettingException($"The feed {feed.Name} cannot be used: what is given out {(newest is null ? "bears no date, and what was taken before did" : "is older than what was taken before")}.");
        }

        Feed taken = feed with { Synced = now, Newest = newest, Entries = [.. entries.DistinctBy(e => (e.Sha256, e.Id))] };
        SmallFile.Write(PathOf(feed.Name), JsonSerializer.SerializeToUtf8Bytes(taken, FeedJson.Default.Feed), replace: true);
        return taken;
    }

    private IEnumerable<(string Name, byte[] Text)> Texts(Feed feed)
    {
        if (feed.Source.Contains(Address, StringComparison.Ordinal))
        {
            return [(feed.Name, (fetch ?? throw new SettingException($"The feed {feed.Name} lies on a server, and none is asked here."))(feed.Source))];
        }

        try
        {
            string[] files = Directory.Exists(feed.Source) ? [.. Directory.EnumerateFiles(feed.Source, "*.json").Order(StringComparer.Ordinal)] : [feed.Source];
            return files.Select(f => (f, SettingFile.Read("feed", f, LargestFeed)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw SettingFile.Unreadable("feed", feed.Source, FileFault.Of(e));
        }
    }

    /// <summary>Follows a feed no longer.</summary>
    /// <exception cref="SettingException">There is none of that name.</exception>
    public void Remove(string name)
    {
        string file = PathOf(name);
        if (!File.Exists(file))
        {
            throw new SettingException($"There is no feed {name}.");
        }

        File.Delete(file);
    }

    private static Feed Load(string file)
    {
        try
        {
            return JsonSerializer.Deserialize(SettingFile.Read("feed", file, LargestFeed), FeedJson.Default.Feed) is { Schema: Feed.CurrentSchema, Entries: not null } feed ? feed : throw new JsonException();
        }
        catch (JsonException)
        {
            throw new SettingException($"The feed {file} cannot be used: it is not what assay feed has written.");
        }
    }

    private string PathOf(string name) => Name().IsMatch(name) ? Path.Join(folder, name + ".json") : throw new SettingException($"A feed is called by up to 64 letters, digits and ._-, and not {name}.");

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", RegexOptions.NonBacktracking)]
    private static partial Regex Name();
}
