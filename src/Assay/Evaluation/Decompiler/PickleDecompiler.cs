// Writes down, as Python-like code, what a loader would do with the pickles of a file.
using System.Globalization;
using System.Runtime.CompilerServices;
using Assay.Bytes;
using Assay.Pickle;

namespace Assay.Evaluation.Decompiler;

/// <summary>
/// Decompiles the pickles of a source, one after the other. Each is walked twice: the first walk counts what is used, the second writes.
/// Memory is bounded by what the machine keeps, the text by <see cref="DecompilerLimits"/>.
/// </summary>
internal sealed class PickleDecompiler
{
    private const int InnerPickles = 16;
    private const int InnerLines = 400;
    private const int InnerRepeats = 50;
    private const int Blanks = 1 << 16;
    private readonly ByteSource _source;
    private readonly ScanLimits _limits;
    private readonly TimeProvider _time;
    private readonly CancellationToken _cancellation;
    private readonly CodeText _text;
    private readonly CodeNames _names = new();
    private readonly ValueWriter _values;
    private readonly StatementObserver _statements;
    private List<StreamUses> _uses = [];
    private readonly IEmbeddedDataReader? _embedded;
    private StrongBox<int> _innerLeft;
    private int _entered;

    /// <summary>Walks every pickle that is not inside another; a file may hold millions.</summary>
    private PickleMachine? _outer;

    public PickleDecompiler(
        ByteSource source, ScanLimits limits, TimeProvider time, DecompilerLimits size, Action<CodeLine> sink,
        IEmbeddedDataReader? embedded = null, CancellationToken cancellation = default)
    {
        _source = source;
        _limits = limits;
        _time = time;
        _cancellation = cancellation;
        _text = new CodeText(size, sink);
        _values = new ValueWriter(_text, _names);
        _statements = new StatementObserver(_text, _names, _values, new FoldedNoteWriter(_text, Inner), embedded);
        _embedded = embedded;
        _innerLeft = new StrongBox<int>(size.InnerPickles);
    }

    /// <summary>Writes everything. What was written stays valid when a limit is spent: the last line says so.</summary>
    /// <exception cref="ScanStopException">A limit is spent, or the source went away.</exception>
    public void Run()
    {
        try
        {
            Pickles();
        }
        finally
        {
            if (_outer is { } machine)
            {
                PickleMachinePool.Return(machine);
                _outer = null;
            }
        }
    }

    private void Pickles()
    {
        long offset = 0;
        long plain = 0;
        for (int stream = 0; stream == 0 || offset < _source.Length; stream++)
        {
            _uses = [];
            _statements.HasImports = false;
            Outcome look = Walk(offset, dry: true);
            bool acts = look.Actions > 0 || _statements.HasImports;
            if (stream > 0 && look.Ending != PickleEnding.Stop && !acts)
            {
                _text.Comment(string.Create(CultureInfo.InvariantCulture, $"{offset}: {_source.Length - offset:N0} bytes follow that are no pickle"));
                break;
            }

            if (acts || plain++ < _text.Limits.PlainPickles)
            {
                _text.Comment(string.Create(CultureInfo.InvariantCulture, $"{offset}: {(stream == 0 ? "a" : "another")} pickle"));
                Walk(offset, dry: false);
            }

            if (look.Ending != PickleEnding.Stop)
            {
                break;
            }

            offset = SkipBlanks(look.End);
        }

        if (plain > _text.Limits.PlainPickles)
        {
            _text.Comment(string.Create(CultureInfo.InvariantCulture, $"left out: {plain - _text.Limits.PlainPickles:N0} more pickles of plain data"), CodeInk.Warning);
        }

        _text.Finish();
    }

    /// <summary>Decompiles a pickle that a constant holds, with a meter of its own.</summary>
    private bool Inner(byte[] pickle, Action<string> line)
    {
        if (_text.Limits.InnerDepth == 0 || _innerLeft.Value == 0)
        {
            return false;
        }

        _innerLeft.Value--;
        DecompilerLimits size = _text.Limits with { InnerDepth = _text.Limits.InnerDepth - 1, Lines = InnerLines, Repeats = InnerRepeats, PlainPickles = 2 };
        PickleDecompiler inside = new(
            new MemorySource(pickle), _limits, _time, size, l => line(new string(' ', l.Indent) + string.Concat(l.Pieces.Select(p => p.Text))), _embedded, _cancellation)
        {
            _innerLeft = _innerLeft,
        };
        try
        {
            inside.Run();
        }
        catch (ScanStopException stop) when (stop.Reason == StopReason.Limit)
        {
            // Its last line says so.
        }

        return true;
    }

