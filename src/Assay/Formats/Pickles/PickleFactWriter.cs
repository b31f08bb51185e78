// Turns what a pickle would do into facts, bounded in number.
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Evaluation.Payloads;
using Assay.Formats.Joblib;
using Assay.Formats.PyTorch;
using Assay.Pickle;

namespace Assay.Formats.Pickles;

/// <summary>
/// Collects the uses of callables of one pickle. Equal uses are counted together; of uses that differ only in their constants the first
/// ones of each callee are kept apart and the rest folded and marked, so that no flood of calls can grow the log or hide in it.
/// </summary>
internal sealed class PickleFactWriter : PickleObserver
{
    private const int ArgumentsVisited = 512;
    private const int WrapperValues = 512;
    private const int MaxPayloads = 256;
    private const int MaxOutside = 1024;
    private const int EncodedPayload = 16 << 20;

    private static readonly string[] s_restricted = [DialectNames.Of(PickleDialect.WeightsOnly)];

    private readonly Artifact _artifact;
    private readonly UseIndex _uses;
    private readonly List<UseGroup> _order = [];
    private readonly List<(AnomalyFact First, long Count)> _anomalies = [];
    private readonly List<(string Name, ByteSource Bytes)> _payloads = [];
    private readonly Dictionary<int, UseGroup> _imports = [];
    private readonly PickleFolding _folding;
    private readonly UseRoom _room;
    private int _outside;

    public PickleFactWriter(Artifact artifact, PickleMachine machine, ScanLimits limits)
    {
        _artifact = artifact;
        _folding = new PickleFolding(machine);
        _room = new UseRoom(limits);
        _uses = new UseIndex(machine, _folding, _room);
    }

    /// <summary>Called when BUILD filled an array wrapper of joblib; raw array bytes follow in the stream.</summary>
    public Action<PickleMachine, PickleValue>? OnArrayWrapper { get; set; }

    /// <summary>Called when BUILD filled a wrapper of an older joblib, whose array lies in a file of its own.</summary>
    public Action<JoblibCompanion, long>? OnCompanion { get; set; }

    /// <summary>Called for each persistent id.</summary>
    public Action<PickleMachine, PickleValue>? OnPersistentId { get; set; }

    /// <summary>Whether anything was imported.</summary>
    public bool HasImports => _imports.Count > 0;

    /// <summary>Whether an import was seen whose names look like names of Python code.</summary>
    public bool HasPlausibleImport { get; private set; }

    /// <summary>Whether BUILD filled an array wrapper, so that joblib and plain unpicklers part ways.</summary>
    public bool HasArrays { get; private set; }

    /// <summary>
    /// Adds what <paramref name="first"/>, the run of another unpickler over the same bytes, did not see; true when there was anything.
    /// </summary>
    public bool CommitBeyond(PickleFactWriter first, string dialect, ReadContext context, Predicate<long> where)
    {
        _room.Tell(context);
        HashSet<(CallableUse, string, long)> seen = [.. first._order.Select(g => (g.Fact.Use, g.Fact.Callee, g.Fact.Offset))];
        List<UseGroup> beyond = [.. _order.Where(g => where(g.Fact.Offset) && !seen.Contains((g.Fact.Use, g.Fact.Callee, g.Fact.Offset)))];
        foreach (UseGroup group in beyond)
        {
            context.Add(group.Fact with
            {
                Count = group.Count,
                Offsets = [.. group.Offsets],
                ConstantsElided = group.Elided,
                Pickle = group.Fact.Pickle! with { Dialects = [dialect] },
            });
        }

        return beyond.Count > 0;
    }

    /// <summary>Adds everything to the log, in the order of first sight.</summary>
    public void Commit(ReadContext context)
    {
        _room.Tell(context);
        if (_folding.Exceeded)
        {
            OnOddity("pickle.folding-stopped", 0, "What the pickle computes would take too many steps or bytes to follow; some of it stays unknown.");
        }

        foreach ((AnomalyFact anomaly, long count) in _anomalies)
        {
            context.Add(anomaly with { Count = count });
        }

        foreach (UseGroup group in _order)
        {
            context.Add(group.Fact with
            {
                Count = group.Count,
                Offsets = [.. group.Offsets],
                ConstantsElided = group.Elided,
            });
        }

        _folding.Commit(_artifact.Path, _order.Where(g => g.Fact.Use is CallableUse.Called).Select(g => g.Fact.Resolved), context);
    }

