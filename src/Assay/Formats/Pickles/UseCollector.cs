// Collects the uses of callables while a pickle runs, bounded in number.
using System.Runtime.InteropServices;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Joblib;
using Assay.Formats.PyTorch;
using Assay.Pickle;
using Assay.Python.Names;
using Assay.Tensors;

namespace Assay.Formats.Pickles;

/// <summary>
/// Collects the uses of callables of one run of a pickle. Equal uses are counted together; of uses that differ only in their constants the
/// first ones of each callee are kept apart and the rest folded and marked, so that no flood of calls can grow the log or hide in it.
/// </summary>
internal sealed partial class UseCollector : PickleObserver
{
    private const int TargetValues = 128;
    private const int ArgumentsVisited = 512;
    private const int WrapperValues = 512;
    private const int MembersVisited = 512;
    private const int ClassArguments = 6;
    private const int LongestHook = 64;
    private const int FirstOperands = 16;
    private const int MostOperands = 256;

    /// <summary>What lies behind the first operands is looked into less deeply.</summary>
    private const int OutlineDepth = 5;

    /// <summary>Stands for the opcode of a call that none makes.</summary>
    private const byte HookTag = 0xFE;
    private const int MaxOutside = 1024;

    /// <summary>Source that is run is kept with all that it gets, for so many calls.</summary>
    private const int MostSources = 8;
    private const int SourceValues = 1 << 15;
    private const int SourceText = 1 << 16;
    private const int SourceLevels = 16;

    private static readonly string[] s_restricted = [DialectNames.Of(PickleDialect.WeightsOnly)];

    private readonly string _path;
    private readonly UseRoom _room;
    private readonly PickleFolding _folding;
    private readonly OddityTally _oddities;
    private readonly PayloadConstants _constants;
    private readonly PickleMachine _machine;
    private FilledLater? _filled;
    private UseCollector? _nested;
    private int _outside;
    private int _sources;

    /// <summary>A collector for what <paramref name="machine"/> runs, in the artifact at <paramref name="path"/>.</summary>
    public UseCollector(string path, PickleMachine machine, UseRoom room, OddityTally oddities, PayloadConstants constants)
    {
        _path = path;
        _machine = machine;
        _room = room;
        _oddities = oddities;
        _constants = constants;
        _folding = new PickleFolding(machine, room.Held);
        machine.Computes = _folding.Computed;
    }

    /// <summary>What was collected; of folding only what <see cref="Finish"/> added.</summary>
    public CollectedUses Collected { get; } = new();

    /// <summary>Every persistent id, in the order of the stream.</summary>
    public List<PickleValue> Persistents { get; } = [];

    // Most pickles are plain data: what only uses need is made with the first one.
    private UseIndex Uses => field ??= new UseIndex(_machine, _folding, _room);

    private Dictionary<int, UseGroup> Imports => field ??= [];

    private HashSet<int> Hashed => field ??= [];

    private FilledLater Filled => _filled ??= new FilledLater(_machine, _room);

    /// <summary>The run is over, wherever it ended.</summary>
    public CollectedUses Finish()
    {
        TakeNested();
        foreach (CallableFact filled in _filled?.Changed() ?? [])
        {
            if (_room.Takes(null))
            {
                Keep(_machine.Encodings, filled);
            }
        }

        Collected.Add(_folding);
        return Collected;
    }

    public override void OnImport(PickleMachine machine, PickleValue import, long offset, Op opcode)
    {
        if (Imports.TryGetValue(import.Row, out UseGroup? group))
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
        Collected.HasPlausibleImport |= DottedName.IsPlausible(fact.Module) && DottedName.IsPlausible(fact.Name);
        if (row.IsComputed)
        {
            _oddities.Add("pickle.computed-name", offset, $"The name of an import is the result of a call: {(fact.Resolved.Length > 0 ? fact.Resolved : "it cannot be told which")}.");
        }

        Imports.Add(import.Row, Keep(machine.Encodings, fact));
    }

