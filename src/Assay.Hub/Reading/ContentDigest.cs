// Whether bytes are those that a listing promises.
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Assay.Hub.Protocol;

namespace Assay.Hub.Reading;

/// <summary>Compares contents with the digests of a listing: SHA-256 of large files, git's name of small ones.</summary>
internal sealed class ContentDigest : IDisposable
{
    private readonly RemoteFile _file;
    private readonly IncrementalHash _sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly IncrementalHash? _git;

    public ContentDigest(RemoteFile file)
    {
        _file = file;
        if (file.Sha256 is null && file.Oid is not null)
        {
            _git = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
            _git.AppendData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"blob {file.Size}\0")));
        }
    }

    /// <summary>Whether a listing promises anything about the content.</summary>
    public static bool IsPromised(RemoteFile file) => file.Sha256 is not null || file.Oid is not null;

    /// <summary>Takes in the next bytes.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        _sha256.AppendData(bytes);
        _git?.AppendData(bytes);
    }

    /// <summary>Whether what came is what was promised; <paramref name="sha256"/> is what it is.</summary>
    public bool End(out string sha256)
    {
        sha256 = Convert.ToHexStringLower(_sha256.GetHashAndReset());
        return _file.Sha256 is { } promised ? promised == sha256 : _git is null || Convert.ToHexStringLower(_git.GetHashAndReset()) == _file.Oid;
    }

    /// <summary>Whether the whole content is what was promised.</summary>
    public static bool Fits(RemoteFile file, ReadOnlySpan<byte> content)
    {
        using ContentDigest digest = new(file);
        digest.Add(content);
        return digest.End(out _);
    }

    public void Dispose()
    {
        _sha256.Dispose();
        _git?.Dispose();
    }
}
