// Runs a pickle in all the ways in which loaders read it.
using Assay.Bytes;

namespace Assay.Pickle;

/// <summary>
/// Runs one pickle in all the ways in which loaders read it. The first reading follows the C unpickler, and joblib over the arrays in the
/// stream. Where it met a place at which another unpickler would do something else, <see cref="Next"/> names the readings that are due
/// as well; each runs from the start, and state is never forked. What comes of an array is run or stepped over here and nowhere else.
/// </summary>
/// <param name="source">The bytes.</param>
/// <param name="offset">Where the pickle starts.</param>
/// <param name="end">Where the data counts as ended.</param>
/// <param name="budget">The meter.</param>
/// <param name="arrays">Knows the arrays that a loader reads in the middle of a pickle; null where no loader does.</param>
internal sealed class PickleSession(ByteSource source, long offset, long end, ScanBudget budget, PickleArrays? arrays = null) : IDisposable
{
    private static readonly PickleEncodings[] s_all = [PickleEncodings.All];

    private static readonly int[] s_firstOnly = [0];

    /// <summary>Where a name reads differently in Latin-1, that encoding has a reading of its own.</summary>
    private static readonly PickleEncodings[] s_parted = [PickleEncodings.All & ~PickleEncodings.Latin1, PickleEncodings.Latin1];

    private readonly List<PickleOutcome> _readings = [];
    private readonly PickleMachine _first = PickleMachinePool.Rent();
    private PickleMachine? _other;
    private PickleMachine? _outer;
    private PickleMachine? _nested;
    private PickleArray _array;
    private PickleValue _target;
    private PickleObserver _observer = null!;

    /// <summary>Whether every unpickler gets a reading of its own, where any would do something else.</summary>
    public bool IsThorough { get; init; }

    /// <summary>The machine of the first reading, whose values last as long as the session.</summary>
    public PickleMachine First => _first;

    /// <summary>The machine of all other readings.</summary>
    public PickleMachine Other => _other ??= PickleMachinePool.Rent();

    /// <summary>The machine of the reading that was begun last.</summary>
    public PickleMachine Machine => _outer ?? _first;

    /// <summary>The machine that runs now: that of the reading, or of an array's pickle inside.</summary>
    public PickleMachine Running => _nested ?? Machine;

    /// <summary>The readings so far, in the order in which they were begun.</summary>
    public IReadOnlyList<PickleOutcome> Readings => _readings;

    /// <summary>The places met by the first reading at which another would do something else.</summary>
    public Differential Differentials => _readings[0].Met;

    /// <summary>How far the reading came that came furthest.</summary>
    public long Furthest { get; private set; }

    /// <summary>Begins the first reading.</summary>
    public void Begin(PickleObserver observer) => Begin(new PickleReading(PickleDialect.C, StepsOverArrays: arrays is not null), observer);

    /// <summary>Begins a reading from the start of the pickle.</summary>
    public void Begin(PickleReading reading, PickleObserver observer)
    {
        DropNested();
        _outer = _readings.Count == 0 ? _first : Other;
        _observer = observer;
        _readings.Add(new PickleOutcome(reading, Differential.None, PickleEnding.Suspended, offset, offset));
        _outer.Open(source, offset, end, observer, budget, reading.Dialect, reading.Encodings);
        _outer.Watch(arrays, reading);
    }

    /// <summary>
    /// Runs the reading to its end, over arrays and through their pickles, or for at most <paramref name="maxOpcodes"/> opcodes.
    /// </summary>
    public PickleEnding Run(long maxOpcodes = long.MaxValue)
    {
        try
        {
            while (true)
            {
                PickleMachine running = Running;
                long before = running.Opcodes;
                PickleEnding ending = running.Run(maxOpcodes);
                maxOpcodes -= running.Opcodes - before;
                if (running.IsAtArray)
                {
                    ReadArray();
                }
                else if (ending == PickleEnding.Suspended || _nested is null)
                {
                    return ending;
                }
                else
                {
                    LeaveNested();
                }
            }
        }
        finally
        {
            Note();
        }
    }

    /// <summary>The same; a spent limit ends the reading, as <see cref="PickleEnding.Limit"/>.</summary>
    public PickleEnding RunWithinLimits()
    {
        try
        {
            return Run();
        }
        catch (ScanStopException stop) when (stop.Reason == StopReason.Limit)
        {
            DropNested();
            Machine.Fail(PickleEnding.Limit, stop.Message);
            Note();
            return PickleEnding.Limit;
        }
    }

    /// <summary>The next reading that is due after what was met so far, or null.</summary>
    public PickleReading? Next()
    {
        if (AllReadAlike)
        {
            return null;
        }

        foreach (PickleDialect dialect in PickleReading.Dialects)
        {
            foreach (PickleReading due in Of(dialect))
            {
                if (IndexOf(due) < 0)
                {
                    return due;
                }
            }
        }

        return null;
    }

    /// <summary>How the unpickler's last reading ended; <see cref="Next"/> has no more of it.</summary>
    public PickleOutcome OutcomeOf(PickleDialect dialect) => _readings[IndexOf(Of(dialect).Last())];

    /// <summary>The numbers of the readings, as far as they were begun, that show what an unpickler does.</summary>
    public IEnumerable<int> NumbersOf(PickleDialect dialect) => AllReadAlike ? s_firstOnly : Of(dialect).Select(IndexOf).Where(n => n >= 0);

