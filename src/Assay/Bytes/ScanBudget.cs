// The only meter of a scan.
namespace Assay.Bytes;

/// <summary>
/// Counts what a scan of one input spends against its <see cref="ScanLimits"/>. Spending over a limit throws
/// <see cref="ScanStopException"/> that names the limit.
/// </summary>
public sealed class ScanBudget
{
    private readonly TimeProvider _time;
    private readonly CancellationToken _cancellation;
    private readonly long _started;
    private long _inflated;
    private long _opcodes;
    private long _artifacts;
    private long _sourceText;

    /// <summary>Creates a meter that starts counting time now.</summary>
    public ScanBudget(ScanLimits limits, TimeProvider time, CancellationToken cancellation = default)
    {
        Limits = limits;
        _time = time;
        _cancellation = cancellation;
        _started = time.GetTimestamp();
    }

    /// <summary>The limits in force.</summary>
    public ScanLimits Limits { get; }

    /// <summary>Bytes that came out of decompressors so far.</summary>
    public long InflatedBytes => _inflated;

    /// <summary>Pickle opcodes executed so far.</summary>
    public long Opcodes => _opcodes;

    /// <summary>A meter for a trial: its own opcodes, the same clock and the same cancellation.</summary>
    public ScanBudget Fork(long opcodes) => new(Limits with { Opcodes = opcodes }, _time, _cancellation);

    /// <summary>Polls time and cancellation; call it at least every few milliseconds of work.</summary>
    public void Poll(long offset = 0)
    {
        if (_cancellation.IsCancellationRequested)
        {
            throw new ScanStopException(StopReason.Cancelled, "The scan was cancelled.", offset);
        }

        if (_time.GetElapsedTime(_started).TotalMilliseconds > Limits.Milliseconds)
        {
            throw Spent("milliseconds", Limits.Milliseconds, offset);
        }
    }

    /// <summary>Spends inflated bytes.</summary>
    public void SpendInflated(long bytes, long offset = 0)
    {
        _inflated += bytes;
        if (_inflated > Limits.InflatedBytes)
        {
            throw Spent("inflated-bytes", Limits.InflatedBytes, offset);
        }

        Poll(offset);
    }

    /// <summary>Spends pickle opcodes; the caller counts locally and spends in batches.</summary>
    public void SpendOpcodes(long count, long offset = 0)
    {
        _opcodes += count;
        if (_opcodes > Limits.Opcodes)
        {
            throw Spent("opcodes", Limits.Opcodes, offset);
        }

        Poll(offset);
    }

    /// <summary>Spends characters of source; false when there are none left, and the text is not to be read.</summary>
    public bool TrySpendSource(long characters)
    {
        if (_sourceText + characters > Limits.SourceText)
        {
            return false;
        }

        _sourceText += characters;
        Poll();
        return true;
    }

    /// <summary>Spends one artifact.</summary>
    public void SpendArtifact()
    {
        _artifacts++;
        if (_artifacts > Limits.Artifacts)
        {
            throw Spent("artifacts", Limits.Artifacts, 0);
        }

        Poll();
    }

    /// <summary>How many entries one counts for: names of ordinary length cost nothing more, those of a megabyte what they take.</summary>
    public static long EntryCost(long nameLength) => 1 + (Math.Max(0, nameLength - 256) >> 3);

    /// <summary>The exception that says that the limit <paramref name="name"/> is spent.</summary>
    public static ScanStopException Spent(string name, long limit, long offset) =>
        new(StopReason.Limit, $"The limit {name}={limit} is spent.", offset);
}
