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
    private const int InnerLines = 400;
    private const int InnerRepeats = 50;
    private const int Blanks = 1 << 16;
    private readonly ByteSource _source;
    private readonly ScanLimits _limits;
    private readonly TimeProvider _time;
    private readonly CancellationToken _cancellation;
    private readonly CodeText _text;
    private readonly CodeNames _names = new();
    private readonly StatementObserver _statements;
    private readonly PickleArrays? _arrays;
    private StrongBox<int> _innerLeft;

    public PickleDecompiler(
        ByteSource source, ScanLimits limits, TimeProvider time, DecompilerLimits size, Action<CodeLine> sink,
        PickleArrays? arrays = null, CancellationToken cancellation = default)
    {
        _source = source;
        _limits = limits;
        _time = time;
        _cancellation = cancellation;
        _text = new CodeText(size, sink);
        _statements = new StatementObserver(_text, _names, new ValueWriter(_text, _names), new FoldedNoteWriter(_text, Inner), arrays?.Loader ?? "");
        _arrays = arrays;
        _innerLeft = new StrongBox<int>(size.InnerPickles);
    }

    /// <summary>Writes everything. What was written stays valid when a limit is spent: the last line says so.</summary>
    /// <exception cref="ScanStopException">A limit is spent, or the source went away.</exception>
    public void Run()
    {
        long offset = 0;
        long plain = 0;
        for (int stream = 0; stream == 0 || offset < _source.Length; stream++)
        {
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

            long next = look.Ending == PickleEnding.Stop ? look.End : -1;
            foreach (PickleParting parting in look.IsAlike ? [] : PicklePartings.Of(_source, offset, Budget(), _arrays))
            {
                // What raises in one unpickler is stepped over by another, and whoever reads only the first would miss what runs there.
                _text.Comment(string.Create(CultureInfo.InvariantCulture, $"{parting.From}: only in {parting.Who}: does more with the same bytes, from their start"), CodeInk.Warning);
                Walk(offset, dry: true, parting.Reading);
                Walk(offset, dry: false, parting.Reading);
                next = next < 0 && parting.Ending == PickleEnding.Stop ? parting.Position : next;
            }

            if (next < 0)
            {
                break;
            }

            offset = SkipBlanks(next);
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
            new MemorySource(pickle), _limits, _time, size, l => line(new string(' ', l.Indent) + string.Concat(l.Pieces.Select(p => p.Text))), _arrays, _cancellation)
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

    private ScanBudget Budget()
    {
        ScanBudget budget = new(_limits, _time, _cancellation);
        budget.Admit(_source.Length);
        return budget;
    }

    /// <summary>Walks one pickle, as <paramref name="reading"/> reads it, or else as the first reading does.</summary>
    private Outcome Walk(long offset, bool dry, PickleReading? reading = null)
    {
        using PickleSession session = new(_source, offset, _source.Length, Budget(), _arrays);
        if (dry)
        {
            _text.Dry(begin: true);
        }

        try
        {
            _statements.Begin(session.First);
            if (reading is null)
            {
                session.Begin(_statements);
            }
            else
            {
                session.Begin(reading, _statements);
            }

            session.Run();
            _statements.End();
            return new Outcome(session.First.Ending, session.First.Position, session.First.Actions, session.Differentials == Differential.None);
        }
        catch (ScanStopException stop) when (stop.Reason == StopReason.Limit && dry)
        {
            // The second walk comes as far, and says so.
            return new Outcome(PickleEnding.Limit, offset, 1, IsAlike: true);
        }
        catch (ScanStopException stop)
        {
            _text.Close();
            _text.Comment(string.Create(CultureInfo.InvariantCulture, $"{session.Running.Position}: stopped: {stop.Message} A loader would go on."), CodeInk.Warning);
            _text.Finish();
            throw;
        }
        finally
        {
            if (dry)
            {
                _text.Dry(begin: false);
            }
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

    private readonly record struct Outcome(PickleEnding Ending, long End, long Actions, bool IsAlike);
}
