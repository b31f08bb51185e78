// The folder of blocks that were read before, so that a scan that broke off goes on where it was.
using System.Globalization;
using System.Security.Cryptography;
using Assay.Hosting.Files;

namespace Assay.Hub.Reading;

/// <summary>
/// Keeps runs of blocks as files of their own, each with its digest behind it: what was cut or damaged is not there. A name is made of the server, what the server
/// calls the content, and the size, so that no server can put words into the mouth of another. Several programs may share the folder.
/// </summary>
internal sealed class BlockFolder
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private readonly string _root;
    private long _left;

    private BlockFolder(string root, long left)
    {
        _root = root;
        _left = left;
    }

    /// <summary>The folder at <paramref name="path"/>, made where it is not there, and brought below <paramref name="limit"/> bytes; null where it cannot be used.</summary>
    public static BlockFolder? TryOpen(string path, long limit)
    {
        try
        {
            MakeFolder(path);
            return new BlockFolder(path, limit - Shrink(path, limit));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The name of a content.</summary>
    public static string Key(Uri server, string identity, long size) =>
        Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{server.GetLeftPart(UriPartial.Authority)}\n{identity}\n{size}"))));

    /// <summary>The runs of a content that are there.</summary>
    public IEnumerable<(long First, int Length, string File)> Find(string key)
    {
        List<(long, int, string)> runs = [];
        try
        {
            DirectoryInfo folder = new(FolderOf(key));
            if (folder.Exists)
            {
                foreach (FileInfo file in folder.EnumerateFiles())
                {
                    string[] parts = file.Name.Split('-');
                    if (parts.Length == 2 && long.TryParse(parts[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out long first)
                        && int.TryParse(parts[1], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int length) && file.Length == length + (long)SHA256.HashSizeInBytes)
                    {
                        runs.Add((first, length, file.FullName));
                    }
                }

                // What is used stays longest.
                folder.LastWriteTimeUtc = DateTime.UtcNow;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }

        return runs;
    }

    /// <summary>Writes a run; returns where it lies, or null where it could not be written.</summary>
    public string? Write(string key, long first, byte[] bytes)
    {
        if (Interlocked.Add(ref _left, -bytes.Length) < 0)
        {
            // The bound is held without looking at the whole folder again: the next program makes room.
            return null;
        }

        string folder = FolderOf(key);
        string file = Path.Join(folder, string.Create(CultureInfo.InvariantCulture, $"{first:x}-{bytes.Length:x}"));
        try
        {
            MakeFolder(folder);
            WholeFile.Write(file, stream =>
            {
                stream.Write(bytes);
                stream.Write(SHA256.HashData(bytes));
            }, replace: true, isLasting: false, temporary: file + "." + Guid.NewGuid().ToString("N"));
            return file;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Reads a run; null where it is gone or not what was written.</summary>
    public static byte[]? Read(string file, int length)
    {
        try
        {
            byte[] all = File.ReadAllBytes(file);
            return all.Length == length + SHA256.HashSizeInBytes && SHA256.HashData(all.AsSpan(0, length)).AsSpan().SequenceEqual(all.AsSpan(length)) ? all[..length] : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private string FolderOf(string key) => Path.Join(_root, key[..2], key);

    private static void MakeFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, OwnerOnly);
        }
    }

    /// <summary>Takes away the contents that were not used for longest until a quarter of the bound is free; returns how many bytes are left.</summary>
    private static long Shrink(string root, long limit)
    {
        List<(DirectoryInfo Folder, long Size)> contents = [];
        long all = 0;
        foreach (DirectoryInfo group in new DirectoryInfo(root).EnumerateDirectories())
        {
            foreach (DirectoryInfo folder in group.EnumerateDirectories())
            {
                long size = folder.EnumerateFiles().Sum(f => f.Length);
                contents.Add((folder, size));
                all += size;
            }
        }

        if (all <= limit / 4 * 3)
        {
            return all;
        }

        foreach ((DirectoryInfo folder, long size) in contents.OrderBy(c => c.Folder.LastWriteTimeUtc))
        {
            if (all <= limit / 2)
            {
                break;
            }

            folder.Delete(recursive: true);
            all -= size;
        }

        return all;
    }
}
