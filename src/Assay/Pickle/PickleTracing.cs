// Turns what a machine does into the events of a trace.
namespace Assay.Pickle;

/// <summary>Turns what a machine does into the events of a trace; who comes to them is for the heirs to say.</summary>
internal abstract class PickleTracing : PickleObserver
{
    protected abstract void Add(PickleMachine machine, PickleTraceEvent traced);

    public override void OnImport(PickleMachine machine, PickleValue import, long offset, Op opcode)
    {
        ImportRow row = machine.Import(import);
        Add(machine, new PickleTraceEvent { Kind = "import", Offset = offset, Opcode = OpcodeTable.Name(opcode), Module = row.Module, Name = row.Name, Resolved = row.Resolved });
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
        Add(machine, new PickleTraceEvent { Kind = "persistent", Offset = offset, Opcode = OpcodeTable.Name(opcode) });

    public override void OnExtension(PickleMachine machine, PickleValue extension, long offset, Op opcode) =>
        Add(machine, new PickleTraceEvent { Kind = "extension", Offset = offset, Opcode = OpcodeTable.Name(opcode), Code = extension.Payload });

    private void Act(PickleMachine machine, string kind, PickleValue target, long offset, Op opcode, string? method) => Add(machine, new PickleTraceEvent
    {
        Kind = kind,
        Offset = offset,
        Opcode = OpcodeTable.Name(opcode),
        Callee = machine.Origin(target, resolved: false),
        Resolved = machine.Origin(target, resolved: true),
        Method = method,
    });
}

/// <summary>Passes events on while they happen, where all unpicklers read alike and only stop at different places.</summary>
internal sealed class PickleTraceStream(PickleTraceSink sink, long refusedAt) : PickleTracing
{
    private static readonly PickleDialect[] s_any = [PickleDialect.C, PickleDialect.CStream, PickleDialect.Python];
    private readonly Dictionary<(bool Refused, PickleEncodings Encodings), PickleTraceReach> _reaches = [];

    protected override void Add(PickleMachine machine, PickleTraceEvent traced)
    {
        (bool, PickleEncodings) key = (traced.Offset >= refusedAt, machine.Encodings);
        if (!_reaches.TryGetValue(key, out PickleTraceReach? reach))
        {
            List<PickleDialect> dialects = [.. s_any];
            if (!key.Item1)
            {
                dialects.Add(PickleDialect.WeightsOnly);
            }

            if ((key.Item2 & PickleEncodings.Ascii) != 0)
            {
                dialects.Add(PickleDialect.Joblib);
            }

            reach = _reaches[key] = new PickleTraceReach(dialects, key.Item2);
        }

        sink.Add(traced, reach);
    }
}

/// <summary>The events of several runs over the same bytes, each once, in the order of the bytes.</summary>
internal sealed class PickleTraceMerge : PickleTracing
{
    private readonly Dictionary<(PickleTraceEvent Event, int Ordinal), (List<PickleDialect> Dialects, PickleEncodings Encodings)> _events = [];
    private readonly List<(PickleTraceEvent Event, int Ordinal)> _order = [];
    private readonly Dictionary<PickleTraceEvent, int> _seen = [];
    private PickleDialect _dialect;

    /// <summary>Where they are set, a run stops behind the state of an array.</summary>
    public PickleArrays? Arrays { get; set; }

    /// <summary>The state of the array at which the run stopped, or empty.</summary>
    public PickleValue State { get; set; }

    public override void OnState(PickleMachine machine, PickleValue target, PickleValue state, long offset)
    {
        base.OnState(machine, target, state, offset);
        if (Arrays is not null && Arrays.Follows(machine, target))
        {
            State = state;
            machine.SuspendRequested = true;
        }
    }

    /// <summary>The next run begins.</summary>
    public void Begin(PickleDialect dialect)
    {
        _dialect = dialect;
        _seen.Clear();
    }

    public void WriteTo(PickleTraceSink sink)
    {
        foreach ((PickleTraceEvent Event, int Ordinal) key in _order.OrderBy(e => e.Event.Offset))
        {
            (List<PickleDialect> dialects, PickleEncodings encodings) = _events[key];
            dialects.Sort();
            sink.Add(key.Event, new PickleTraceReach(dialects, encodings == PickleEncodings.None ? PickleEncodings.All : encodings));
        }
    }

    protected override void Add(PickleMachine machine, PickleTraceEvent traced)
    {
        int ordinal = _seen.GetValueOrDefault(traced);
        _seen[traced] = ordinal + 1;

        // joblib's unpickler is bound to one encoding; the others tell which there are.
        PickleEncodings encodings = _dialect == PickleDialect.Joblib ? PickleEncodings.None : machine.Encodings;
        if (!_events.TryGetValue((traced, ordinal), out (List<PickleDialect> Dialects, PickleEncodings Encodings) known))
        {
            _events.Add((traced, ordinal), ([_dialect], encodings));
            _order.Add((traced, ordinal));
            return;
        }

        if (!known.Dialects.Contains(_dialect))
        {
            known.Dialects.Add(_dialect);
        }

        _events[(traced, ordinal)] = (known.Dialects, known.Encodings | encodings);
    }
}

/// <summary>What lies behind the break of every unpickler: only what reads like names, and what would be done with it.</summary>
internal sealed class PickleTraceBehind(PickleTraceSink sink, long from) : PickleTracing
{
    protected override void Add(PickleMachine machine, PickleTraceEvent traced)
    {
        if (traced.Offset >= from)
        {
            sink.Add(traced, PickleTraceReach.Nobody);
        }
    }

    public override void OnImport(PickleMachine machine, PickleValue import, long offset, Op opcode)
    {
        if (IsNamed(machine, import))
        {
            base.OnImport(machine, import, offset, opcode);
        }
    }

    public override void OnCall(PickleMachine machine, PickleValue result, long offset, Op opcode)
    {
        if (IsNamed(machine, result))
        {
            base.OnCall(machine, result, offset, opcode);
        }
    }

    public override void OnState(PickleMachine machine, PickleValue target, PickleValue state, long offset)
    {
        if (IsNamed(machine, target))
        {
            base.OnState(machine, target, state, offset);
        }
    }

    public override void OnMethod(PickleMachine machine, PickleValue target, string method, ReadOnlySpan<PickleValue> operands, long offset, Op opcode)
    {
        if (IsNamed(machine, target))
        {
            base.OnMethod(machine, target, method, operands, offset, opcode);
        }
    }

    public override void OnPersistent(PickleMachine machine, PickleValue persistent, long offset, Op opcode)
    {
    }

    public override void OnExtension(PickleMachine machine, PickleValue extension, long offset, Op opcode)
    {
    }

    private static bool IsNamed(PickleMachine machine, PickleValue value)
    {
        PickleValue root = machine.Root(value);
        return !root.IsEmpty && machine.Import(root) is { IsComputed: false } row && PythonName.IsDotted(row.Module!) && PythonName.IsDotted(row.Name!);
    }
}
