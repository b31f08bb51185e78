// Runs a pickle without creating a single object.
using System.Runtime.CompilerServices;
using Assay.Bytes;

namespace Assay.Pickle;

/// <summary>
/// The abstract pickle machine: stack, memo and marks after CPython's C unpickler, with values of eight bytes instead of objects.
/// It is total and iterative, tells an observer what a loader would do, and where a loader would raise it stops and says how.
/// A machine is used again from pickle to pickle; nothing that it handed out outlives <see cref="Open"/>.
/// </summary>
internal sealed partial class PickleMachine
{
    private const int SmallWindow = 16 << 10;
    private const int LargeWindow = 256 << 10;
    private const int Batch = 1 << 16;

    private static readonly MemorySource s_nothing = new(default);
    private static readonly SilentObserver s_silent = new();
    private const int FirstStack = 256;
    private const int FirstMarks = 32;
    private const int LargeStack = 1 << 20;

    /// <summary>What the tables of the open pickle hold.</summary>
    private readonly HeldMemory _held = new();
    private readonly PickleMemo _memo;
    private readonly PickleCells _cells;
    private byte[] _window = [];
    private PickleValue[] _stack = new PickleValue[FirstStack];
    private int[] _marks = new int[FirstMarks];
    private int _top;
    private int _markCount;
    private int _fence;
    private PickleReader _reader;
    private ByteSource _source = s_nothing;
    private PickleObserver _observer = s_silent;
    private ScanBudget? _budget;
    private ScanLimits _limits = new();
    private long _end;
    private int _protocol;
    private PickleDialect _dialect;
    private long _frameEnd;
    private bool _ended;

