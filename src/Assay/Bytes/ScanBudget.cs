// The only meter of a scan.
namespace Assay.Bytes;

/// <summary>
/// Counts what a scan of one input spends against its <see cref="ScanLimits"/>. Spending over a limit throws
/// <see cref="ScanStopException"/> that names the limit. Work is spent before it is done; every loop over input spends it, and with it polls
/// the clock and the host's wish to stop.
/// </summary>
public sealed class ScanBudget
{
    /// <summary>Work after which the clock and the host are asked: about half a millisecond.</summary>
    private const long PollEvery = 1 << 19;

    /// <summary>The memory of the process is asked for in steps, because asking may wait.</summary>
    private const long MemoryStep = 4L << 20;

    /// <summary>What each input has without asking; most need no more.</summary>
    private const long OwnMemory = 1L << 20;

    /// <summary>One part in so many of all work may go into folding.</summary>
    private const int FoldingShare = 3;

    private readonly ScanBudget? _parent;
    private readonly TimeProvider _time;
    private readonly CancellationToken _cancellation;
    private readonly long _started;
    private readonly long _opcodeLimit;
    private TimeSpan _waited;
    private long _workLimit;
    private long _work;
    private long _unpolled;
    private long _held;
    private long _taken;
    private long _inflated;
    private long _opcodes;
    private long _artifacts;
    private long _sourceText;
    private long _folding;
    private bool _folds;

    /// <summary>Creates a meter that starts counting time now.</summary>
    /// <param name="limits">The limits in force.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellation">The host's wish to stop.</param>
    public ScanBudget(ScanLimits limits, TimeProvider time, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(limits);
        ArgumentNullException.ThrowIfNull(time);
        Limits = limits;
        _time = time;
        _cancellation = cancellation;
        _workLimit = limits.Work;
        _opcodeLimit = limits.Opcodes;
        _started = time.GetTimestamp();
    }

    private ScanBudget(ScanBudget parent, long opcodes, long work)
        : this(parent.Limits, parent._time, parent._cancellation)
    {
        _opcodeLimit = opcodes;
        _parent = parent;
        _workLimit = work;
    }

    /// <summary>The limits in force.</summary>
    public ScanLimits Limits { get; }

    /// <summary>The memory that this input shares with others, or null where it shares none. Whoever hands it in disposes it.</summary>
    public IMemoryShare? Share { get; init; }

    /// <summary>Units of work spent so far.</summary>
    public long Work => _work;

    /// <summary>Units of work that are left.</summary>
    public long WorkLeft => Math.Min(Math.Max(0, _workLimit - _work), _parent?.WorkLeft ?? long.MaxValue);

    /// <summary>Bytes of memory held now.</summary>
    public long HeldBytes => _parent?.HeldBytes ?? _held;

    /// <summary>The most bytes of memory that were held at once.</summary>
    public long PeakBytes { get; private set; }

    /// <summary>Bytes that came out of decompressors so far.</summary>
    public long InflatedBytes => _parent?.InflatedBytes ?? _inflated;

    /// <summary>Pickle opcodes that are left to this meter itself.</summary>
    internal long OpcodesLeft => Math.Max(0, _opcodeLimit - _opcodes);

    /// <summary>Pickle opcodes executed so far.</summary>
    public long Opcodes => _opcodes;

    /// <summary>Whether the clock has ended the reading.</summary>
    internal bool IsLate { get; private set; }

    /// <summary>Whether a trial has spent one of its own limits.</summary>
    internal bool IsSpent => _work > _workLimit || _opcodes > _opcodeLimit;

    /// <summary>Adds the work that an input of <paramref name="bytes"/> bytes brings with it.</summary>
    public void Admit(long bytes) => _workLimit = Plus(_workLimit, Times(bytes, Limits.WorkPerByte));

    /// <summary>
    /// A meter for a trial: it has limits of its own, and all that it spends is spent here as well. Where one of its own limits is spent, its
    /// <see cref="ScanStopException"/> concerns the trial alone, and <see cref="Poll"/> of this meter says whether more is spent than that.
    /// </summary>
    public ScanBudget Fork(long opcodes, long work = long.MaxValue) => new(this, opcodes, work);

    /// <summary>Asks the host and the clock, and whether all work is spent; call it at least every few milliseconds of work.</summary>
    public void Poll(long offset = 0)
    {
        if (_parent is not null)
        {
            _parent.Poll(offset);
            return;
        }

        _unpolled = 0;
        PollHost(offset);
        if (_work > _workLimit)
        {
            throw Spent("work", _workLimit, offset);
        }

        if ((_time.GetElapsedTime(_started) - _waited).TotalMilliseconds > Limits.Milliseconds)
        {
            IsLate = true;
            throw Spent("milliseconds", Limits.Milliseconds, offset);
        }
    }

    /// <summary>Asks the host alone: for what is done for every input, however much was spent on it.</summary>
    public void PollHost(long offset = 0)
    {
        if (_cancellation.IsCancellationRequested)
        {
            throw new ScanStopException(StopReason.Cancelled, "The scan was cancelled.", offset);
        }
    }

