// The Python files of a folder or an archive.
using System.Formats.Tar;
using System.IO.Compression;

namespace Assay.EffectBuilder;

/// <summary>The Python files of a folder, a wheel, an sdist or a Debian package, by their paths in it.</summary>
internal static class SourceFiles
{
    private const int LongestFile = 16 << 20;

    /// <summary>The files.</summary>
    public static IEnumerable<(string Path, byte[] Bytes)> Of(string path) => path switch
    {
        _ when Directory.Exists(path) => Folder(path),
        _ when path.EndsWith(".whl", StringComparison.Ordinal) || path.EndsWith(".zip", StringComparison.Ordinal) => Zip(path),
        _ when path.EndsWith(".tar.gz", StringComparison.Ordinal) || path.EndsWith(".tgz", StringComparison.Ordinal) => Tar(new GZipStream(File.OpenRead(path), CompressionMode.Decompress)),
        _ when path.EndsWith(".deb", StringComparison.Ordinal) => Tar(DebianPackage.Data(path)),
        _ when path.EndsWith(".py", StringComparison.Ordinal) && File.Exists(path) => [(Path.GetFileName(path), File.ReadAllBytes(path))],
        _ => throw new InvalidDataException($"{path} is no folder, wheel, sdist or Debian package."),
    };

    // A folder that is a package itself keeps its name. Links are not followed: they lead out of the tree, or round in it.
    private static IEnumerable<(string, byte[])> Folder(string folder)
    {
        string root = Path.GetFullPath(folder);
        string top = File.Exists(Path.Combine(root, "__init__.py")) ? Path.GetDirectoryName(root)! : root;
        EnumerationOptions all = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
        foreach (string file in Directory.EnumerateFiles(root, "*.py", all).Order(StringComparer.Ordinal))
        {
            if (new FileInfo(file).Length <= LongestFile)
                yield return (Path.GetRelativePath(top, file).Replace('\\', '/'), File.ReadAllBytes(file));
        }
    }

    private static IEnumerable<(string, byte[])> Zip(string path)
    {
        using ZipArchive archive = ZipFile.OpenRead(path);
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
