// Brings whole files here: in pieces that survive a broken connection or a killed program, and with the digest that was promised.
using System.Buffers;
using Assay.Artifacts;
using Assay.Hub.Bundles;
using Assay.Hub.Http;
using Assay.Hub.Protocol;
using Assay.Hub.Reading;

namespace Assay.Hub.Pulling;

/// <summary>
/// Brings files of a bundle into a folder. A file lies under its name only when all of it is there and has its digest; until then it lies among the parts, and the
/// next attempt goes on where this one ended.
/// </summary>
public sealed class FileFetch(RemoteBundle bundle, string folder)
{
    private const string Parts = ".parts";

    /// <summary>Characters that mean something else than a name to Windows.</summary>
    private static readonly SearchValues<char> s_otherMeaning = SearchValues.Create("\\:*?\"<>|");
    private long _fetched;

    /// <summary>How many bytes are here.</summary>
    public long Fetched => Interlocked.Read(ref _fetched);

    /// <summary>Brings one file; it is here already where an earlier attempt had all of it.</summary>
    /// <exception cref="RemoteException">The server does not give it, or gives another.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    public async Task FetchAsync(string name, CancellationToken cancellation = default)
    {
        RemoteContent content = bundle.ContentOf(name) ?? throw new RemoteException(RemoteFault.NoEntry, $"There is no {name}.");
        string target = PlaceOf(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        if (File.Exists(target))
        {
            if (await IsWholeAsync(content.File, target, cancellation).ConfigureAwait(false))
            {
                Interlocked.Add(ref _fetched, content.File.Size);
                return;
            }

            File.Delete(target);
        }

        string parts = Path.Join(folder, Parts);
        Directory.CreateDirectory(parts);
        string part = Path.Join(parts, BlockFolder.Key(new Uri("file:///"), name + "\n" + content.File.Identity, content.File.Size)[..32]);
        await using (FileStream stream = new(part, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.Asynchronous))
        {
            await FillAsync(content, stream, name, cancellation).ConfigureAwait(false);
        }

        File.Move(part, target);
    }

    /// <summary>Takes away what is left of parts, when everything is there.</summary>
    public void Finish()
    {
        string parts = Path.Join(folder, Parts);
        if (Directory.Exists(parts))
        {
            Directory.Delete(parts, recursive: true);
        }
    }

    /// <summary>Where a file of a bundle lies in a folder.</summary>
    /// <exception cref="RemoteException">The name leads out of the folder, or means something else to this system.</exception>
    internal static string PlaceOf(string folder, string name)
    {
        string place = Path.GetFullPath(Path.Join(folder, name));
        bool plain = BundleName.IsPlain(name) && !name.StartsWith(Parts + "/", StringComparison.OrdinalIgnoreCase) && !name.Equals(Parts, StringComparison.OrdinalIgnoreCase)
            && name.AsSpan().IndexOfAnyInRange('\0', '\u001f') < 0
            && (!OperatingSystem.IsWindows() || name.AsSpan().IndexOfAny(s_otherMeaning) < 0)
            && place == Path.Join(Path.GetFullPath(folder), name.Replace('/', Path.DirectorySeparatorChar));
        return plain ? place : throw new RemoteException(RemoteFault.Refused, "A file of the repository has a name that no file here should have.");
    }

    private async Task FillAsync(RemoteContent content, FileStream stream, string name, CancellationToken cancellation)
    {
        RemoteFile file = content.File;
        using ContentDigest digest = new(file);
        if (stream.Length > file.Size)
        {
            stream.SetLength(0);
        }

        // What an earlier attempt has left counts as far as the digest of the whole will bear it out.
        byte[] step = new byte[1 << 18];
        while (await stream.ReadAsync(step, cancellation).ConfigureAwait(false) is > 0 and int read)
        {
            digest.Add(step.AsSpan(0, read));
            Interlocked.Add(ref _fetched, read);
        }

        await content.Origin.CopyAsync(
            stream.Length,
            async bytes =>
            {
                digest.Add(bytes.Span);
                await stream.WriteAsync(bytes, cancellation).ConfigureAwait(false);
                Interlocked.Add(ref _fetched, bytes.Length);
            },
            cancellation).ConfigureAwait(false);
        if (!digest.End(out _))
        {
            // Whoever tries again begins anew.
            stream.SetLength(0);
            Interlocked.Add(ref _fetched, -file.Size);
            throw new RemoteException(RemoteFault.WrongDigest, $"{name} has another digest than the listing promises, and is not kept.");
        }

        stream.Flush(flushToDisk: true);
    }

    private static async Task<bool> IsWholeAsync(RemoteFile file, string path, CancellationToken cancellation)
    {
        await using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.Asynchronous | FileOptions.SequentialScan);
        if (stream.Length != file.Size || !ContentDigest.IsPromised(file))
        {
            return false;
        }

        using ContentDigest digest = new(file);
        byte[] step = new byte[1 << 18];
        while (await stream.ReadAsync(step, cancellation).ConfigureAwait(false) is > 0 and int read)
        {
            digest.Add(step.AsSpan(0, read));
        }

        return digest.End(out _);
    }
}
