// Collects the lines of a decompilation and counts what does not fit.
using System.Globalization;
using Assay.Pickle;

namespace Assay.Evaluation.Decompiler;

/// <summary>Takes statements and hands their lines on; counts by kind, so that what is new is written even after much of the same.</summary>
internal sealed class CodeText(DecompilerLimits limits, Action<CodeLine> sink)
{
    private const int CommentColumn = 60;
    private const int Kinds = 1 << 17;
    private const int NamedLeftOvers = 200;

    /// <summary>Lines beyond the limit for endings; a file of a million pickles must not make a million of them.</summary>
    private const int Reserve = 1000;

    private readonly Dictionary<(ulong Root, Op Opcode), Counter> _counters = [];
    private readonly List<Counter> _leftOut = [];
    private readonly Dictionary<string, (long Count, long First)> _total = [];
    private long _leftOutUnnamed;
    private long _totalUnnamed;
    private long _linesBefore;
    private long _over;

    /// <summary>Whether nothing is handed on: the first walk only looks.</summary>
    public bool IsDry { get; private set; }

    public DecompilerLimits Limits => limits;

    /// <summary>Lines handed on.</summary>
    public long Lines { get; private set; }

    /// <summary>
    /// Whether a statement of this kind is still written; if not, it is counted. <paramref name="name"/> says what the statement does, for
    /// the count.
    /// </summary>
    public bool Admit(ulong root, Op opcode, long offset, Func<string> name)
    {
        if (!_counters.TryGetValue((root, opcode), out Counter? counter))
        {
            if (_counters.Count >= Kinds)
            {
                _leftOutUnnamed++;
                return false;
            }

            counter = new Counter();
            _counters.Add((root, opcode), counter);
        }

        if (Lines < limits.Lines && counter.Written < limits.Repeats)
        {
            counter.Written++;
            return true;
        }

        if (counter.Left++ == 0)
        {
            counter.First = offset;
            if (_leftOut.Count < NamedLeftOvers)
            {
                counter.Name = name();
                _leftOut.Add(counter);
            }
            else
            {
                counter.Unnamed = true;
            }
        }

        if (counter.Unnamed)
        {
            _leftOutUnnamed++;
        }

        return false;
    }

    /// <summary>Begins a walk that only looks, or ends it and takes back what it counted.</summary>
    public void Dry(bool begin)
    {
        IsDry = begin;
        if (begin)
        {
            _linesBefore = Lines;
        }
        else
        {
            Lines = _linesBefore;
            Forget();
        }
    }

    /// <summary>Writes a statement; <paramref name="offset"/> is where the stream asks for it, or -1.</summary>
    public void Statement(CodeNode code, long offset, string note = "")
    {
        if (IsDry)
        {
            Lines++;
            return;
        }

        List<CodeLine> lines = code.Layout(limits.Width);
        if (offset >= 0 || note.Length > 0)
        {
            List<CodePiece> first = (List<CodePiece>)lines[0].Pieces;
            int width = first.Sum(p => p.Text.Length);
            string where = offset < 0 ? "" : offset.ToString(CultureInfo.InvariantCulture);
            string comment = note.Length == 0 ? where : where.Length == 0 ? note : $"{where}: {note}";
            first.Add(new CodePiece(new string(' ', Math.Max(2, CommentColumn - width))));
            first.Add(new CodePiece("# " + comment, CodeInk.Comment));
        }

        foreach (CodeLine line in lines)
        {
            Hand(line);
        }
    }

    /// <summary>Writes a line that is only a comment.</summary>
    public void Comment(string text, CodeInk ink = CodeInk.Comment)
    {
        if (!IsDry)
        {
            Hand(new CodeLine(0, [new CodePiece("# " + text, ink)]));
        }
    }

    /// <summary>Ends one pickle: what was left out of it is remembered by name.</summary>
    public void Close()
    {
        foreach (Counter counter in _leftOut)
        {
            if (_total.TryGetValue(counter.Name, out (long Count, long First) seen))
            {
                _total[counter.Name] = (seen.Count + counter.Left, seen.First);
            }
            else if (_total.Count < NamedLeftOvers)
            {
                _total.Add(counter.Name, (counter.Left, counter.First));
            }
            else
            {
                _totalUnnamed += counter.Left;
            }
        }

        _totalUnnamed += _leftOutUnnamed;
        Forget();
    }

    /// <summary>Writes what was left out.</summary>
    public void Finish()
    {
        foreach ((string name, (long count, long first)) in _total)
        {
            LeftOut($"{name}: {count.ToString("N0", CultureInfo.InvariantCulture)} more, the first at {first.ToString(CultureInfo.InvariantCulture)}");
        }

        if (_totalUnnamed > 0)
        {
            LeftOut($"{_totalUnnamed.ToString("N0", CultureInfo.InvariantCulture)} further statements of other kinds");
        }

        if (_over > 0)
        {
            LeftOut($"{_over.ToString("N0", CultureInfo.InvariantCulture)} further lines");
        }
    }

    private void LeftOut(string what) => sink(new CodeLine(0, [new CodePiece("# left out: " + what, CodeInk.Warning)]));

    private void Forget()
    {
        _leftOut.Clear();
        _leftOutUnnamed = 0;
        _counters.Clear();
    }

    private void Hand(CodeLine line)
    {
        if (Lines >= limits.Lines + Reserve)
        {
            _over++;
            return;
        }

        Lines++;
        sink(line);
    }

    private sealed class Counter
    {
        public int Written { get; set; }

        public long Left { get; set; }

        public long First { get; set; }

        public string Name { get; set; } = "";

        public bool Unnamed { get; set; }
    }
}
