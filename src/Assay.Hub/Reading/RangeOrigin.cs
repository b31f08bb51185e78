// Where the bytes of one remote file come from.
using System.Globalization;
using Assay.Hub.Http;
using Assay.Hub.Protocol;
using Assay.Hub.Secrets;

namespace Assay.Hub.Reading;

/// <summary>
/// Fetches parts of one file. What the server says about the part and about the size of the whole must be what was asked for and what was listed, and the content
/// must bear the same tag each time; otherwise the file is not the one that the scan began with.
/// </summary>
internal sealed class RangeOrigin(RemoteServers servers, RemoteFile file, Uri place, Uri? direct = null)
{
    private const int CopyStep = 128 << 10;

    /// <summary>What has to come in between, so that broken connections do not count.</summary>
    private const long LeastProgress = 1 << 20;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, string> _versions = new(StringComparer.OrdinalIgnoreCase);
    private Uri? _direct = direct;

    /// <summary>Who may read it.</summary>
    public AccessToken? Bearer { get; init; }

    /// <summary>The key by which requests for it are signed.</summary>
    public BucketKey? SignedBy { get; init; }

    /// <summary>Whose secret goes with it.</summary>
    public Credentials Credentials { get; init; } = Credentials.Hub;

    /// <summary>What the server called the content, or when it was last changed, when the file was first seen.</summary>
    public (Uri Place, string? Version) FirstSeen
    {
        init
        {
            if (value.Version is { } version)
            {
                _versions[value.Place.Authority] = version;
            }
        }
    }

    /// <summary>Fills <paramref name="destination"/> with what lies at <paramref name="from"/>. A connection that breaks is taken up where it broke.</summary>
    /// <exception cref="RemoteException">It cannot be had, or it is not the file that was listed.</exception>
    public async Task FetchAsync(long from, Memory<byte> destination, CancellationToken cancellation)
    {
        int done = 0;
        bool isWhole = from == 0 && destination.Length == file.Size;
        await AskAsync(
            () => [(from + done, from + destination.Length - 1)],
            async answer =>
            {
                if (answer.Status == 200 && isWhole)
                {
                    // A server that knows no ranges gives the whole from its start.
                    done = 0;
                    if (answer.BodyLength is { } length && length != file.Size)
                    {
                        throw Changed(length);
                    }
                }
                else if (answer.Status == 200)
                {
                    throw new RemoteException(RemoteFault.NoRanges, $"{answer.Place.Host} gives no parts of a file, and {Size(file.Size)} bytes are not read for a few.");
                }
                else
                {
                    Check(answer, from + done);
                }

                while (done < destination.Length)
                {
                    int read = await answer.ReadAsync(destination[done..], cancellation).ConfigureAwait(false);
                    if (read == 0)
                    {
                        throw new RemoteException(RemoteFault.Network, $"The connection to {answer.Place.Host} broke.") { IsPassing = true };
                    }

                    done += read;
                    servers.Count(read);
                }

                if (answer.Status == 200 && await answer.ReadAsync(new byte[1], cancellation).ConfigureAwait(false) > 0)
                {
                    throw Changed(file.Size + 1);
                }

                return true;
            },
            cancellation).ConfigureAwait(false);
    }

    /// <summary>
    /// Hands everything from <paramref name="from"/> on to <paramref name="take"/>, as it comes. A connection that breaks is taken up where it broke, as often as
    /// something came in between.
    /// </summary>
    public async Task CopyAsync(long from, Func<ReadOnlyMemory<byte>, ValueTask> take, CancellationToken cancellation)
    {
        byte[] step = new byte[CopyStep];
        long done = from;
        while (done < file.Size)
        {
            long before = done;
            try
            {
                await AskAsync(() => done == 0 ? [] : [(done, file.Size - 1)], CopyAsync, cancellation).ConfigureAwait(false);
            }
            catch (RemoteException e) when (e.IsPassing && done - before >= LeastProgress)
            {
                // Much of it came: that was no attempt in vain.
            }
        }

        async Task<bool> CopyAsync(RemoteAnswer answer)
        {
            if (answer.Status != 200)
            {
                Check(answer, done);
            }
            else if (done > 0)
            {
                throw new RemoteException(RemoteFault.NoRanges, $"{answer.Place.Host} does not go on in the middle of a file.");
            }
            else if (answer.BodyLength is { } length && length != file.Size)
            {
                throw Changed(length);
            }

            while (await answer.ReadAsync(step, cancellation).ConfigureAwait(false) is > 0 and int read)
            {
                if (done + read > file.Size)
                {
                    throw Changed(file.Size + 1);
                }

                await take(step.AsMemory(0, read)).ConfigureAwait(false);
                done += read;
                servers.Count(read);
            }

            return done == file.Size ? true : throw new RemoteException(RemoteFault.Network, $"The connection to {answer.Place.Host} broke.") { IsPassing = true };
        }
    }

