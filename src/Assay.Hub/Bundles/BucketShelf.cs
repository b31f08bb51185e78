// The objects of a bucket of a store that speaks like S3.
using System.Globalization;
using Assay.Bytes;
using Assay.Formats.Xml;
using Assay.Hub.Http;
using Assay.Hub.Protocol;
using Assay.Hub.Reading;
using Assay.Hub.Secrets;
using Assay.Hub.Targets;

namespace Assay.Hub.Bundles;

/// <summary>Objects of a bucket (<c>ListObjectsV2</c>): open to everybody, or to the user's key, which signs requests only where nobody is let in without one. A key that ends in a slash is a folder, and no file.</summary>
internal sealed class BucketShelf : Shelf
{
    private readonly RemoteServers _servers;
    private readonly BucketTarget _target;
    private readonly BucketKey? _key;

    private BucketShelf(RemoteServers servers, BucketTarget target, List<RemoteFile> files, BucketKey? key)
    {
        _servers = servers;
        _key = key;
        _target = target;
        Files = files;

        // A prefix that is a key is that object; a prefix that is a folder's name stands before all names.
        RemoteFile? only = files.FirstOrDefault(f => f.Path == target.Prefix);
        int slash = target.Prefix.LastIndexOf('/');
        Prefix = only is null ? target.Prefix.Length == 0 || target.Prefix.EndsWith('/') ? target.Prefix : files.All(f => f.Path.StartsWith(target.Prefix + "/", StringComparison.Ordinal)) ? target.Prefix + "/" : target.Prefix[..(slash + 1)] : target.Prefix[..(slash + 1)];
        Single = only is null ? null : target.Prefix[(slash + 1)..];
        Path = $"s3+{target.Base.AbsoluteUri}{Prefix}".TrimEnd('/');
    }

    public override string Path { get; }

    public override Uri Server => _target.Base;

    public override IReadOnlyList<RemoteFile> Files { get; }

    public override string Prefix { get; }

    public override string? Single { get; }

    public static async Task<BucketShelf> OpenAsync(BucketTarget target, RemoteServers servers, CancellationToken cancellation)
    {
        try
        {
            return await OpenAsync(target, servers, null, cancellation).ConfigureAwait(false);
        }
        catch (RemoteException e) when (e.Fault is RemoteFault.Forbidden or RemoteFault.NoRepository && servers.Options.FindBucketKey() is { } key)
        {
            return await OpenAsync(target, servers, target.Region is { } region ? key.For(region) : key, cancellation).ConfigureAwait(false);
        }
    }

    private static async Task<BucketShelf> OpenAsync(BucketTarget target, RemoteServers servers, BucketKey? key, CancellationToken cancellation)
    {
        List<RemoteFile> files = [];
        string? next = "";
        HashSet<string> seen = [];
        for (int page = 0; next is not null; page++)
        {
            if (page == servers.Options.Pages || files.Count > servers.Options.Files || !seen.Add(next))
            {
                throw new RemoteException(RemoteFault.TooLarge, $"The listing of {target.Base.Host} has no end.");
            }

            string query = $"?list-type=2&prefix={Uri.EscapeDataString(target.Prefix)}{(next.Length == 0 ? "" : "&continuation-token=" + Uri.EscapeDataString(next))}";
            (_, byte[] body) = await servers.AskAsync(new RemoteRequest(new Uri(target.Base, query)) { Credentials = Credentials.None, SignedBy = key }, cancellation).ConfigureAwait(false);
            next = Read(body, files, target);
        }

        return files.Count == 0 ? throw new RemoteException(RemoteFault.NoEntry, $"There is nothing at {AddressRules.Shown(target.Base)}{target.Prefix}.") : new BucketShelf(servers, target, files, key);
    }

    public override RangeOrigin Origin(RemoteFile file) =>
        new(_servers, file, new Uri(_target.Base, string.Join('/', file.Path.Split('/').Select(Uri.EscapeDataString)))) { Credentials = Credentials.None, SignedBy = _key };

    /// <summary>Takes the objects of one page; returns where the next one begins, or null.</summary>
    private static string? Read(byte[] body, List<RemoteFile> files, BucketTarget target)
    {
        try
        {
            using MemorySource source = new(body);
            XmlTokenReader reader = new(source, new ByteRange(0, body.Length), new ScanBudget(new ScanLimits(), TimeProvider.System, CancellationToken.None));
            Stack<string> open = new();
            string key = "", tag = "", token = "", size = "";
            bool more = false, root = false;
            while (reader.Read())
            {
                switch (reader.Type)
                {
                    case XmlTokenType.StartElement:
                        open.Push(reader.LocalName.ToString());
                        root |= open.Peek() == "ListBucketResult";
                        break;
                    case XmlTokenType.Text:
                        string text = reader.Text.ToString();
                        string name = open.TryPeek(out string? element) ? element : "";
                        (key, tag, size, token) = name switch { "Key" => (key + text, tag, size, token), "ETag" => (key, tag + text, size, token), "Size" => (key, tag, size + text, token), "NextContinuationToken" => (key, tag, size, token + text), _ => (key, tag, size, token) };
                        more |= name == "IsTruncated" && text.Trim() == "true";
                        break;
                    case XmlTokenType.EndElement:
                        if (open.Pop() == "Contents")
                        {
                            if (!long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out long length) || key.Length == 0)
                            {
                                throw Malformed(target);
                            }

                            if (!key.EndsWith('/'))
                            {
                                files.Add(new RemoteFile(key, length) { Tag = tag.Length == 0 ? null : $"{target.Base.AbsolutePath}{key} {tag.Trim('"')}" });
                            }

                            (key, tag, size) = ("", "", "");
                        }

                        break;
                    default:
                        break;
                }
            }

            return !root ? throw Malformed(target) : more && token.Length > 0 ? token : null;
        }
        catch (Exception e) when (e is MalformedException or ScanStopException)
        {
            throw Malformed(target);
        }
    }

    private static RemoteException Malformed(BucketTarget target) => new(RemoteFault.Malformed, $"{AddressRules.Shown(target.Base)} gives no listing of objects.");
}
