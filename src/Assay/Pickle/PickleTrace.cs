// What each unpickler would do with some bytes, event by event.
using Assay.Bytes;

namespace Assay.Pickle;

/// <summary>One thing that an unpickler would do.</summary>
public sealed record PickleTraceEvent
{
    /// <summary><c>import</c>, <c>call</c>, <c>build</c>, <c>method</c>, <c>persistent</c> or <c>extension</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The offset of the opcode.</summary>
    public required long Offset { get; init; }

    /// <summary>The opcode's name.</summary>
    public required string Opcode { get; init; }

    /// <summary>For an import: module and name as written; null where they are computed while loading.</summary>
    public string? Module { get; init; }

    /// <summary>See <see cref="Module"/>.</summary>
    public string? Name { get; init; }

    /// <summary>
    /// For call, build and method: where the object that is called or acted on comes from, with names as written:
    /// <c>module.name</c>, <c>X()</c> for the result of calling X, <c>persistent()</c> for a persistent id's object.
    /// </summary>
    public string? Callee { get; init; }

    /// <summary>The same after the loader's own renaming; empty where it cannot be told.</summary>
    public string? Resolved { get; init; }

    /// <summary>For method: <c>append</c>, <c>extend</c>, <c>add</c> or <c>setitem</c>.</summary>
    public string? Method { get; init; }

    /// <summary>For extension: the code.</summary>
    public long? Code { get; init; }
}

/// <summary>Is told of the streams of some bytes and of their events, in order.</summary>
public abstract class PickleTraceSink
{
    /// <summary>A stream begins.</summary>
    public abstract void Begin(long offset);

    /// <summary>An event of the stream, and the unpicklers in which it happens.</summary>
    public abstract void Add(PickleTraceEvent traced, IReadOnlyList<PickleDialect> dialects);

    /// <summary>
    /// The stream ended: the offset behind it, how the first unpickler ended and at which opcode, and how each ended where they differ.
    /// </summary>
    public abstract void End(long end, PickleEnding ending, long endingOffset, IReadOnlyDictionary<PickleDialect, PickleEnding> endings);
}

/// <summary>
/// Traces bytes as pickles, whatever they look like: one stream after the other to the end of the bytes or to the first that breaks.
/// The C unpickler is followed; where it meets a place at which another would do something else, the others are run from the start of
/// the stream as well and the events say who does what.
/// </summary>
public static class PickleTrace
{
    private static readonly PickleDialect[] s_all = [PickleDialect.C, PickleDialect.CStream, PickleDialect.Python];

