// The files of a Debian package.
using System.Globalization;
using System.IO.Compression;
using System.Text;
using Assay.Bytes;
using Assay.Codecs;

namespace Assay.Derivation;

/// <summary>A Debian package: an <c>ar</c> archive whose member <c>data.tar.*</c> holds the files.</summary>
internal static class DebianPackage
{
    private const int Header = 60;

    /// <summary>The tar with the files.</summary>
    public static Stream Data(string package, byte[] file)
    {
        if (!file.AsSpan().StartsWith("!<arch>\n"u8))
            throw new InvalidDataException($"{package} is no Debian package.");

        for (int at = 8; at + Header <= file.Length;)
        {
            string name = Encoding.ASCII.GetString(file, at, 16).TrimEnd(' ', '/');
            if (!int.TryParse(Encoding.ASCII.GetString(file, at + 48, 10).TrimEnd(), NumberStyles.None, CultureInfo.InvariantCulture, out int length) || length > file.Length - at - Header)
                break;

            if (name.StartsWith("data.tar", StringComparison.Ordinal))
                return Tar(name, file.AsMemory(at + Header, length));

            at += Header + length + (length & 1);
        }

        throw new InvalidDataException($"{package} has no files.");
    }

    private static MemoryStream Tar(string name, ReadOnlyMemory<byte> data)
    {
        CodecKind? kind = name switch
        {
            "data.tar.xz" => CodecKind.Xz,
            "data.tar.zst" => CodecKind.Zstd,
            "data.tar.gz" => CodecKind.Gzip,
            "data.tar.bz2" => CodecKind.Bzip2,
            "data.tar" => null,
            _ => throw new InvalidDataException($"{name} is not read."),
        };
        if (kind is not { } packed)
            return new MemoryStream(data.ToArray());

        MemorySource source = new(data);
        Inflated inflated = Codec.Inflate(packed, source, new ByteRange(0, source.Length), new ScanBudget(new ScanLimits { InflatedBytes = 8L << 30, Memory = 8L << 30 }, TimeProvider.System), new MemoryScratch());
        byte[] bytes = new byte[inflated.Bytes.Length];
        return inflated.Error is null && inflated.Bytes.ReadAt(0, bytes) == bytes.Length ? new MemoryStream(bytes) : throw new InvalidDataException($"{name}: {inflated.Error}");
    }
}