    /// <summary>The readings that show what an unpickler does: its own, or those of one that does the same here.</summary>
    public IEnumerable<PickleReading> Of(PickleDialect dialect)
    {
        // A first reading that met no array is the plain one.
        PickleReading first = Reading(0);
        if (dialect == PickleDialect.Joblib && first.StepsOverArrays)
        {
            PickleReading own = IsThorough || Differentials.HasFlag(Differential.Python) ? first with { Dialect = PickleDialect.Joblib } : first;
            yield return own;
            if (Differentials.HasFlag(Differential.Disputed))
            {
                yield return own with { TurnsDisputes = true };
            }

            yield break;
        }

        Differential met = Plain();
        PickleDialect alike = dialect switch
        {
            PickleDialect.CStream when met.HasFlag(Differential.Frames) => dialect,
            PickleDialect.Python when met.HasFlag(Differential.Python) => dialect,
            PickleDialect.Joblib when met.HasFlag(Differential.Python) => PickleDialect.Python,
            PickleDialect.WeightsOnly when (met & (Differential.Python | Differential.WeightsOnly)) != 0 => dialect,
            _ => IsThorough && (met | Differentials) != Differential.None ? dialect : PickleDialect.C,
        };
        if (IsThorough && alike == PickleDialect.Python)
        {
            alike = dialect;
        }

        foreach (PickleEncodings encodings in met.HasFlag(Differential.Names) && alike != PickleDialect.Joblib ? s_parted : s_all)
        {
            yield return new PickleReading(alike, encodings);
        }
    }

    /// <summary>Goes on behind the break of the first reading as if what breaks were not there (<see cref="PickleMachine.RunBehind"/>).</summary>
    public void RunBehind(PickleObserver observer, long bytes = 1 << 20, int breaks = 1 << 14) => _first.RunBehind(observer, bytes, breaks);

    public void Dispose()
    {
        DropNested();
        PickleMachinePool.Return(_first);
        if (_other is not null)
        {
            PickleMachinePool.Return(_other);
        }
    }

    /// <summary>Whether the first reading met nothing at which another would part from it, as most pickles have nothing: it stands for all.</summary>
    private bool AllReadAlike =>
        _readings is [{ Met: Differential.None, Reading: { Dialect: PickleDialect.C, Encodings: PickleEncodings.All } }];

    /// <summary>What the readings met that know nothing of arrays.</summary>
    private Differential Plain()
    {
        Differential met = Differential.None;
        for (int i = 0; i < _readings.Count; i++)
        {
            if (Reading(i) is { Dialect: PickleDialect.C, StepsOverArrays: false })
            {
                met |= _readings[i].Met;
            }
        }

        return met;
    }

    private PickleReading Reading(int number)
    {
        PickleOutcome outcome = _readings[number];
        return number == 0 && outcome.Reading.StepsOverArrays && !outcome.Met.HasFlag(Differential.Arrays)
            ? outcome.Reading with { StepsOverArrays = false }
            : outcome.Reading;
    }

    private int IndexOf(PickleReading reading)
    {
        for (int i = 0; i < _readings.Count; i++)
        {
            if (Reading(i) == reading)
            {
                return i;
            }
        }

        return -1;
    }

    private void Note()
    {
        PickleMachine machine = Machine;
        _readings[^1] = new PickleOutcome(_readings[^1].Reading, machine.Differentials, machine.Ending, machine.Position, machine.EndingOffset);
        if (machine.Ending != PickleEnding.Suspended)
        {
            Furthest = Math.Max(Furthest, machine.EndingOffset);
        }
    }

    private void ReadArray()
    {
        (_target, PickleValue state) = Machine.TakeArray();
        _array = arrays!.Locate(Machine, state, Machine.FilePosition, _readings[^1].Reading.TurnsDisputes);
        if (_array.IsDisputed)
        {
            Machine.NoteDispute();
        }

        _observer.OnArray(Machine, _target, _array);
        if (_array.Error is not null)
        {
            Machine.Fail(PickleEnding.BadArgument, "It cannot be told where the array in the stream ends.");
        }
        else if (_array.IsPickle)
        {
            // Whoever steps over arrays hands the file to pickle.load here, which knows nothing of them.
            _nested = PickleMachinePool.Rent();
            _nested.Open(source, _array.Start, end, _observer.OnNested(_nested), budget, PickleDialect.C, PickleEncodings.Ascii);
        }
        else if (_array.Missing > 0)
        {
            Machine.Fail(PickleEnding.Truncated, "The file ends inside an array.");
        }
        else
        {
            GoOn(_array.End);
        }
    }

    private void LeaveNested()
    {
        PickleMachine nested = _nested!;
        _observer.OnNestedEnd(nested);
        if (nested.Ending == PickleEnding.Stop)
        {
            GoOn(nested.Position);
        }
        else
        {
            Machine.Fail(nested.Ending == PickleEnding.Limit ? PickleEnding.Limit : PickleEnding.BadArgument, $"The pickle of an array breaks: {nested.EndingDetail}");
        }

        DropNested();
    }

    private void GoOn(long at)
    {
        Machine.SeekFile(at);
        _observer.OnArrayRead(Machine, _target, Machine.ReplaceTop(), _array with { End = at });
    }

    private void DropNested()
    {
        if (_nested is not null)
        {
            PickleMachinePool.Return(_nested);
            _nested = null;
        }
    }
}
