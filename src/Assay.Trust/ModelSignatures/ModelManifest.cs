// The files of a model with their digests, as OpenSSF Model Signing lists them.
using System.Globalization;
using System.Security.Cryptography;
using Assay.Hosting;
using Assay.Hosting.Files;

namespace Assay.Trust.ModelSignatures;

/// <summary>A file of a model, or a range of one, and its digest in lower-case hex.</summary>
public sealed record ModelResource(string Name, string Digest);

/// <summary>How a manifest was made: whole files, or ranges of <see cref="ShardSize"/> bytes; which paths are left out; whether links are followed.</summary>
public sealed record ModelSerialization
{
    /// <summary>What is left out in any case.</summary>
    public static IReadOnlyList<string> AlwaysIgnored { get; } = [".git", ".gitattributes", ".github", ".gitignore"];

    /// <summary>The bytes of a range, or null for whole files.</summary>
    public long? ShardSize { get; init; }

    /// <summary>Whether links are followed.</summary>
    public bool AllowSymlinks { get; init; }

    /// <summary>Paths below the model that are left out, with all that lies below them.</summary>
    public IReadOnlyList<string> IgnorePaths { get; init; } = [];
}

/// <summary>The files of a model (specification of OpenSSF Model Signing 1.0, section 6): every regular file below a folder, or one file, in the order of code points.</summary>
public static class ModelManifest
{
    private const int MostFiles = 1_000_000;

    /// <summary>Lists the files of the model at <paramref name="path"/>.</summary>
    /// <exception cref="SettingException">There is none, one of them cannot be read, or is a link where links are not allowed.</exception>
    public static IReadOnlyList<ModelResource> Of(string path, ModelSerialization how, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(how);
        List<ModelResource> resources = [];
        try
        {
            foreach ((string name, string file) in Files(path, how))
            {
                cancellation.ThrowIfCancellationRequested();
                resources.AddRange(Digests(name, file, how.ShardSize));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SettingException($"The model {path} cannot be read: {FileFault.Of(e)}.");
        }

        resources.Sort((a, b) => CompareCodePoints(a.Name, b.Name));
        return resources.Count > 0 ? resources : throw new SettingException($"The model {path} holds no files.");
    }

    /// <summary>The digest over the digests of all resources.</summary>
    public static string Root(IEnumerable<ModelResource> resources)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (ModelResource resource in resources)
        {
            hash.AppendData(Convert.FromHexString(resource.Digest));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static List<(string Name, string File)> Files(string path, ModelSerialization how)
    {
        if (!Directory.Exists(path))
        {
            return RealPath.Of(path) is { } real && FileKinds.Of(real) == FileKind.Regular
                ? [(Path.GetFileName(path), real)]
                : throw new SettingException($"There is no model at {path}.");
        }

        HashSet<string> ignored = [.. ModelSerialization.AlwaysIgnored, .. how.IgnorePaths];
        List<(string, string)> files = [];
        Stack<string> folders = new([""]);
        HashSet<string> seen = [RealPath.Of(path) ?? path];
        while (folders.TryPop(out string? folder))
        {
            foreach (FileSystemInfo entry in new DirectoryInfo(Path.Join(path, folder)).EnumerateFileSystemInfos())
            {
                string name = folder.Length == 0 ? entry.Name : $"{folder}/{entry.Name}";
                if (ignored.Contains(name))
                {
                    continue;
                }

                bool isLink = entry.LinkTarget is not null;
                string? real = isLink ? RealPath.Of(entry.FullName) : entry.FullName;
                if (isLink && (!how.AllowSymlinks || real is null))
                {
                    throw new SettingException($"The model {path} cannot be used: {name} is a link{(how.AllowSymlinks ? " that leads nowhere" : "")}.");
                }

                switch (FileKinds.Of(real!))
                {
                    case FileKind.Directory:
                        // A link to a folder that was entered already leads round in a circle.
                        if (!isLink || seen.Add(real!))
                        {
                            folders.Push(name);
                        }

                        break;
                    case FileKind.Regular when files.Count < MostFiles:
                        files.Add((name, real!));
                        break;
                    default:
                        throw new SettingException($"The model {path} cannot be used: {(files.Count == MostFiles ? "it has too many files" : $"{name} is no regular file")}.");
                }
            }
        }

        return files;
    }

    private static IEnumerable<ModelResource> Digests(string name, string file, long? shard)
    {
        using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20, FileOptions.SequentialScan);
        if (shard is not { } size)
        {
            yield return new ModelResource(name, Convert.ToHexStringLower(SHA256.HashData(stream)));
            yield break;
        }

        byte[] piece = new byte[1 << 20];
        for (long start = 0; start < stream.Length; start += size)
        {
            long end = Math.Min(start + size, stream.Length);
            using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            for (long left = end - start; left > 0;)
            {
                int read = stream.ReadAtLeast(piece.AsSpan(0, (int)Math.Min(left, piece.Length)), 1);
                hash.AppendData(piece.AsSpan(0, read));
                left -= read;
            }

            yield return new ModelResource(string.Create(CultureInfo.InvariantCulture, $"{name}:{start}:{end}"), Convert.ToHexStringLower(hash.GetHashAndReset()));
        }
    }

    /// <summary>The order of code points, which ordinal order is not where there are surrogates.</summary>
    internal static int CompareCodePoints(string a, string b) => System.Text.Encoding.UTF8.GetBytes(a).AsSpan().SequenceCompareTo(System.Text.Encoding.UTF8.GetBytes(b));
}
