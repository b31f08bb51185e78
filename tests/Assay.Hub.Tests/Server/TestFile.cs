// One file of a repository of the test hub.
using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Assay.Hub.Tests.Server;

/// <summary>One file of a repository: bytes at hand, or pieces in a sea of zeros that may be larger than any disk.</summary>
internal sealed class TestFile
{
    private readonly (long Offset, byte[] Bytes)[] _pieces;

    private TestFile(string path, long length, bool isLarge, (long Offset, byte[] Bytes)[] pieces, string? sha256)
    {
        Path = path;
        Length = length;
        IsLarge = isLarge;
        _pieces = pieces;
        Sha256 = sha256 ?? (pieces is [(0, var only)] && only.Length == length ? Convert.ToHexStringLower(SHA256.HashData(only)) : Invented(length, pieces));
        Oid = isLarge ? BlobName(Encoding.UTF8.GetBytes(Pointer)) : BlobName(pieces is [(0, var bytes)] ? bytes : []);
    }

    public string Path { get; }

    public long Length { get; }

    /// <summary>Whether the hub keeps it as an LFS object, behind a redirect.</summary>
    public bool IsLarge { get; }

    /// <summary>The digest; of a sparse file one that nothing has.</summary>
    public string Sha256 { get; }

    /// <summary>The name of its git object.</summary>
    public string Oid { get; }

    /// <summary>What git holds in the place of a large file.</summary>
    public string Pointer => string.Create(CultureInfo.InvariantCulture, $"version https://git-lfs.github.com/spec/v1\noid sha256:{Sha256}\nsize {Length}\n");

    public static TestFile Plain(string path, byte[] bytes) => new(path, bytes.Length, false, [(0, bytes)], null);

    public static TestFile Plain(string path, string text) => Plain(path, Encoding.UTF8.GetBytes(text));

    public static TestFile Large(string path, byte[] bytes) => new(path, bytes.Length, true, [(0, bytes)], null);

    /// <summary>A large file of <paramref name="length"/> bytes that are zero but for some pieces.</summary>
    public static TestFile Sparse(string path, long length, params (long Offset, byte[] Bytes)[] pieces) => new(path, length, true, pieces, null);

    /// <summary>The same file under the digest of another.</summary>
    public TestFile Claiming(string sha256) => new(Path, Length, IsLarge, _pieces, sha256);

    /// <summary>Fills <paramref name="destination"/> with what lies at <paramref name="offset"/>.</summary>
    public void Read(long offset, Span<byte> destination)
    {
        destination.Clear();
        foreach ((long at, byte[] bytes) in _pieces)
        {
            long from = Math.Max(at, offset);
            long to = Math.Min(at + bytes.Length, offset + destination.Length);
            if (from < to)
            {
                bytes.AsSpan((int)(from - at), (int)(to - from)).CopyTo(destination[(int)(from - offset)..]);
            }
        }
    }

    public byte[] ToArray()
    {
        byte[] bytes = new byte[Length];
        Read(0, bytes);
        return bytes;
    }

    private static string Invented(long length, (long Offset, byte[] Bytes)[] pieces)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] number = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(number, length);
        hash.AppendData(number);
        foreach ((_, byte[] bytes) in pieces)
        {
            hash.AppendData(bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

#pragma warning disable CA5350 // Git names its objects by SHA-1.
    private static string BlobName(byte[] bytes) =>
        Convert.ToHexStringLower(SHA1.HashData([.. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"blob {bytes.Length}\0")), .. bytes]));
#pragma warning restore CA5350
}