    /// <summary>
    /// Whether a constant that begins like a pickle is one: it ends in STOP, or does something before it breaks. Byte code and random
    /// numbers begin like that as well.
    /// </summary>
    private static bool IsWorthReading(ByteSource bytes, ScanBudget budget)
    {
        if (bytes.ReadUpTo(0, 1) is not [(byte)Op.PROTO])
        {
            return true;
        }

        PickleProbe.Trial trial = PickleProbe.Try(bytes, new ByteRange(0, bytes.Length), budget);
        return trial.Ending is PickleEnding.Stop or PickleEnding.Suspended or PickleEnding.Limit || trial.Acts || trial.KnownImports;
    }

    /// <summary>Examines constants that look like files of their own.</summary>
    public void SubmitPayloads(ReadContext context)
    {
        foreach ((string name, ByteSource bytes) in _payloads)
        {
            if (!IsWorthReading(bytes, context.Budget))
            {
                continue;
            }

            context.Submit(new Artifact(name, bytes, _artifact) { MayBeOpaque = true });
        }

        foreach (RecoveredBytes recovered in _folding.Recovered)
        {
            if (!_payloads.Exists(p => p.Bytes.Length == recovered.Bytes.Length && p.Bytes.ReadUpTo(0, recovered.Bytes.Length).AsSpan().SequenceEqual(recovered.Bytes)))
            {
                context.Submit(new Artifact(recovered.Name, new MemorySource(recovered.Bytes), _artifact, recovered.IsPickle ? "pickle" : null) { MayBeOpaque = true });
            }
        }
    }

    public override void OnImport(PickleMachine machine, PickleValue import, long offset, Op opcode)
    {
        if (_imports.TryGetValue(import.Row, out UseGroup? group))
        {
            group.Seen(offset);
            return;
        }

        ImportRow row = machine.Import(import);
        if (!_room.Takes(row))
        {
            return;
        }

        CallableFact fact = Describe(machine, import, CallableUse.Imported, opcode, offset);
        HasPlausibleImport |= PythonName.IsDotted(fact.Module) && PythonName.IsDotted(fact.Name);
        if (row.IsComputed)
        {
            OnOddity("pickle.computed-name", offset, $"The name of an import is the result of a call: {(fact.Resolved.Length > 0 ? fact.Resolved : "it cannot be told which")}.");
        }

        _imports.Add(import.Row, Keep(fact, offset));
    }

    public override void OnCall(PickleMachine machine, PickleValue result, long offset, Op opcode)
    {
        ref CallRow row = ref machine.Call(result);
        KnownCallee? callee = row.Callee.Kind == PickleKind.Import ? _uses.CalleeOf(row.Callee) : null;
        if (callee is { LaysOutTensors: true } && _outside < MaxOutside && TorchTensorBounds.Outside(machine, row) is { } outside)
        {
            _outside++;
            OnOddity(machine, "torch.tensor-outside", offset, outside);
        }

        CallableUse use = result.Kind == PickleKind.Instance ? CallableUse.Constructed : CallableUse.Called;
        if (callee is { IsOpaque: true })
        {
            _folding.StepOver();
        }
        else
        {
            _folding.Observe(result, offset);
        }

        UseGroup? group = _uses.Find((byte)opcode, row.Callee, row.Arguments, row.Keywords);
        if (group is not null)
        {
            group.Seen(offset);
            return;
        }

        if (!Takes(machine, row.Callee))
        {
            return;
        }

        int budget = _room.Values;
        ValueShape arguments = machine.Shape(row.Arguments, ref budget, _room.Text);
        ValueShape? keywords = row.Keywords.IsEmpty ? null : machine.Shape(row.Keywords, ref budget, _room.Text);
        CallableFact fact = Describe(machine, row.Callee, use, opcode, offset) with
        {
            Arguments = arguments.Kind == ShapeKind.Tuple ? arguments.Items : [arguments],
            Keywords = keywords,
        };
        if (use == CallableUse.Called)
        {
            fact = _folding.Resolve(fact, row.Callee, row.Arguments);
            if (!_folding.IsFollowed)
            {
                _folding.Notice(fact.Arguments, offset);
            }
        }

        _uses.Add(Keep(fact, offset));
        AddArguments(machine, fact, row.Arguments, opcode, offset);
        AddEncodedPayload(machine, fact, row.Arguments);
    }