    public PickleMachine()
    {
        _memo = new PickleMemo(_held);
        _cells = new PickleCells(_held);
        _containers = new PickleRowList<ContainerRow>(_held);
        _calls = new PickleCalls(_held);
        _importLookup = _importIndex.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    /// <summary>Whether the loop must stop after the current opcode: it ended, or an array lies behind it.</summary>
    private bool _halt;

    /// <summary>Where the current pickle starts.</summary>
    public long Start { get; private set; }

    /// <summary>The offset of the next opcode.</summary>
    public long Position => _reader.Position;

    /// <summary>How the run ended, or was suspended.</summary>
    public PickleEnding Ending { get; private set; }

    /// <summary>The offset of the opcode at which it ended.</summary>
    public long EndingOffset { get; private set; }

    /// <summary>One plain sentence on the ending; empty for STOP.</summary>
    public string EndingDetail { get; private set; } = "";

    /// <summary>The value that STOP returned, or the top of the stack.</summary>
    public PickleValue Result { get; private set; }

    /// <summary>Opcodes executed since <see cref="Open"/>.</summary>
    public long Opcodes { get; private set; }

    /// <summary>Calls, constructions and states seen since <see cref="Open"/>.</summary>
    public long Actions { get; private set; }

    /// <summary>Values on the stack and marks.</summary>
    public int Depth => _top + _markCount;

    /// <summary>Values left on the stack.</summary>
    public int Leftover => _top;

    /// <summary>The protocol in force; the last PROTO wins.</summary>
    public int Protocol => _protocol;

    /// <summary>The places met so far at which another unpickler would do something else.</summary>
    public Differential Differentials { get; private set; }

    /// <summary>The unpickler that is followed.</summary>
    public PickleDialect Dialect => _dialect;

    /// <summary>The bytes being read.</summary>
    public ByteSource Source => _source;

    /// <summary>
    /// Opens a pickle that starts at <paramref name="offset"/>; the data counts as ended at <paramref name="end"/>. Loaders that ask for
    /// other encodings than <paramref name="encodings"/> are left out.
    /// </summary>
    public void Open(
        ByteSource source, long offset, long end, PickleObserver observer, ScanBudget budget,
        PickleDialect dialect = PickleDialect.C, PickleEncodings encodings = PickleEncodings.All)
    {
        _dialect = dialect;
        _arrays = null;
        _array = default;
        Encodings = dialect == PickleDialect.Joblib ? encodings & PickleEncodings.Ascii : encodings;
        Differentials = Differential.None;
        _source = source;
        _observer = observer;
        _memo.Reset();
        ResetRows();
        _held.Start(budget);
        _budget = budget;
        _limits = budget.Limits;
        _end = Math.Min(end, source.Length);
        long size = Math.Max(0, _end - offset);
        int window = size <= SmallWindow - PickleReader.Slack ? SmallWindow : LargeWindow;
        if (_window.Length < window)
        {
            _window = new byte[window];
        }

        _reader = new PickleReader(source, offset, _end, _window, _limits.LineBytes) { Dialect = dialect >= PickleDialect.Python ? PickleDialect.Python : dialect };
        if (_stack.Length > _limits.StackValues || _marks.Length > _limits.StackValues)
        {
            // What a limit allows must not depend on what was scanned before.
            _stack = new PickleValue[(int)Math.Min(FirstStack, _limits.StackValues)];
            _marks = new int[(int)Math.Min(FirstMarks, _limits.StackValues)];
        }

        // What was grown for another pickle is kept while it is small, and counted as if it had been grown for this one.
        _held.Add((8L * _stack.Length) + (4L * _marks.Length));

        Start = offset;
        _top = 0;
        _markCount = 0;
        _fence = 0;
        _protocol = 0;
        _frameEnd = long.MaxValue;
        _ended = false;
        Ending = PickleEnding.Suspended;
        EndingOffset = offset;
        EndingDetail = "";
        Result = default;
        Opcodes = 0;
        Actions = 0;
        _halt = false;
    }

    /// <summary>Lets go of the bytes and the observer; outsized storage is freed.</summary>
    public void Close()
    {
        _source = s_nothing;
        _observer = s_silent;
        _arrays = null;
        _budget = null;
        if (_stack.Length > 1 << 16)
        {
            _stack = new PickleValue[FirstStack];
        }

        if (_marks.Length > 1 << 16)
        {
            _marks = new int[FirstMarks];
        }

        _memo.Reset();
        ResetRows();
        _held.Start(null);
    }

    /// <summary>Runs until the pickle ends, an array lies in its way, or <paramref name="maxOpcodes"/> are executed.</summary>
    public PickleEnding Run(long maxOpcodes = long.MaxValue)
    {
        if (_ended)
        {
            return Ending;
        }

        _halt = false;
        while (maxOpcodes > 0)
        {
            int batch = (int)Math.Min(Batch, maxOpcodes);
            long from = _reader.Position;
            int executed = _dialect == PickleDialect.WeightsOnly ? RunRestricted(batch) : RunBatch(batch);
            Opcodes += executed;
            maxOpcodes -= executed;
            if (_budget is { } budget && (executed == Batch || _halt || maxOpcodes == 0))
            {
                budget.SpendOpcodes(executed, _reader.Position);
                budget.SpendWork(Math.Max(0, _reader.Position - from) / WorkCosts.BytesRead, _reader.Position);
            }

            if (_halt)
            {
                break;
            }
        }

        if (!_ended)
        {
            Ending = PickleEnding.Suspended;
        }

        return Ending;
    }

    /// <summary>Ends the run from outside: what must follow in the stream is not there.</summary>
    public PickleEnding Fail(PickleEnding ending, string detail)
    {
        End(ending, detail);
        return ending;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Push(PickleValue value)
    {
        PickleValue[] stack = _stack;
        int top = _top;
        if ((uint)top >= (uint)stack.Length)
        {
            stack = GrowStack();
        }

        stack[top] = value;
        _top = top + 1;
    }

    private PickleValue[] GrowStack()
    {
        if (_stack.Length >= _limits.StackValues)
        {
            throw ScanBudget.Spent("stack-values", _limits.StackValues, _reader.Offset);
        }

        // While the old stack is copied both are there. No opcode pushes more than one value, so what is large already becomes as large as the rest of
        // the pickle can make it, where that may be held, or takes half of what may be: memory that is not touched yet costs nothing, and copies do.
        PickleValue[] old = _stack;
        long size = Math.Min((long)old.Length * (old.Length < 1 << 17 ? 8 : 2), _limits.StackValues);
        if (old.Length >= LargeStack)
        {
            long most = Math.Min(old.Length + 1L + Math.Max(0, _end - _reader.Position), _limits.StackValues);
            long left = _budget is { } budget ? (budget.Limits.Memory - budget.HeldBytes) / 8 : long.MaxValue;
            size = most <= left ? most : Math.Max(size, left / 2);
        }

        _held.Add(8 * size);

        PickleValue[] larger = GC.AllocateUninitializedArray<PickleValue>((int)size);
        old.CopyTo(larger, 0);
        _stack = larger;
        _held.Remove(8L * old.Length);
        return larger;
    }

    /// <summary>Takes the top value; false, with the ending set, where only a mark or nothing is there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Pop(out PickleValue value)
    {
        if (_top <= _fence)
        {
            value = default;
            return Underflow();
        }

        value = _stack[--_top];
        return true;
    }

    private void PushMark()
    {
        if (_markCount == _marks.Length)
        {
            if (_marks.Length >= _limits.StackValues)
            {
                throw ScanBudget.Spent("stack-values", _limits.StackValues, _reader.Offset);
            }

            int had = _marks.Length;
            _held.Add(8L * had);
            Array.Resize(ref _marks, had * 2);
            _held.Remove(4L * had);
        }

        _marks[_markCount++] = _top;
        _fence = _top;
        if (_markCount == DeepNesting)
        {
            Odd("pickle.deep-nesting", $"More than {DeepNesting} marks are open at once.");
        }
    }

    /// <summary>Takes the innermost mark and returns the stack position behind it, or -1 with the ending set.</summary>
    private int PopMark()
    {
        if (_markCount == 0)
        {
            End(PickleEnding.NoMark, "The opcode needs a mark and there is none.");
            return -1;
        }

        int position = _marks[--_markCount];
        _fence = _markCount > 0 ? _marks[_markCount - 1] : 0;
        return position;
    }

    private bool Underflow() => End(
        PickleEnding.StackUnderflow,
        _markCount > 0 ? "The opcode needs a value and finds a mark." : "The opcode needs a value and the stack is empty.");

    /// <summary>Ends the run: a loader raises here. Always false.</summary>
    private bool End(PickleEnding ending, string detail)
    {
        _ended = true;
        _halt = true;
        Ending = ending;
        EndingOffset = _reader.Offset;
        EndingDetail = detail;
        return false;
    }

    /// <summary>
    /// Notes that the unpickler in Python, and those that derive from it or are built like it, do something else here, and says whether one
    /// of them is followed.
    /// </summary>
    private bool InPython()
    {
        Differentials |= Differential.Python;
        return FollowsPython;
    }

    private bool FollowsPython => _dialect >= PickleDialect.Python;

    private void Odd(string code, string detail) => _observer.OnOddity(this, code, _reader.Offset, detail);

    private const int DeepNesting = 10_000;

    private sealed class SilentObserver : PickleObserver;
}