    public override void OnCall(PickleMachine machine, PickleValue result, long offset, Op opcode)
    {
        CallRow row = machine.Call(result);
        KnownCallee? callee = row.Callee.Kind == PickleKind.Import ? Uses.CalleeOf(row.Callee) : null;
        if (callee is { LaysOutTensors: true } && _outside < MaxOutside && TorchTensorBounds.Outside(machine, row) is { } outside)
        {
            _outside++;
            _oddities.Add("torch.tensor-outside", offset, outside);
        }

        // OBJ and INST call whatever is no class, which no name tells.
        CallableUse use = opcode is Op.NEWOBJ or Op.NEWOBJ_EX ? CallableUse.Constructed : CallableUse.Called;
        if (callee is { IsOpaque: true } && !_folding.HasPatches)
        {
            _folding.StepOver();
        }
        else
        {
            _folding.Observe(result, offset);
        }

        if (callee is { Loads: { } loads })
        {
            _constants.AddLoaded(machine, row.Arguments, isPickle: loads == "pickle");
        }
        else if (callee is { Encodes: true })
        {
            _constants.AddEncoded(machine, row.Arguments);
        }

        AddMembers(machine, row.Arguments, opcode, offset);
        if (callee is not { MakesCode: true })
        {
            machine.HandOver(row.Arguments);
            machine.HandOver(row.Keywords);
        }

        UseGroup? group = Uses.Find((byte)opcode, row.Callee, row.Arguments, row.Keywords);
        if (group is not null)
        {
            group.Seen(offset);
            return;
        }

        if (!Takes(machine, row.Callee))
        {
            return;
        }

        // Source is judged as a whole, with the module that it gets.
        bool isSource = callee is { RunsSource: true } && !_room.IsNarrow && _sources++ < MostSources;
        int budget = isSource ? SourceValues : _room.Values;
        ValueShape arguments = isSource ? machine.Shape(row.Arguments, ref budget, SourceText, -SourceLevels) : machine.Shape(row.Arguments, ref budget, _room.Text);
        ValueShape? keywords = row.Keywords.IsEmpty ? null : machine.Shape(row.Keywords, ref budget, _room.Text);
        CallableFact fact = Describe(machine, row.Callee, use, opcode, offset) with
        {
            Arguments = arguments.Kind == ShapeKind.Tuple ? arguments.Items : [arguments],
            Keywords = keywords,
        };
        if (arguments.Kind is not ShapeKind.Tuple)
            fact = fact with { Pickle = fact.Pickle! with { ArgumentsComputed = true } };

        if (CarriedCodeReading.Read(machine, row.Arguments) is { } code)
        {
            fact = fact with { Code = code };
            if (!code.IsWhole)
            {
                _oddities.Add("pickle.unread-bytecode", offset, "Code that the pickle carries is not bytecode of a version of Python that is read here, or there is too much of it.");
            }
        }

        if (use == CallableUse.Called)
        {
            fact = _folding.Resolve(fact, row.Callee, row.Arguments);
            if (!_folding.IsFollowed)
            {
                _folding.Notice(fact.Arguments, offset);
            }
        }

        UseGroup made = Keep(machine.Encodings, fact);
        Uses.Add(made);
        if (callee is not { MakesCode: true })
        {
            Filled.Note(made, row.Arguments, arguments);
        }

        AddArguments(machine, fact, row.Arguments, opcode, offset);
    }

    public override void OnState(PickleMachine machine, PickleValue target, PickleValue state, long offset)
    {
        machine.HandOver(state, depth: state.Kind == PickleKind.Tuple ? 1 : 0);
        AddState(machine, target, state, offset);
        UseGroup? group = Uses.Find((byte)Op.BUILD, target, state, default);
        if (group is not null)
        {
            group.Seen(offset);
        }
        else if (Takes(machine, target))
        {
            int budget = _room.Values;
            ValueShape shape = machine.Shape(state, ref budget, _room.Text);
            UseGroup made = Keep(machine.Encodings, Describe(machine, target, CallableUse.State, Op.BUILD, offset) with { Arguments = [shape] });
            Uses.Add(made);
            Filled.Note(made, state, shape);
        }
    }