    /// <summary>Fetches several parts with one request, where the server can (RFC 9110, 14.6); false where it cannot, and then nothing is fetched.</summary>
    public async Task<bool> TryFetchTogetherAsync(IReadOnlyList<(long From, byte[] Bytes)> parts, CancellationToken cancellation)
    {
        string server = (Direct ?? place).Authority;
        if (!await servers.Traits.MayAskTogetherAsync(server, cancellation).ConfigureAwait(false))
        {
            return false;
        }

        bool? could = null;
        try
        {
            could = await AskAsync(
                () => [.. parts.Select(p => (p.From, p.From + p.Bytes.Length - 1))],
                async answer =>
                {
                    if (answer.Status != 206 || MultipartRanges.Boundary(answer.ContentType) is not { } boundary)
                    {
                        return false;
                    }

                    int limit = parts.Sum(p => p.Bytes.Length) + (parts.Count * MultipartRanges.LongestHead);
                    byte[] body = await answer.ReadAllAsync(limit, cancellation).ConfigureAwait(false);
                    servers.Count(body.Length);
                    return MultipartRanges.TryRead(body, boundary, file.Size, parts, out long? other) ? true : other is { } size ? throw Changed(size) : false;
                },
                cancellation).ConfigureAwait(false);
            return could.Value;
        }
        catch (RemoteException e) when (e.Fault is RemoteFault.Changed or RemoteFault.Malformed or RemoteFault.Forbidden)
        {
            // Some servers refuse what they do not know. Whether something is wrong with the file, asking for one part shows.
            could = false;
            return false;
        }
        finally
        {
            servers.Traits.Told(server, could);
        }
    }

    private Uri? Direct
    {
        get
        {
            lock (_lock)
            {
                return _direct;
            }
        }
    }

    /// <summary>Asks where the file was last found; a place that is no longer good is looked for again.</summary>
    private async Task<T> AskAsync<T>(Func<(long From, long To)[]> ranges, Func<RemoteAnswer, Task<T>> use, CancellationToken cancellation)
    {
        Uri? known = Direct;
        try
        {
            return await AskAsync(known ?? place, ranges, use, cancellation).ConfigureAwait(false);
        }
        catch (RemoteException e) when (known is not null && e.Fault is RemoteFault.Forbidden or RemoteFault.NoEntry or RemoteFault.NoRepository or RemoteFault.Gated)
        {
            lock (_lock)
            {
                _direct = null;
            }

            return await AskAsync(place, ranges, use, cancellation).ConfigureAwait(false);
        }
    }

    private Task<T> AskAsync<T>(Uri at, Func<(long From, long To)[]> ranges, Func<RemoteAnswer, Task<T>> use, CancellationToken cancellation) => servers.UseAsync(
        () => new RemoteRequest(at) { Ranges = ranges(), Bearer = at == place ? Bearer : null, SignedBy = at == place ? SignedBy : null, Credentials = Credentials },
        answer =>
        {
            if (!answer.IsPlain)
            {
                throw new RemoteException(RemoteFault.Malformed, $"{answer.Place.Host} packs what it should give as it is.");
            }

            lock (_lock)
            {
                _direct = answer.Place != place ? answer.Place : _direct;
                if (answer.Version is { } version && !_versions.TryAdd(answer.Place.Authority, version) && _versions[answer.Place.Authority] != version)
                {
                    throw new RemoteException(RemoteFault.Changed, $"{file.Path} was exchanged on {answer.Place.Host} while it was read.");
                }
            }

            return use(answer);
        },
        cancellation);

    private void Check(RemoteAnswer answer, long from)
    {
        if (answer.Part is not { } part || part.From != from)
        {
            throw new RemoteException(RemoteFault.Malformed, $"{answer.Place.Host} gives another part of the file than it was asked for.");
        }

        if (part.Size is { } size && size != file.Size)
        {
            throw Changed(size);
        }
    }

    private RemoteException Changed(long size) =>
        new(RemoteFault.Changed, $"{file.Path} is listed with {Size(file.Size)} bytes and given with {(size > file.Size && size == file.Size + 1 ? "more" : Size(size))}.");

    private static string Size(long size) => size.ToString(CultureInfo.InvariantCulture);
}