    /// <summary>Spends work that is about to be done.</summary>
    public void SpendWork(long units, long offset = 0)
    {
        _work = Plus(_work, units);
        if (_work > _workLimit)
        {
            throw Spent("work", _workLimit, offset);
        }

        if (_parent is not null)
        {
            _parent._folding += _folds ? units : 0;
            _parent.SpendWork(units, offset);
        }
        else if ((_unpolled += units) >= PollEvery)
        {
            Poll(offset);
        }
    }

    /// <summary>Spends work that may be left out; false, with nothing spent, where so much is not left.</summary>
    public bool TrySpendWork(long units, long offset = 0)
    {
        if (units > WorkLeft)
        {
            return false;
        }

        SpendWork(units, offset);
        return true;
    }

    /// <summary>
    /// Spends work on what values come to. That may be left out, so no more than a third of all work goes there, and what the bytes themselves
    /// say is still read. False, with nothing spent, where so much is not left.
    /// </summary>
    internal bool TrySpendFolding(long units)
    {
        if (_parent is not null)
        {
            return _parent.TrySpendFolding(units);
        }

        if (units > (_workLimit / FoldingShare) - _folding || !TrySpendWork(units))
        {
            return false;
        }

        _folding += units;
        return true;
    }

    /// <summary>A meter for something that is folded by what spends itself: it has what is left for folding.</summary>
    internal ScanBudget ForkFolding() =>
        _parent is not null ? _parent.ForkFolding() : new ScanBudget(this, _opcodeLimit, Math.Max(0, (_workLimit / FoldingShare) - _folding)) { _folds = true };

    /// <summary>Notes work whose results must not be lost half way; what is over shows when more is spent.</summary>
    public void NoteWork(long units)
    {
        _work = Plus(_work, units);
        _unpolled = Plus(_unpolled, units);
        _parent?.NoteWork(units);
    }

    /// <summary>Notes that so many bytes of memory are about to be held, until <see cref="Release"/>.</summary>
    public void Hold(long bytes, long offset = 0)
    {
        if (_parent is not null)
        {
            _parent.Hold(bytes, offset);
            return;
        }

        if (bytes > Limits.Memory - _held)
        {
            throw Spent("memory", Limits.Memory, offset);
        }

        NoteHeld(bytes);
    }

    /// <summary>Holds memory that may be done without; false, with nothing held, where so much is not left.</summary>
    public bool TryHold(long bytes)
    {
        if (bytes > Limits.Memory - HeldBytes)
        {
            return false;
        }

        Hold(bytes);
        return true;
    }

    /// <summary>Notes memory that is held already; what is over shows when more is held.</summary>
    public void NoteHeld(long bytes)
    {
        if (_parent is not null)
        {
            _parent.NoteHeld(bytes);
            return;
        }

        _held = Plus(_held, bytes);
        if (_held > PeakBytes)
        {
            NoteWork(Times(_held - PeakBytes, WorkCosts.FreshByte));
            PeakBytes = _held;
        }

        if (Share is not null && _held - OwnMemory > _taken)
        {
            // Waiting for others is no time of this input.
            long step = ((_held - OwnMemory - _taken + MemoryStep - 1) / MemoryStep) * MemoryStep;
            long before = _time.GetTimestamp();
            Share.Take(step, _cancellation);
            _waited += _time.GetElapsedTime(before);
            _taken += step;
        }
    }

    /// <summary>Notes that so many bytes are held no longer.</summary>
    public void Release(long bytes)
    {
        if (_parent is not null)
        {
            _parent.Release(bytes);
            return;
        }

        _held = Math.Max(0, _held - bytes);
        long spare = _taken - Math.Max(0, _held - OwnMemory);
        if (Share is not null && spare >= 2 * MemoryStep)
        {
            long back = (spare / MemoryStep) * MemoryStep;
            _taken -= back;
            Share.Give(back);
        }
    }

    /// <summary>Spends inflated bytes.</summary>
    public void SpendInflated(long bytes, long offset = 0)
    {
        if (_parent is not null)
        {
            _parent.SpendInflated(bytes, offset);
            return;
        }

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
        for (ScanBudget? meter = this; meter is not null; meter = meter._parent)
        {
            meter._opcodes += count;
            if (meter._opcodes > meter._opcodeLimit)
            {
                throw Spent("opcodes", meter._opcodeLimit, offset);
            }
        }

        SpendWork(count * WorkCosts.Opcode, offset);
        Poll(offset);
    }

    /// <summary>Spends characters of source; false when there are none left, and the text is not to be read.</summary>
    public bool TrySpendSource(long characters)
    {
        if (_parent is not null)
        {
            return _parent.TrySpendSource(characters);
        }

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
        if (_parent is not null)
        {
            _parent.SpendArtifact();
            return;
        }

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

    // Whoever asks for more than can be counted asks for too much.
    private static long Plus(long left, long right) => right > long.MaxValue - left ? long.MaxValue : left + Math.Max(0, right);

    private static long Times(long left, long right) => left > 0 && right > long.MaxValue / left ? long.MaxValue : left * right;
}