    public override void OnState(PickleMachine machine, PickleValue target, PickleValue state, long offset)
    {
        UseGroup? group = _uses.Find((byte)Op.BUILD, target, state, default);
        if (group is not null)
        {
            group.Seen(offset);
        }
        else if (Takes(machine, target))
        {
            int budget = _room.Values;
            _uses.Add(Keep(Describe(machine, target, CallableUse.State, Op.BUILD, offset) with { Arguments = [machine.Shape(state, ref budget, _room.Text)] }, offset));
        }

        if (JoblibEmbeddedArrays.Follows(machine, target))
        {
            HasArrays = true;
            OnArrayWrapper?.Invoke(machine, state);
        }
        else if (OnCompanion is not null && machine.Root(target) is { IsEmpty: false } root && machine.Import(root).Resolved is string name
            && JoblibCompanion.IsWrapper(name))
        {
            int budget = WrapperValues;
            if (JoblibCompanion.FromState(name, machine.Shape(state, ref budget)) is { } companion)
            {
                OnCompanion(companion, offset);
            }
        }
    }

    public override void OnMethod(PickleMachine machine, PickleValue target, string method, ReadOnlySpan<PickleValue> operands, long offset, Op opcode)
    {
        _folding.Poison(target);
        if (_uses.FindMethod((byte)opcode, target) is { } group)
        {
            group.Seen(offset);
            group.Elided = true;
            return;
        }

        if (!Takes(machine, target))
        {
            return;
        }

        int budget = _room.Values;
        List<ValueShape> shapes = [];
        foreach (PickleValue operand in operands[..Math.Min(operands.Length, 16)])
        {
            shapes.Add(machine.Shape(operand, ref budget, _room.Text));
        }

        CallableFact fact = Describe(machine, target, CallableUse.Method, opcode, offset) with { Arguments = shapes, Derivation = [method] };
        UseGroup added = Keep(fact, offset);
        added.Elided = operands.Length > 16;
        _uses.Add(added);
    }

    public override void OnPersistent(PickleMachine machine, PickleValue persistent, long offset, Op opcode) =>
        OnPersistentId?.Invoke(machine, persistent);

    public override void OnExtension(PickleMachine machine, PickleValue extension, long offset, Op opcode) =>
        OnOddity(machine, "pickle.extension-unregistered", offset, $"Extension code {extension.Payload} means whatever the loading program registered for it.");

    public override void OnPayload(PickleMachine machine, PickleValue constant, long offset, long length)
    {
        if (_payloads.Count >= MaxPayloads)
        {
            return;
        }

        ByteSource bytes = machine.Source.Slice(new ByteRange(offset, length));
        if (length <= EncodedPayload && EncodedText.TryDecode(bytes.ReadUpTo(0, (int)length)) is { } decoded)
        {
            _payloads.Add(($"decoded@0x{offset:x}", new MemorySource(decoded)));
        }
        else
        {
            _payloads.Add(($"bytes@0x{offset:x}", bytes));
        }
    }

    public override bool IsOldNews(string code)
    {
        int at = _anomalies.FindIndex(a => a.First.Code == code);
        if (at >= 0)
        {
            _anomalies[at] = (_anomalies[at].First, _anomalies[at].Count + 1);
        }

        return at >= 0;
    }

    public override void OnOddity(PickleMachine machine, string code, long offset, string detail) => OnOddity(code, offset, detail);

    /// <summary>The first oddity of each kind is kept and the rest are counted: a stream may be odd millions of times.</summary>
    private void OnOddity(string code, long offset, string detail)
    {
        if (!IsOldNews(code))
        {
            _anomalies.Add((new AnomalyFact { Path = _artifact.Path, Offset = offset, Code = code, Detail = detail }, 1));
        }
    }

