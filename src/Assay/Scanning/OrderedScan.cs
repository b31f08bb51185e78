// Scans inputs side by side and gives their results in the order of the inputs.
using System.Runtime.CompilerServices;
using Assay.Artifacts;
using Assay.Detection;

namespace Assay.Scanning;

/// <summary>
/// Scans inputs side by side. Results that are there before those of earlier inputs wait, a bounded number of them and of bytes in them; then no
/// further input is begun until the first is done.
/// </summary>
internal sealed class OrderedScan(Func<ScanInput, CancellationToken, ScanResult> scan, int jobs)
{
    private const int MostWaiting = 4096;
    private const long MostHeld = 64L << 20;
    private long _held;

    /// <summary>The results, in the order of <paramref name="inputs"/>.</summary>
    public async IAsyncEnumerable<ScanResult> Run(IEnumerable<ScanInput> inputs, [EnumeratorCancellation] CancellationToken cancellation)
    {
        Queue<Task<ScanResult>> waiting = new();
        SemaphoreSlim ended = new(0);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using IEnumerator<ScanInput> next = inputs.GetEnumerator();
        int running = 0;
        bool more = true;
        try
        {
            while (true)
            {
                while (ended.Wait(0, CancellationToken.None))
                {
                    running--;
                }

                while (more && running < jobs && waiting.Count < MostWaiting && Interlocked.Read(ref _held) < MostHeld)
                {
                    more = next.MoveNext();
                    if (more)
                    {
                        waiting.Enqueue(Start(next.Current, ended, stop.Token));
                        running++;
                    }
                }

                if (waiting.TryPeek(out Task<ScanResult>? first) && first.IsCompleted)
                {
                    ScanResult result = await waiting.Dequeue().ConfigureAwait(false);
                    Interlocked.Add(ref _held, -SizeOf(result));
                    yield return result;
                }
                else if (waiting.Count == 0 && !more)
                {
                    yield break;
                }
                else
                {
                    await ended.WaitAsync(CancellationToken.None).ConfigureAwait(false);
                    running--;
                }
            }
        }
        finally
        {
            // Whoever asked may have gone; what is under way ends before its inputs do.
            await stop.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(waiting.Cast<Task>()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private Task<ScanResult> Start(ScanInput input, SemaphoreSlim ended, CancellationToken cancellation)
    {
        Task<ScanResult> task = Task.Run(
            () =>
            {
                ScanResult result = scan(input, cancellation);
                Interlocked.Add(ref _held, SizeOf(result));
                return result;
            },
            CancellationToken.None);
        task.ContinueWith(_ => ended.Release(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return task;
    }

    /// <summary>About how many bytes of memory a result takes.</summary>
    private static long SizeOf(ScanResult result)
    {
        const long Bare = 400;
        if (result.Report is not { } report)
        {
            return Bare;
        }

        long size = Bare * (1 + report.Findings.Count + report.Waived.Count + report.Unread.Count + report.Events.Count + report.Facts.Count);
        foreach (Finding finding in report.Findings)
        {
            size += 2L * finding.Message.Length;
            foreach (Evidence evidence in finding.Evidence)
            {
                size += 2L * evidence.Text.Length;
            }
        }

        foreach (UnreadFact unread in report.Unread)
        {
            size += 2L * unread.Detail.Length;
        }

        return size;
    }
}
