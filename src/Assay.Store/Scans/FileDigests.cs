// Digests of files, each made once in a scan, or taken from the store where the file is the same.
using System.Buffers;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Store.Readings;

namespace Assay.Store.Scans;

/// <summary>A digest of what lies beside a file.</summary>
/// <param name="Stamp">The stamp of the file when it was taken; empty where there is none.</param>
/// <param name="Digest">The digest in hexadecimal, or why there is nothing.</param>
internal readonly record struct BesideDigest(string Stamp, string Digest);

/// <summary>Makes digests of files, and remembers them for as long as a scan lasts.</summary>
internal sealed class FileDigests(Func<string, FileStamp, byte[]?> kept)
{
    private const int Step = 256 << 10;
    private readonly ConcurrentDictionary<(string Path, string Stamp), byte[]> _known = new();
    private readonly ConcurrentDictionary<(TracedBundle Bundle, string Name), BesideDigest> _beside = new();

    /// <summary>The digest of a file that has not changed since it was made, or null.</summary>
    public byte[]? Known(string path, FileStamp stamp) => _known.TryGetValue((path, stamp.Text), out byte[]? digest) ? digest : kept(path, stamp);

    /// <summary>Remembers a digest.</summary>
    public void Remember(string path, FileStamp stamp, byte[] digest) => _known.TryAdd((path, stamp.Text), digest);

    /// <summary>The digest of a file of a bundle, or why there is none.</summary>
    public BesideDigest? Beside(TracedBundle bundle, string name)
    {
        if (_beside.TryGetValue((bundle, name), out BesideDigest known))
        {
            return known;
        }

        if (bundle.Far?.Listed(name) is { } listed)
        {
            return new BesideDigest(listed.Identity, listed.Identity);
        }

        string? path = bundle.PathOf(name);
        FileStamp? stamp = path is null ? null : FileStamp.Of(path);
        if (path is not null && stamp is not null && Known(path, stamp) is { } digest)
        {
            return _beside.GetOrAdd((bundle, name), new BesideDigest(stamp.Text, Convert.ToHexStringLower(digest)));
        }

        BundleOpening opening = bundle.Open(name);
        using ByteSource? bytes = opening.Bytes;
        if (bytes is null)
        {
            return _beside.GetOrAdd((bundle, name), new BesideDigest("", BesideText.Refusal(opening)));
        }

        if (bundle.Far is not null)
        {
            // A file of a server that says nothing of its content cannot be known again.
            return null;
        }

        try
        {
            byte[] made = Of(bytes, CancellationToken.None);
            if (path is not null && stamp is not null)
            {
                if (FileStamp.Of(path)?.Text != stamp.Text)
                {
                    return null;
                }

                Remember(path, stamp, made);
            }

            return _beside.GetOrAdd((bundle, name), new BesideDigest(stamp?.Text ?? "", Convert.ToHexStringLower(made)));
        }
        catch (Exception e) when (e is ScanStopException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The SHA-256 of all bytes.</summary>
    public static byte[] Of(ByteSource bytes, CancellationToken cancellation)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] step = ArrayPool<byte>.Shared.Rent(Step);
        try
        {
            for (long at = 0; at < bytes.Length;)
            {
                cancellation.ThrowIfCancellationRequested();
                int got = bytes.ReadAt(at, step);
                if (got == 0)
                {
                    break;
                }

                hash.AppendData(step, 0, got);
                at += got;
            }

            return hash.GetHashAndReset();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(step);
        }
    }
}
