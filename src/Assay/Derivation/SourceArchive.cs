// The Python files of an archive.
using System.Formats.Tar;
using System.IO.Compression;

namespace Assay.Derivation;

/// <summary>The Python files of a wheel, an sdist or a Debian package, by their paths in it.</summary>
internal static class SourceArchive
{
    public const int LongestFile = 16 << 20;

    /// <summary>The files, by what the name of the archive says that it is.</summary>
    /// <exception cref="InvalidDataException">It is none of these, or does not hold together.</exception>
    public static IEnumerable<(string Path, byte[] Bytes)> Of(string name, byte[] archive) => name switch
    {
        _ when name.EndsWith(".whl", StringComparison.Ordinal) || name.EndsWith(".zip", StringComparison.Ordinal) => Zip(archive),
        _ when name.EndsWith(".tar.gz", StringComparison.Ordinal) || name.EndsWith(".tgz", StringComparison.Ordinal) => Tar(new GZipStream(new MemoryStream(archive), CompressionMode.Decompress)),
        _ when name.EndsWith(".deb", StringComparison.Ordinal) => Tar(DebianPackage.Data(name, archive)),
        _ => throw new InvalidDataException($"{name} is no wheel, sdist or Debian package."),
    };

    private static IEnumerable<(string, byte[])> Zip(byte[] bytes)
    {
        using ZipArchive archive = new(new MemoryStream(bytes));
        foreach (ZipArchiveEntry entry in archive.Entries)
        {
            if (!entry.FullName.EndsWith(".py", StringComparison.Ordinal) || entry.Length > LongestFile)
                continue;

            using Stream stream = entry.Open();
            yield return (entry.FullName, Read(stream));
        }
    }

    private static IEnumerable<(string, byte[])> Tar(Stream stream)
    {
        using TarReader archive = new(stream);
        while (archive.GetNextEntry() is { } entry)
        {
            if (entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile && entry.Name.EndsWith(".py", StringComparison.Ordinal) && entry.Length <= LongestFile && entry.DataStream is { } data)
                yield return (entry.Name.TrimStart('.', '/'), Read(data));
        }
    }

    private static byte[] Read(Stream stream)
    {
        using MemoryStream bytes = new();
        byte[] buffer = new byte[1 << 16];
        for (int read; (read = stream.Read(buffer)) > 0;)
        {
            bytes.Write(buffer, 0, read);
            if (bytes.Length > LongestFile)
                throw new InvalidDataException("A file is longer than its archive says.");
        }

        return bytes.ToArray();
    }
}
