// One remote file: the parts of it that are here, and the way to the others.
using Assay.Bytes;
using Assay.Hub.Http;
using Assay.Hub.Protocol;

namespace Assay.Hub.Reading;

/// <summary>Whether servers still answer: after some files in a row that failed for good, no further one is waited for.</summary>
internal sealed class ServerHealth
{
    private const int MostFailures = 3;
    private int _failures;
    private string _last = "";

    /// <summary>Throws where it is known that no answer will come.</summary>
    public void Check()
    {
        if (Volatile.Read(ref _failures) >= MostFailures)
        {
            throw new RemoteException(RemoteFault.Network, $"The server failed {MostFailures} times in a row and is not asked again: {_last}");
        }
    }

    /// <summary>Notes how a fetch ended.</summary>
    public void Note(RemoteException? failure)
    {
        if (failure is null)
        {
            Volatile.Write(ref _failures, 0);
        }
        else if (failure.Fault is RemoteFault.Network or RemoteFault.TooSlow or RemoteFault.ServerError or RemoteFault.RateLimited or RemoteFault.Certificate)
        {
            _last = failure.Message;
            Interlocked.Increment(ref _failures);
        }
    }
}

/// <summary>One remote file. All who read it share what came; one fetch is under way at a time.</summary>
internal sealed class RemoteContent(RemoteFile file, RangeOrigin origin, FileBlocks blocks, ServerHealth health, CancellationToken cancellation) : IDisposable
{
    private const int MostAtOnce = 4 << 20;
    private const int MostMisses = 20;
    private readonly SemaphoreSlim _turn = new(1);
    private volatile RemoteException? _failure;
    private bool _isPrepared;

    /// <summary>The file.</summary>
    public RemoteFile File => file;

    /// <summary>Where it comes from.</summary>
    public RangeOrigin Origin => origin;

    /// <summary>Whether all of it is here.</summary>
    public bool IsWhole => blocks.IsWhole;

    /// <summary>Why nothing more can be had of it, or null.</summary>
    public RemoteException? Failure => _failure;

