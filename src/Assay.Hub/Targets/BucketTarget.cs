// What a user names in a bucket of a store of objects that speaks like S3.
namespace Assay.Hub.Targets;

/// <summary>
/// Objects of a bucket: <c>s3+https://host/bucket/prefix</c>, or <c>s3+https://bucket.s3.region.host/prefix</c> where the host's
/// name holds that of the bucket.
/// </summary>
/// <param name="Base">The address of the bucket, with a slash at its end.</param>
/// <param name="Prefix">What the keys begin with; empty for all.</param>
public sealed record BucketTarget(Uri Base, string Prefix) : RemoteTarget
{
    /// <summary>The region that the name of a host of Amazon's holds; null for other hosts.</summary>
    internal string? Region
    {
        get
        {
            string[] parts = Base.Host.ToLowerInvariant().Split('.');
            int store = Array.FindIndex(parts, p => p == "s3" || p.StartsWith("s3-", StringComparison.Ordinal));
            return store < 0 || !Base.Host.Contains(".amazonaws.com", StringComparison.OrdinalIgnoreCase) ? null
                : parts[store].Length > 3 ? parts[store][3..]
                : parts[store + 1] is "amazonaws" ? null
                : parts[store + 1] is "dualstack" ? parts[store + 2] : parts[store + 1];
        }
    }

    internal static BucketTarget Parse(string text)
    {
        Uri place = Address(text["s3+".Length..]);
        string path = place.AbsolutePath.TrimStart('/');
        bool named = place.Host.Contains(".s3.", StringComparison.OrdinalIgnoreCase) || place.Host.Contains(".s3-", StringComparison.OrdinalIgnoreCase);
        int slash = named ? -1 : path.IndexOf('/', StringComparison.Ordinal);
        string bucket = named ? "" : slash < 0 ? path : path[..slash];
        if (!named && bucket.Length == 0)
        {
            throw new Hosting.SettingException($"{text} names no bucket.");
        }

        string prefix = named ? path : slash < 0 ? "" : path[(slash + 1)..];
        return new BucketTarget(new Uri($"{place.Scheme}://{place.Authority}/{(bucket.Length == 0 ? "" : bucket + "/")}"), Uri.UnescapeDataString(prefix));
    }
}
