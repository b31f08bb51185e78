// Reads one pickle in all the ways in which loaders read it, into facts.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Evaluation;
using Assay.Evaluation.Intents;
using Assay.Evaluation.Payloads;
using Assay.Formats.Joblib;
using Assay.Formats.States;
using Assay.Pickle;
using Assay.Python.Names;

namespace Assay.Formats.Pickles;

/// <summary>
/// Reads one pickle of an artifact in all the ways in which loaders read it (<see cref="PickleSession"/>) and logs what they would run:
/// each use once, with the loaders that come to it.
/// </summary>
internal sealed class PickleFactReader : IDisposable
{
    private const int MaxIndicators = 64;
    private readonly ReadContext _context;
    private readonly long _offset;
    private readonly PickleSession _session;
    private readonly OddityTally _oddities;

    /// <summary>What the uses of all readings hold until they are logged, and what folding recovered.</summary>
    private readonly HeldMemory _held;
    private readonly PayloadConstants _constants;
    private readonly List<(CollectedUses Uses, UseRoom Room)> _readings = [];
    private readonly ValueRecorder? _values;
    private PickleMerge<UseGroup>? _merge;
    private bool _isHandedOn;

    /// <summary>
    /// A reader of the pickle at an offset of the artifact that a context is about; with its value, where somebody reads tensors out of that.
    /// </summary>
    public PickleFactReader(ReadContext context, long offset, long end, bool keepsValue = false)
    {
        _values = keepsValue ? new ValueRecorder() : null;
        _context = context;
        _offset = offset;
        _session = new PickleSession(context.Artifact.Bytes, offset, end, context.Budget, JoblibArrays.Instance);
        _oddities = new OddityTally(context.Artifact.Path);
        _held = new HeldMemory(context.Budget);
        _constants = new PayloadConstants(_held);
    }

    /// <summary>The machine of the first reading.</summary>
    public PickleMachine Machine => _session.First;

    /// <summary>How far the reading came that came furthest.</summary>
    public long Furthest => _session.Furthest;

    /// <summary>The persistent ids that the first reading met.</summary>
    public IReadOnlyList<PickleValue> Persistents { get; private set; } = [];

    /// <summary>Whether a loader does something before the pickle breaks, or imports what looks like a name of Python code.</summary>
    public bool DoesSomething => Machine.Actions > 0 || _readings.Exists(r => r.Uses.HasPlausibleImport || r.Uses.Groups.Exists(g => g.Fact.Use != CallableUse.Imported));

    /// <summary>Where the next pickle begins for a loader that reads on: behind the STOP of the first reading that has one; -1 without.</summary>
    public long Next
    {
        get
        {
            foreach (PickleOutcome reading in _session.Readings)
            {
                if (reading.Ending == PickleEnding.Stop)
                {
                    return reading.Position;
                }
            }

            return -1;
        }
    }

    /// <summary>The end of what some loader reads.</summary>
    public long End
    {
        get
        {
            long end = Machine.Position;
            foreach (PickleOutcome reading in _session.Readings)
            {
                end = reading.Ending == PickleEnding.Stop ? Math.Max(end, reading.Position) : end;
            }

            return end;
        }
    }

    /// <summary>Runs the readings; what they come to is logged by <see cref="Log"/>, also when a limit breaks one off.</summary>
    public void Read()
    {
        Run(null);
        while (_session.Next() is { } reading)
        {
            Run(reading);
        }
    }

    /// <summary>Adds what the readings came to.</summary>
    public void Log()
    {
        // What is logged is held by the log.
        _held.Start(_context.Budget);
        foreach ((CollectedUses _, UseRoom room) in _readings)
        {
            room.Tell(_context);
        }

        if (_readings.Exists(r => r.Uses.IsFoldingStopped))
        {
            _oddities.Add("pickle.folding-stopped", 0, "What the pickle computes would take too many steps or bytes to follow; some of it stays unknown.");
        }

        _oddities.Log(_context);
        LogUses();
        LogRecovered();
    }

    /// <summary>Examines constants that look like files of their own, and what folding recovered.</summary>
    public void SubmitPayloads() => _constants.Submit(_readings.SelectMany(r => r.Uses.Bytes), _context);

    /// <summary>
    /// Adds what lies from <paramref name="from"/> on, behind the break of every reading, as far as it looks like names of Python code: what
    /// is there, and is not run.
    /// </summary>
    public void LogBehind(long from, long bytes, int breaks)
    {
        UseRoom room = new(_context.Limits, _held);
        UseCollector behind = new(_context.Artifact.Path, Machine, room, new OddityTally(_context.Artifact.Path), new PayloadConstants(_held));
        _session.RunBehind(behind, bytes, breaks);
        room.Tell(_context);
        foreach (UseGroup group in behind.Collected.Groups)
        {
            if (group.Fact.Offset >= from && DottedName.IsPlausible(group.Fact.Module) && DottedName.IsPlausible(group.Fact.Name))
            {
                _context.Add(group.Counted([], PickleEncodings.All) with { Reached = false });
            }
        }
    }

    /// <summary>The first reading as a run of its own, which then owns the machine; null where it came to nothing.</summary>
    public PickleRun? TakeRun()
    {
        PickleRun? run = _values is null ? null : PickleRun.Of(_session, _values);
        _isHandedOn = run is not null;
        return run;
    }