    /// <summary>Fetches what readers will want first. It does not throw: whoever reads is told.</summary>
    public async Task PrepareAsync()
    {
        try
        {
            await _turn.WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        try
        {
            if (!_isPrepared && _failure is null)
            {
                _isPrepared = true;
                await FencedAsync(FirstAsync).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is RemoteException or OperationCanceledException)
        {
            // Kept for those who read.
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Copies what lies at an offset; <paramref name="window"/> is how much is fetched where it is not here.</summary>
    public int Read(long offset, Span<byte> destination, Func<long, int> window)
    {
        int wanted = (int)Math.Min(destination.Length, file.Size - offset);
        int done = 0;
        int missed = 0;
        while (done < wanted)
        {
            int read = blocks.Read(offset + done, destination[done..wanted]);
            done += read;
            missed = read == 0 ? missed + 1 : 0;
            if (missed > MostMisses)
            {
                // Others may have pushed out what had just come, but not so often.
                throw new RemoteException(RemoteFault.Network, $"{file.Path} cannot be kept while it is read.");
            }

            if (read == 0)
            {
                long first = (offset + done) / FileBlocks.BlockSize;
                long end = (offset + wanted + FileBlocks.BlockSize - 1) / FileBlocks.BlockSize;
                FillAsync(first, end, window).GetAwaiter().GetResult();
            }
        }

        return done;
    }

    /// <summary>Waits for what is under way, which ends where the cancellation was asked for.</summary>
    public void Dispose()
    {
        _turn.Wait();
        _turn.Dispose();
    }

    private async Task FillAsync(long first, long end, Func<long, int> window)
    {
        await PrepareAsync().ConfigureAwait(false);
        await _turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (blocks.Missing(first, first + 1) is var (from, to) && from < to)
            {
                await FencedAsync(() => FetchAsync(from, Math.Max(end, from + window(from)))).ConfigureAwait(false);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task FencedAsync(Func<Task> work)
    {
        if (_failure is { } before)
        {
            throw new RemoteException(before.Fault, before.Message);
        }

        try
        {
            health.Check();
            await work().ConfigureAwait(false);
            health.Note(null);
        }
        catch (RemoteException e)
        {
            _failure = e;
            health.Note(e);
            throw;
        }
    }

    private async Task FirstAsync()
    {
        if (file.Size == 0)
        {
            return;
        }

        if (ReadPlan.IsWhole(file))
        {
            await FetchAsync(0, blocks.Blocks).ConfigureAwait(false);
            Verify();
            return;
        }

        long headEnd = ReadPlan.Head / FileBlocks.BlockSize;
        long tailFirst = Math.Max((file.Size - ReadPlan.Tail) / FileBlocks.BlockSize, headEnd);
        await TogetherAsync([(0, headEnd), .. ReadPlan.Places(file.Size).Select(p => (p / FileBlocks.BlockSize, (p / FileBlocks.BlockSize) + 1)), (tailFirst, blocks.Blocks)]).ConfigureAwait(false);
        byte[] begin = Copy(0, ReadPlan.Head);
        byte[] end = begin.AsSpan().StartsWith("PK"u8) ? Copy(Math.Max(0, file.Size - ReadPlan.Tail), ReadPlan.Tail) : [];
        foreach ((long from, long to) in ReadPlan.Next(begin, end, file.Size))
        {
            await FetchAsync(from / FileBlocks.BlockSize, (to + FileBlocks.BlockSize - 1) / FileBlocks.BlockSize).ConfigureAwait(false);
        }
    }

    private byte[] Copy(long offset, int length)
    {
        byte[] bytes = new byte[(int)Math.Min(length, file.Size - offset)];
        int read = blocks.Read(offset, bytes);
        return read == bytes.Length ? bytes : bytes[..read];
    }

    /// <summary>Fetches what is missing of several places, with one request where the server can, else with one for each, side by side.</summary>
    private async Task TogetherAsync(IEnumerable<(long First, long End)> places)
    {
        List<(long First, long End)> missing = [];
        foreach ((long first, long end) in places)
        {
            (long First, long End) part = blocks.Missing(missing.Count > 0 ? Math.Max(first, missing[^1].End) : first, end);
            if (part.First < part.End)
            {
                missing.Add(part);
            }
        }

        if (missing.Count > 1)
        {
            (long From, byte[] Bytes)[] parts = [.. missing.Select(m => Part(m.First, m.End))];
            if (await origin.TryFetchTogetherAsync(parts, cancellation).ConfigureAwait(false))
            {
                for (int at = 0; at < parts.Length; at++)
                {
                    blocks.Add(missing[at].First, parts[at].Bytes);
                }

                return;
            }
        }

        await Task.WhenAll(missing.Select(m => FetchAsync(m.First, m.End))).ConfigureAwait(false);
    }

    /// <summary>Fetches what is missing of the blocks from <paramref name="first"/> on and before <paramref name="end"/>.</summary>
    private async Task FetchAsync(long first, long end)
    {
        while (blocks.Missing(first, end) is var (from, to) && from < to)
        {
            to = Math.Min(to, from + (MostAtOnce / FileBlocks.BlockSize));
            (long offset, byte[] bytes) = Part(from, to);
            await origin.FetchAsync(offset, bytes, cancellation).ConfigureAwait(false);
            blocks.Add(from, bytes);
            first = to;
        }
    }

    /// <summary>A small file has come whole: where the listing gives its digest, it must have it.</summary>
    private void Verify()
    {
        byte[] all = Copy(0, (int)file.Size);
        if (all.Length == file.Size && !ContentDigest.Fits(file, all))
        {
            throw new RemoteException(RemoteFault.WrongDigest, $"{file.Path} is not what the listing says: its digest is another.");
        }
    }

    private (long From, byte[] Bytes) Part(long first, long end)
    {
        long from = first * FileBlocks.BlockSize;
        return (from, new byte[(int)(Math.Min(end * FileBlocks.BlockSize, file.Size) - from)]);
    }

    /// <summary>What a failure is for those who scan.</summary>
    internal static ScanStopException Stop(RemoteException e, long offset) => new(
        e.Fault is RemoteFault.Changed or RemoteFault.WrongDigest or RemoteFault.NoEntry ? StopReason.Changed : StopReason.InputOutput, e.Message, offset);
}