    public override void OnMethod(PickleMachine machine, PickleValue target, string method, ReadOnlySpan<PickleValue> operands, long offset, Op opcode)
    {
        _folding.Poison(target);
        if (method == "__setitem__")
        {
            _folding.Patch(target, operands);
        }

        if (Uses.FindMethod((byte)opcode, target) is { } group)
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
        for (int i = 0; i < operands.Length && shapes.Count < MostOperands; i++)
        {
            // Behind the first ones what is plain is left out; of pairs both stay.
            int pair = method == "__setitem__" && (i ^ 1) < operands.Length ? i ^ 1 : i;
            if (i < FirstOperands || machine.IsTainted(operands[i]) || machine.IsTainted(operands[pair]))
            {
                shapes.Add((operands[i].Kind is PickleKind.Result ? _folding.Computed(operands[i]) : null) ?? machine.Shape(operands[i], ref budget, _room.Text, i < FirstOperands ? 0 : OutlineDepth));
            }
        }

        CallableFact fact = Describe(machine, target, CallableUse.Method, opcode, offset) with { Arguments = shapes, Derivation = [method] };
        UseGroup added = Keep(machine.Encodings, fact);
        added.Elided = operands.Length > FirstOperands;
        Uses.Add(added);
    }

    public override void OnHashed(PickleMachine machine, PickleValue key, long offset, Op opcode)
    {
        // What the class does with the key it does with all: one is enough. Nothing is hashed before it has been made.
        PickleValue made = machine.Call(key).Callee;
        if (made.Kind != PickleKind.Import || !Hashed.Add(made.Row) || machine.Import(made).IsComputed || !Takes(machine, key))
        {
            return;
        }

        Keep(machine.Encodings, Describe(machine, key, CallableUse.Method, opcode, offset) with { Derivation = ["__hash__"] });
    }

    public override void OnArray(PickleMachine machine, PickleValue target, PickleArray array)
    {
        if (array.Error is { } error)
        {
            _oddities.Add("joblib.wrapper-broken", array.At, error);
        }
        else if (array.IsDisputed)
        {
            _oddities.Add("joblib.wrapper-disputed", array.At, "Loaders do not agree whether raw bytes or a pickle follow.");
        }

        // A torn download lacks a part of its array; an array that is out of all proportion was never there.
        if (array.Missing > 0 && ArrayExtent.IsAbsurd(array.Declared, array.Declared - array.Missing))
        {
            _oddities.Add("joblib.declares-more", array.At, $"An array declares {array.Declared} bytes and {array.Declared - array.Missing} are left.");
        }
    }

    public override PickleObserver OnNested(PickleMachine nested) => _nested = new UseCollector(_path, nested, _room, _oddities, _constants);

    public override void OnNestedEnd(PickleMachine nested) => TakeNested();

    public override void OnArrayFile(PickleMachine machine, PickleValue target, PickleValue state, long offset)
    {
        int budget = WrapperValues;
        if (JoblibArrays.WrapperOf(machine, target) is { } wrapper && JoblibCompanion.FromState(wrapper, machine.Shape(state, ref budget)) is { } companion)
        {
            _oddities.Add(companion.Code, offset, $"An array is loaded from the file {companion.FileName} beside this one.");
        }
    }

    /// <summary>A state is the attributes, or a pair of those and of what slots hold.</summary>
    private void AddState(PickleMachine machine, PickleValue target, PickleValue state, long offset)
    {
        if (!machine.IsTainted(state))
        {
            return;
        }

        foreach (PickleValue part in state.Kind == PickleKind.Tuple && machine.Items(state) is { Length: 2 } parts ? parts.ToArray() : [state])
        {
            if (part.Kind == PickleKind.Dict)
            {
                List<PickleValue> pairs = machine.Children(part, MembersVisited, out _);
                _folding.Patch(target, CollectionsMarshal.AsSpan(pairs));
                AddHooks(machine, pairs, Op.BUILD, offset);
            }
        }
    }

    /// <summary>A call with a name, base classes and members makes a class, whatever makes it.</summary>
    private void AddMembers(PickleMachine machine, PickleValue arguments, Op opcode, long offset)
    {
        if (!machine.IsTainted(arguments))
        {
            return;
        }

        ReadOnlySpan<PickleValue> items = machine.Items(arguments);
        for (int i = 0; i + 2 < Math.Min(items.Length, ClassArguments); i++)
        {
            if (items[i].Kind is PickleKind.Str or PickleKind.PyString && items[i + 1].Kind is PickleKind.Tuple or PickleKind.EmptyTuple && items[i + 2].Kind == PickleKind.Dict)
            {
                AddHooks(machine, machine.Children(items[i + 2], MembersVisited, out _), opcode, offset);
            }
        }
    }