    private Outcome Walk(long offset, bool dry)
    {
        List<StreamFrame> frames = [];
        ScanBudget budget = new(_limits, _time, _cancellation);
        _entered = 0;
        if (dry)
        {
            _text.Dry(begin: true);
        }

        try
        {
            Enter(frames, offset, budget);
            while (true)
            {
                StreamFrame frame = frames[^1];
                _statements.Frame = frame;
                if (frame.Machine.Run() == PickleEnding.Suspended)
                {
                    Step(frames, budget);
                    continue;
                }

                Leave(frame, frames.Count > 1);
                if (frames.Count == 1)
                {
                    return new Outcome(frame.Machine.Ending, frame.Machine.Position, frame.Machine.Actions);
                }

                frames.RemoveAt(frames.Count - 1);
                long end = frame.Machine.Position;
                bool whole = frame.Machine.Ending == PickleEnding.Stop;
                PickleMachinePool.Return(frame.Machine);
                if (whole)
                {
                    frames[^1].Machine.Seek(end);
                }
                else
                {
                    frames[^1].Machine.Fail(PickleEnding.BadArgument, "The pickle inside breaks.");
                }
            }
        }
        catch (ScanStopException stop) when (stop.Reason == StopReason.Limit && dry)
        {
            // The second walk comes as far, and says so.
            return new Outcome(PickleEnding.Limit, offset, 1);
        }
        catch (ScanStopException stop)
        {
            _text.Close();
            _text.Comment(string.Create(CultureInfo.InvariantCulture, $"{frames[^1].Machine.Position}: stopped: {stop.Message} A loader would go on."), CodeInk.Warning);
            _text.Finish();
            throw;
        }
        finally
        {
            foreach (StreamFrame frame in frames.Skip(1))
            {
                PickleMachinePool.Return(frame.Machine);
            }

            if (dry)
            {
                _text.Dry(begin: false);
            }
        }
    }

    private void Enter(List<StreamFrame> frames, long offset, ScanBudget budget)
    {
        int number = _text.IsDry ? _uses.Count : _entered++;
        if (_text.IsDry)
        {
            _uses.Add(new StreamUses());
        }

        PickleMachine machine = frames.Count > 0 ? PickleMachinePool.Rent() : _outer ??= PickleMachinePool.Rent();
        frames.Add(new StreamFrame(machine, number < _uses.Count ? _uses[number] : new StreamUses()));
        machine.Open(_source, offset, _source.Length, _statements, budget);
    }

    /// <summary>Steps over what is no opcode, or into a pickle inside.</summary>
    private void Step(List<StreamFrame> frames, ScanBudget budget)
    {
        StreamFrame frame = frames[^1];
        if (frame.Pending is not { } data)
        {
            return;
        }

        frame.Pending = null;
        long at = frame.Machine.Position;
        _text.Comment(string.Create(CultureInfo.InvariantCulture, $"{at}: {data.Text}"));
        if (data.End < at || (data.IsPickle && frames.Count >= InnerPickles))
        {
            frame.Machine.Fail(PickleEnding.BadArgument, "It cannot be told where the data in the stream ends.");
        }
        else if (data.IsPickle)
        {
            Enter(frames, data.End, budget);
        }
        else
        {
            frame.Machine.Seek(data.End);
        }
    }

    /// <summary>Writes how a pickle ends.</summary>
    private void Leave(StreamFrame frame, bool isInner)
    {
        PickleMachine machine = frame.Machine;
        bool stopped = machine.Ending == PickleEnding.Stop;
        CodeNode? result = null;
        if (stopped)
        {
            _values.Begin();
            result = _values.Write(frame, machine.Result);
        }

        _values.Finish(frame);
        if (result is not null)
        {
            _text.Statement(isInner
                ? result.Behind(new CodePiece("array = "))
                : result.Behind(new CodePiece("return ", CodeInk.Keyword)), machine.EndingOffset);
        }

        if (!isInner && !_text.IsDry)
        {
            _text.Close();
        }

        if (!stopped)
        {
            string rest = machine.Ending == PickleEnding.Limit ? "A loader would go on." : "A loader raises here; what stands above has run.";
            _text.Comment(string.Create(CultureInfo.InvariantCulture, $"{machine.EndingOffset}: broken: {machine.EndingDetail} {rest}"), CodeInk.Warning);
        }
        else if (machine.Leftover > 0)
        {
            _text.Comment(string.Create(CultureInfo.InvariantCulture, $"{machine.EndingOffset}: {machine.Leftover:N0} {(machine.Leftover == 1 ? "value is" : "values are")} left on the stack; loaders drop what is left"));
        }
    }

    /// <summary>Steps over blanks where a pickle with a header follows them.</summary>
    private long SkipBlanks(long offset)
    {
        // Nearly always the next pickle follows at once; reading far ahead for each would cost more than the pickles.
        for (int size = 1; size <= Blanks; size *= 16)
        {
            byte[] near = _source.ReadUpTo(offset, size);
            int other = near.AsSpan().IndexOfAnyExcept("\0\t\n\r "u8);
            if (other >= 0)
            {
                return near[other] == (byte)Op.PROTO ? offset + other : offset;
            }

            if (near.Length > 0 && offset + near.Length == _source.Length)
            {
                return _source.Length;
            }
        }

        return offset;
    }

    private readonly record struct Outcome(PickleEnding Ending, long End, long Actions);
}