    public void Dispose()
    {
        _held.Start(null);
        if (!_isHandedOn)
        {
            _session.Dispose();
        }
    }

    private void Run(PickleReading? reading)
    {
        // What is odd for the first reading is odd for all; what another finds odd in the bytes of an array is only that they are no opcodes.
        bool isFirst = reading is null;
        UseRoom room = new(_context.Limits, _held);
        OddityTally oddities = isFirst ? _oddities : new OddityTally(_context.Artifact.Path);
        UseCollector collector = new(_context.Artifact.Path, isFirst ? _session.First : _session.Other, room, oddities, _constants);
        _readings.Add((collector.Collected, room));
        PickledStates? states = isFirst ? new PickledStates(_context, _held, _oddities) : null;
        try
        {
            if (states is not null)
            {
                PickleObservers both = new(collector, states);
                _session.Begin(_values is null ? both : new PickleObservers(both, _values));
                Persistents = collector.Persistents;
            }
            else
            {
                _session.Begin(reading!, collector);
            }

            _session.Run();
            states?.Check(_session.First);
        }
        finally
        {
            Merge(collector.Finish());
        }
    }

    /// <summary>Of a single reading there is nothing to merge; most pickles have no more.</summary>
    private void Merge(CollectedUses collected)
    {
        if (_readings.Count == 1)
        {
            return;
        }

        if (_merge is null)
        {
            _merge = new PickleMerge<UseGroup>(_session, SameUse.Instance);
            _readings[0].Uses.Groups.ForEach(g => _merge.Add(0, g, g.Encodings));
        }

        if (_session.Differentials.HasFlag(Differential.Arrays) && !_session.Readings[^1].Reading.StepsOverArrays)
        {
            Doubt(collected.Groups);
        }

        collected.Groups.ForEach(g => _merge.Add(_readings.Count - 1, g, g.Encodings));
    }

    /// <summary>
    /// Who takes the bytes of an array for opcodes goes on with another stack, and puts names together that were never meant. Where one is a
    /// module that nothing else speaks of, a loader most likely raises.
    /// </summary>
    private void Doubt(List<UseGroup> groups)
    {
        HashSet<string> packages = [.. _readings[0].Uses.Groups.Select(g => Package(g.Fact.Module))];
        bool isDoubtful = false;
        foreach (UseGroup group in groups)
        {
            isDoubtful |= group.Fact.Use == CallableUse.Imported && !KnownModules.Has(group.Fact.Module) && !packages.Contains(Package(group.Fact.Module));
            group.IsDoubtful = isDoubtful;
        }
    }

    private static string Package(string module) => module.Split('.', 2)[0];

    private void LogUses()
    {
        if (_merge is null)
        {
            foreach (UseGroup group in _readings[0].Uses.Groups)
            {
                _context.Add(group.Counted([], group.Encodings));
            }

            return;
        }

        bool isElsewhere = false;
        foreach ((UseGroup group, PickleTraceReach reach, bool isFirst) in _merge.All())
        {
            isElsewhere |= !isFirst && !group.IsDoubtful;
            _context.Add(group.Counted(Names(reach), reach.Encodings) with { Reached = !group.IsDoubtful });
        }

        if (isElsewhere)
        {
            _context.Anomaly("pickle.only-in-another-dialect", _offset, 0, "Only some unpicklers run what a part of this stream asks for.");
        }
    }

    private void LogRecovered()
    {
        if (_readings.TrueForAll(r => r.Uses is { Texts.Count: 0, Reached.Count: 0 }))
        {
            return;
        }

        HashSet<(string, string)> seen = [];
        List<RecoveredText> texts = [.. _readings.SelectMany(r => r.Uses.Texts).Where(t => seen.Add((t.Kind, t.Text)))];
        foreach (RecoveredText text in texts)
        {
            _context.Add(new TextFact
            {
                Path = _context.Artifact.Path, Offset = text.Offset, Kind = text.Kind, Language = text.Language, Text = text.Text, IsCut = text.IsCut, Layers = text.Layers,
            });
        }

        // What the pickle calls itself is in its own facts.
        HashSet<string> reached = new(_readings.SelectMany(r => r.Uses.Reached), StringComparer.Ordinal);
        reached.ExceptWith(_readings.SelectMany(r => r.Uses.Groups).Where(g => g.Fact.Use is CallableUse.Called).Select(g => CanonicalName.Of(g.Fact.Resolved)));
        if (reached.Count > 0)
        {
            _context.Add(new CodeFact
            {
                Path = _context.Artifact.Path, Offset = _offset, Language = "python", Summary = "Callables that recovered code reaches.", Names = [.. reached.Order(StringComparer.Ordinal)],
            });
        }

        foreach (IndicatorFact indicator in IndicatorScanner.Scan(_context.Artifact.Path, texts).Take(MaxIndicators))
        {
            _context.Add(indicator);
        }
    }

    /// <summary>The unpicklers that come to a use, where not all do that could with its encodings.</summary>
    private static IReadOnlyList<string> Names(PickleTraceReach reach)
    {
        int could = PickleReading.Dialects.Count - ((reach.Encodings & PickleEncodings.Ascii) == 0 ? 1 : 0);
        return reach.Dialects.Count >= could ? [] : [.. reach.Dialects.Select(DialectNames.Of)];
    }
}