    /// <summary>
    /// Callables under names that Python or a loader calls by itself, in the members of a class or the attributes of an object: sooner or later
    /// they are called.
    /// </summary>
    private void AddHooks(PickleMachine machine, List<PickleValue> pairs, Op opcode, long offset)
    {
        for (int i = 0; i + 1 < pairs.Count; i += 2)
        {
            PickleValue value = pairs[i + 1];
            string name = value.Kind < PickleKind.Import ? "" : pairs[i].Kind is PickleKind.Str or PickleKind.PyString ? machine.GetText(pairs[i], LongestHook, out _)
                : pairs[i].Kind is PickleKind.Result && _folding.Computed(pairs[i]) is { Kind: ShapeKind.Str } computed ? computed.Text : "";
            if (!IsHook(name))
            {
                continue;
            }

            PickleValue bound = value.Kind == PickleKind.Result ? machine.Call(value).Arguments : default;
            if (value.Kind != PickleKind.Import && _folding.Target(value, default) is null)
            {
                continue;
            }

            if (Uses.Find(HookTag, value, bound, default) is { } group)
            {
                group.Seen(offset);
            }
            else if (Takes(machine, value))
            {
                CallableFact fact = _folding.Resolve(Describe(machine, value, CallableUse.Called, opcode, offset), value, default);
                _folding.Call(value);
                Uses.Add(Keep(machine.Encodings, fact with { Derivation = [.. fact.Derivation, $"it stands under the name {name}, which Python calls by itself"] }));
            }
        }
    }

    private static bool IsHook(string name) =>
        name is "append" or "extend" or "add" || (name.Length > 4 && name.StartsWith("__", StringComparison.Ordinal) && name.EndsWith("__", StringComparison.Ordinal));

    private void TakeNested()
    {
        if (_nested is null)
        {
            return;
        }

        CollectedUses inside = _nested.Finish();
        Collected.Add(inside);
        _nested = null;
    }

    private bool Takes(PickleMachine machine, PickleValue target) => _room.Takes(target.Kind == PickleKind.Import ? machine.Import(target) : null);

    private UseGroup Keep(PickleEncodings encodings, CallableFact fact)
    {
        _folding.Budget?.SpendWork(WorkCosts.Use, fact.Offset);
        UseGroup group = new(fact, encodings);
        Collected.Groups.Add(group);
        _room.Keep(fact.MemorySize + Uses.KeyLength);
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
                    Keep(machine.Encodings, (isComputed ? _folding.Resolve(fact, next.Value, default) : fact) with { Carrier = call.Resolved });
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

    /// <summary>What a callee that is no plain name looks like; null where its name says as much: an instance that was made with nothing and gets its first state.</summary>
    private ValueShape? TargetOf(PickleMachine machine, PickleValue target, CallableUse use)
    {
        if (target.Kind is not (PickleKind.Result or PickleKind.Instance))
        {
            return null;
        }

        CallRow call = machine.Call(target);
        if (use is CallableUse.State && call.States < 2 && call.Callee.Kind == PickleKind.Import && call.Arguments.Kind == PickleKind.EmptyTuple && call.Keywords.IsEmpty)
        {
            return null;
        }

        int budget = Math.Min(_room.Values, TargetValues);
        return machine.Shape(target, ref budget, _room.Text);
    }

    private CallableFact Describe(PickleMachine machine, PickleValue target, CallableUse use, Op opcode, long offset)
    {
        ImportRow? row = target.Kind == PickleKind.Import ? machine.Import(target) : null;
        PickleValue root = machine.Root(target);
        CallableFact fact = new()
        {
            Path = _path,
            Offset = offset,
            Offsets = [offset],
            Callee = machine.Origin(target, resolved: false),
            Resolved = machine.Origin(target, resolved: true),
            Module = row?.ResolvedModule ?? "",
            Name = row?.ResolvedName ?? "",
            Target = row is null ? TargetOf(machine, target, use) : null,
            Use = use,
            Pickle = new PickleUse
            {
                Opcode = OpcodeTable.Name(opcode),
                IsBehindPersistentId = Persistents.Count > 0,
                AllowedBy = !root.IsEmpty && WeightsOnlyList.Allows(machine.Import(root).Module, machine.Import(root).Name) ? s_restricted : [],
            },
        };
        return row is { IsComputed: true } ? _folding.Resolve(fact, target, default) : fact;
    }
}