    private bool Takes(PickleMachine machine, PickleValue target) => _room.Takes(target.Kind == PickleKind.Import ? machine.Import(target) : null);

    private UseGroup Keep(CallableFact fact, long offset)
    {
        UseGroup group = new(fact, offset);
        _order.Add(group);
        _room.Keep(fact.MemorySize + _uses.KeyLength);
        return group;
    }

    /// <summary>Callables that are handed to another callable.</summary>
    private void AddArguments(PickleMachine machine, CallableFact call, PickleValue arguments, Op opcode, long offset)
    {
        if (!machine.IsTainted(arguments))
        {
            return;
        }

        Stack<(PickleValue Value, int Depth)> pending = new([(arguments, 0)]);
        int visited = 0;
        while (pending.TryPop(out (PickleValue Value, int Depth) next) && visited++ < ArgumentsVisited)
        {
            bool isComputed = next.Value.Kind == PickleKind.Result && _folding.Target(next.Value, default) is { Arguments.Count: 0 };
            if (next.Value.Kind == PickleKind.Import || isComputed)
            {
                if (Takes(machine, next.Value))
                {
                    CallableFact fact = Describe(machine, next.Value, CallableUse.Argument, opcode, offset);
                    Keep((isComputed ? _folding.Resolve(fact, next.Value, default) : fact) with { Carrier = call.Resolved }, offset);
                }
            }
            else if (next.Depth < 8)
            {
                foreach (PickleValue child in machine.Children(next.Value, 64, out _))
                {
                    pending.Push((child, next.Depth + 1));
                }
            }
        }
    }

    /// <summary>Protocol 2 writes bytes as text that <c>_codecs.encode</c> turns back: look at those bytes too.</summary>
    private void AddEncodedPayload(PickleMachine machine, CallableFact fact, PickleValue arguments)
    {
        if (fact.Resolved != "_codecs.encode" || fact.Arguments is not [{ Kind: ShapeKind.Str, Count: >= 16 } text, { Text: "latin1" or "latin-1" }]
            || !(text.Text.StartsWith('\u0080') || text.Text.StartsWith("PK\u0003\u0004", StringComparison.Ordinal)) || _payloads.Count >= MaxPayloads)
        {
            return;
        }

        PickleValue leaf = machine.Children(arguments, 2, out _)[0];
        string whole = machine.GetText(leaf, 64 << 20, out _);
        _payloads.Add(($"encoded@0x{leaf.Payload:x}", new MemorySource(Encoding.Latin1.GetBytes(whole))));
    }

    /// <summary>
    /// Adds what was seen from <paramref name="from"/> on, where no unpickler comes, as far as it looks like names of Python code.
    /// </summary>
    public void CommitBehind(ReadContext context, long from)
    {
        _room.Tell(context);
        foreach (UseGroup group in _order.Where(g => g.Fact.Offset >= from && PythonName.IsDotted(g.Fact.Module) && PythonName.IsDotted(g.Fact.Name)))
        {
            context.Add(group.Fact with { Count = group.Count, Offsets = [.. group.Offsets], ConstantsElided = group.Elided, Pickle = group.Fact.Pickle! with { Encodings = [] }, Reached = false });
        }
    }

    private CallableFact Describe(PickleMachine machine, PickleValue target, CallableUse use, Op opcode, long offset)
    {
        ImportRow? row = target.Kind == PickleKind.Import ? machine.Import(target) : null;
        PickleValue root = machine.Root(target);
        CallableFact fact = new()
        {
            Path = _artifact.Path,
            Offset = offset,
            Callee = machine.Origin(target, resolved: false),
            Resolved = machine.Origin(target, resolved: true),
            Module = row?.ResolvedModule ?? "",
            Name = row?.ResolvedName ?? "",
            Use = use,
            Pickle = new PickleUse
            {
                Opcode = OpcodeTable.Name(opcode),
                Encodings = machine.Encodings == PickleEncodings.All ? [] : DialectNames.Of(machine.Encodings),
                AllowedBy = !root.IsEmpty && WeightsOnlyList.Allows(machine.Import(root).Module, machine.Import(root).Name) ? s_restricted : [],
            },
        };
        return row is { IsComputed: true } ? _folding.Resolve(fact, target, default) : fact;
    }
}