    /// <summary>Traces <paramref name="source"/> into <paramref name="sink"/>.</summary>
    public static void Run(ByteSource source, PickleTraceSink sink, ScanBudget budget)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(sink);
        ArgumentNullException.ThrowIfNull(budget);
        PickleMachine machine = PickleMachinePool.Rent();
        try
        {
            long offset = 0;
            do
            {
                offset = Stream(machine, source, offset, sink, budget);
            }
            while (offset >= 0 && offset < source.Length);
        }
        finally
        {
            PickleMachinePool.Return(machine);
        }
    }

    /// <summary>Traces one stream; returns where the next begins, or -1.</summary>
    private static long Stream(PickleMachine machine, ByteSource source, long offset, PickleTraceSink sink, ScanBudget budget)
    {
        // The first pass only looks for places at which unpicklers part ways: most pickles have none and then stream.
        PickleEnding ending = Once(machine, source, offset, new Quiet(), budget, PickleDialect.C);
        sink.Begin(offset);
        Differential differentials = machine.Differentials;
        if (differentials == Differential.None)
        {
            Once(machine, source, offset, new Streaming(sink), budget, PickleDialect.C);
            sink.End(machine.Position, ending, machine.EndingOffset, new Dictionary<PickleDialect, PickleEnding>());
            return ending == PickleEnding.Stop ? machine.Position : -1;
        }

        (long end, PickleEnding first, long endingOffset) = (machine.Position, ending, machine.EndingOffset);
        long next = ending == PickleEnding.Stop ? end : -1;
        Dictionary<PickleDialect, PickleEnding> endings = [];
        Merge merge = new();
        foreach (PickleDialect dialect in s_all)
        {
            Collecting events = new(merge, dialect);
            endings[dialect] = Once(machine, source, offset, events, budget, dialect);
            if (next < 0 && endings[dialect] == PickleEnding.Stop)
            {
                next = machine.Position;
            }
        }

        merge.WriteTo(sink);
        sink.End(end, first, endingOffset, endings);
        return next;
    }

    private static PickleEnding Once(PickleMachine machine, ByteSource source, long offset, PickleObserver observer, ScanBudget budget, PickleDialect dialect)
    {
        machine.Open(source, offset, source.Length, observer, budget, dialect);
        try
        {
            return machine.Run();
        }
        catch (ScanStopException e) when (e.Reason == StopReason.Limit)
        {
            return machine.Fail(PickleEnding.Limit, e.Message);
        }
    }

    private sealed class Quiet : PickleObserver;

    private abstract class Tracing : PickleObserver
    {
        protected abstract void Add(PickleTraceEvent traced);

        public override void OnImport(PickleMachine machine, PickleValue import, long offset, Op opcode)
        {
            ImportRow row = machine.Import(import);
            Add(new PickleTraceEvent { Kind = "import", Offset = offset, Opcode = OpcodeTable.Name(opcode), Module = row.Module, Name = row.Name, Resolved = row.Resolved });
        }

        public override void OnCall(PickleMachine machine, PickleValue result, long offset, Op opcode) =>
            Act(machine, "call", machine.Call(result).Callee, offset, opcode, null);

        public override void OnState(PickleMachine machine, PickleValue target, PickleValue state, long offset) =>
            Act(machine, "build", target, offset, Op.BUILD, null);

        public override void OnMethod(PickleMachine machine, PickleValue target, string method, ReadOnlySpan<PickleValue> operands, long offset, Op opcode)
        {
            // extend is called once; the others once for each item.
            int calls = method switch { "__setitem__" => operands.Length / 2, "add" => operands.Length, _ => 1 };
            for (int i = 0; i < calls; i++)
            {
                Act(machine, "method", target, offset, opcode, method == "__setitem__" ? "setitem" : method);
            }
        }

        public override void OnPersistent(PickleMachine machine, PickleValue persistent, long offset, Op opcode) =>
            Add(new PickleTraceEvent { Kind = "persistent", Offset = offset, Opcode = OpcodeTable.Name(opcode) });

        public override void OnExtension(PickleMachine machine, PickleValue extension, long offset, Op opcode) =>
            Add(new PickleTraceEvent { Kind = "extension", Offset = offset, Opcode = OpcodeTable.Name(opcode), Code = extension.Payload });

        private void Act(PickleMachine machine, string kind, PickleValue target, long offset, Op opcode, string? method) => Add(new PickleTraceEvent
        {
            Kind = kind,
            Offset = offset,
            Opcode = OpcodeTable.Name(opcode),
            Callee = machine.Origin(target, resolved: false),
            Resolved = machine.Origin(target, resolved: true),
            Method = method,
        });
    }

    private sealed class Streaming(PickleTraceSink sink) : Tracing
    {
        protected override void Add(PickleTraceEvent traced) => sink.Add(traced, s_all);
    }

    private sealed class Collecting(Merge merge, PickleDialect dialect) : Tracing
    {
        protected override void Add(PickleTraceEvent traced) => merge.Add(traced, dialect);
    }

    /// <summary>The events of several runs, each once, in the order of the bytes.</summary>
    private sealed class Merge
    {
        private readonly Dictionary<(PickleTraceEvent Event, int Ordinal), List<PickleDialect>> _events = [];
        private readonly List<(PickleTraceEvent Event, int Ordinal)> _order = [];
        private readonly Dictionary<PickleTraceEvent, int> _seen = [];
        private PickleDialect _current;

        public void Add(PickleTraceEvent traced, PickleDialect dialect)
        {
            if (dialect != _current)
            {
                _current = dialect;
                _seen.Clear();
            }

            int ordinal = _seen.GetValueOrDefault(traced);
            _seen[traced] = ordinal + 1;
            if (_events.TryGetValue((traced, ordinal), out List<PickleDialect>? dialects))
            {
                dialects.Add(dialect);
                return;
            }

            _events.Add((traced, ordinal), [dialect]);
            _order.Add((traced, ordinal));
        }

        public void WriteTo(PickleTraceSink sink)
        {
            foreach ((PickleTraceEvent Event, int Ordinal) key in _order.OrderBy(e => e.Event.Offset))
            {
                sink.Add(key.Event, _events[key]);
            }
        }
    }
}
