// Turns what a machine does into the events of a trace.
using Assay.Python.Names;

namespace Assay.Pickle;

/// <summary>Turns what a machine does into the events of a trace; derived classes say who comes to them.</summary>
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

/// <summary>Gathers the events of several readings, each once.</summary>
internal sealed class PickleTraceMerge(PickleSession session) : PickleTracing
{
    private readonly PickleSession _session = session;
    private readonly PickleMerge<(PickleTraceEvent Event, int Ordinal)> _merge = new(session);
    private readonly Dictionary<PickleTraceEvent, int> _seen = [];

    /// <summary>The next reading begins.</summary>
    public void Begin() => _seen.Clear();

    /// <summary>Writes the events in the order of the bytes.</summary>
    public void WriteTo(PickleTraceSink sink)
    {
        foreach (((PickleTraceEvent traced, int _), PickleTraceReach reach, bool _) in _merge.All().OrderBy(e => e.Event.Event.Offset))
        {
            sink.Add(traced, reach);
        }
    }

    protected override void Add(PickleMachine machine, PickleTraceEvent traced)
    {
        int ordinal = _seen.GetValueOrDefault(traced);
        _seen[traced] = ordinal + 1;
        _merge.Add(_session.Readings.Count - 1, (traced, ordinal), machine.Encodings);
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
        return !root.IsEmpty && machine.Import(root) is { IsComputed: false } row && DottedName.IsPlausible(row.Module!) && DottedName.IsPlausible(row.Name!);
    }
}
