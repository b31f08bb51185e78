// Folds the values of one pickle: what would a loader have computed here?
using Assay.Evaluation.Functions;
using Assay.Evaluation.Values;
using Assay.Pickle;
using Assay.Python.Names;

namespace Assay.Evaluation;

/// <summary>
/// Folds the values of the pickle that a machine has open: lazily, each call once, without recursion on the stream. A list that a call
/// got is folded at the time of the call, because the stream may change it afterwards.
/// </summary>
internal sealed partial class PickleEvaluator(PickleMachine machine)
{
    private const int MaxContainerDepth = 16;
    private const int EagerCalls = 4096;
    private const int EagerItems = 4096;
    private const int MaxRows = 200_000;
    private const int MaxPatches = 1024;
    private const string OwnDict = ".__dict__";
    private const int ChildWork = 20;
    private readonly Dictionary<int, Memo> _memo = [];
    private readonly Dictionary<int, Interest> _interest = [];
    private readonly HashSet<int> _models = [];
    private readonly Dictionary<string, FoldedValue> _patches = new(StringComparer.Ordinal);
    private int _eager = EagerCalls;
    private int _current = -1;
    private int _resolving = -1;
    private long _values;
    private Folder? _folder;

    /// <summary>What resolving works with, kept between two values.</summary>
    private (Stack<int> Open, HashSet<int> Active)? _spare;

    private readonly record struct Memo(FoldedValue Value, int States, long Mutables);

    private enum Interest : byte
    {
        None,

        /// <summary>Pure: folded when somebody asks.</summary>
        Lazy,

        /// <summary>What it gets or gives is followed: folded at once.</summary>
        Eager,
    }

    /// <summary>What calls the functions.</summary>
    public Folder Folder => _folder ??= new Folder(machine.Budget, machine.Held);

    /// <summary>Whether something was given up because it would have cost too much.</summary>
    public bool Exceeded => _folder is { Budget.Exceeded: true };

    /// <summary>The offset of the call being folded, where it has one.</summary>
    public long CurrentOffset => _resolving < 0 ? 0 : machine.Call(new PickleValue(PickleKind.Result, _resolving)).Offset;

    /// <summary>Whether <see cref="Observe"/> has no use for calls of an import, whatever their arguments.</summary>
    public bool Ignores(PickleValue import) => InterestIn(import) == Interest.None;

    /// <summary>Looks at a call as it happens. True when it was folded because something in it is to be followed.</summary>
    public bool Observe(PickleValue result)
    {
        CallRow row = machine.Call(result);
        Interest interest = InterestIn(row.Callee);
        bool inTime = interest == Interest.Lazy && machine.Mutables(row.Arguments) is >= 0 and <= EagerItems;
        if (interest != Interest.Eager && (!inTime || _eager <= 0))
        {
            return false;
        }

        if (_models.Contains(row.Callee.Row) && row.Callee.Kind == PickleKind.Import && !machine.IsTainted(row.Arguments))
        {
            // Plain bytes that hold a model are a payload that the machine has shown already, and may be large.
            return false;
        }

        _eager -= interest == Interest.Eager ? 0 : 1;
        _current = result.Row;
        Resolve(result);
        _current = -1;
        return interest == Interest.Eager;
    }

    /// <summary>The value was changed by an opcode after it was made.</summary>
    public void Poison(PickleValue target)
    {
        if (target.Kind is PickleKind.Result or PickleKind.Instance)
        {
            _memo[target.Row] = new Memo(FoldedValue.Unknown, int.MaxValue, -1);
        }
    }

    /// <summary>
    /// An opcode sets attributes of <paramref name="target"/>: where that is a module or a class that was only imported, or its
    /// <c>__dict__</c>, their names mean something else from now on.
    /// </summary>
    public void Patch(PickleValue target, ReadOnlySpan<PickleValue> pairs)
    {
        bool isMade = target.Kind is PickleKind.Result or PickleKind.Instance;
        if (target.Kind < PickleKind.Import || (isMade && InterestIn(machine.Call(target).Callee) == Interest.None)
            || (Evaluate(target) as FoldedName)?.Path is not { Length: > 0 } path)
        {
            return;
        }

        path = path.EndsWith(OwnDict, StringComparison.Ordinal) ? path[..^OwnDict.Length] : path;
        for (int i = 0; i + 1 < pairs.Length && _patches.Count < MaxPatches; i += 2)
        {
            if (pairs[i + 1].Kind >= PickleKind.Import && Evaluate(pairs[i]) is FoldedText { Value: { Length: > 0 and < 256 } name })
            {
                _patches[CanonicalName.Of($"{path}.{name}")] = Evaluate(pairs[i + 1]);
            }
        }
    }

    /// <summary>Whether the stream gave a name that it imports another meaning.</summary>
    public bool IsPatched(PickleValue import) => Patched(machine.Import(import)) is not null;

    /// <summary>Whether it did so to any name.</summary>
    public bool HasPatches => _patches.Count > 0;

    /// <summary>What a value comes to.</summary>
    public FoldedValue Evaluate(PickleValue value)
    {
        Resolve(value);
        return Convert(value, 0);
    }

    /// <summary>The callable that a value is, when it is known by more than what the stream writes plainly; null otherwise.</summary>
    public FoldedName? NameOf(PickleValue value) => value.Kind switch
    {
        PickleKind.Import when machine.Import(value) is { IsComputed: true } row => Computed(row),
        PickleKind.Result or PickleKind.Extension or PickleKind.Persistent => Evaluate(value) as FoldedName,
        _ => null,
    };

    /// <summary>What calling <paramref name="callee"/> calls in the end: through partials and method callers.</summary>
    public (FoldedName Name, IReadOnlyList<FoldedValue> Arguments)? Target(PickleValue callee, PickleValue arguments)
    {
        if (callee.Kind < PickleKind.Import || (callee.Kind == PickleKind.Import && !IsPatched(callee)) || Evaluate(callee) is not { IsUnknown: false } value)
        {
            return null;
        }

        IReadOnlyList<FoldedValue> given = value is FoldedName ? [] : (Evaluate(arguments) as FoldedSequence)?.Items ?? [];
        for (int step = 0; step < 8; step++)
        {
            switch (value)
            {
                case FoldedName name:
                    return (name, given);
                case FoldedPartial bound:
                    given = KeywordArguments.All([.. bound.Arguments, .. given], bound.Keywords);
                    value = bound.Target;
                    break;
                case FoldedGetter { Kind: "methodcaller" } caller when caller.Arguments.Text(0) is { } method && given.Count > 0:
                    value = Folder.GetAttribute(given[0], method);
                    given = KeywordArguments.All([.. caller.Arguments.Skip(1)], caller.Keywords);
                    break;
                case FoldedThunk thunk:
                    value = thunk.Value;
                    given = [];
                    break;
                default:
                    return null;
            }
        }

        return null;
    }

    private FoldedName? Computed(ImportRow row)
    {
        string? module = row.Module ?? (Evaluate(row.ModuleValue) as FoldedText)?.Value;
        string? name = row.Name ?? (Evaluate(row.NameValue) as FoldedText)?.Value;
        if (module is null || name is null)
        {
            return null;
        }

        (string fixedModule, string fixedName) = row.Protocol < 3 ? Python2Names.Fix(module, name) : (module, name);
        return new FoldedName(fixedModule, fixedName);
    }

    private Interest InterestIn(PickleValue callee)
    {
        if (callee.Kind != PickleKind.Import)
        {
            // What a call returned is called: always worth knowing.
            return callee.Kind is PickleKind.Result or PickleKind.Instance or PickleKind.Extension or PickleKind.Persistent ? Interest.Eager : Interest.None;
        }

        if (IsPatched(callee))
        {
            return Interest.Eager;
        }

        if (_interest.TryGetValue(callee.Row, out Interest known))
        {
            return known;
        }

        FoldedName? name = Plain(machine.Import(callee));
        string path = name is null ? "" : CanonicalName.Of(name.Path);
        Interest interest = CallableSinks.Of(path) is not null || CallableSinks.IsMutator(path) ? Interest.Eager
            : PureFunctions.Find(path) is not null || Folder.Passes(path) ? Interest.Lazy
            : Interest.None;
        _interest[callee.Row] = interest;
        if (CallableSinks.Of(path) is { Kind: "model" })
        {
            _models.Add(callee.Row);
        }

        return interest;
    }

    /// <summary>What the stream put in the place of a name that it imports; null where it left it alone.</summary>
    private FoldedValue? Patched(ImportRow row) =>
        _patches.Count > 0 && Plain(row) is { } name ? _patches.GetValueOrDefault(CanonicalName.Of(name.Module, name.Name)) : null;

    private FoldedName? Plain(ImportRow row) => row.IsComputed ? Computed(row) : new FoldedName(row.ResolvedModule, row.ResolvedName);

    /// <summary>Folds every call that a value needs, innermost first.</summary>
    private void Resolve(PickleValue root)
    {
        if (root.Kind < PickleKind.Import && !machine.IsTainted(root))
        {
            return;
        }

        // Resolving may come back here, and each has its own.
        (Stack<int> open, HashSet<int> active) = _spare ?? (new(), []);
        _spare = null;
        AddRows(root, open, active);
        while (open.TryPeek(out int row))
        {
            PickleValue handle = new(PickleKind.Result, row);
            CallRow call = machine.Call(handle);
            if (_memo.TryGetValue(row, out Memo memo) && (memo.States == call.States || memo.States == int.MaxValue))
            {
                open.Pop();
                continue;
            }

            if (_memo.Count >= MaxRows || !Folder.Budget.Step())
            {
                Folder.Budget.Exceed();
                _memo[row] = new Memo(FoldedValue.Unknown, int.MaxValue, -1);
                continue;
            }

            if (active.Add(row) && InterestIn(call.Callee) != Interest.None)
            {
                int before = open.Count;
                AddRows(call.Callee, open, active);
                AddRows(call.Arguments, open, active);
                AddRows(call.Keywords, open, active);
                AddRows(call.State, open, active);
                if (open.Count > before)
                {
                    continue;
                }
            }

            int outer = _resolving;
            _resolving = row;
            FoldedValue value = Compute(call, row);
            _resolving = outer;
            long mutables = value is FoldedSequence { Kind: SequenceKind.Iterator } ? machine.Mutables(call.Arguments) : -1;
            if (!Folder.Budget.Keep(value))
            {
                value = FoldedValue.Unknown;
            }

            _memo[row] = new Memo(value, call.States, mutables);
            open.Pop();
        }

        open.Clear();
        active.Clear();
        _spare = (open, active);
    }

    private void AddRows(PickleValue value, Stack<int> open, HashSet<int> active)
    {
        if (value.Kind is PickleKind.Result or PickleKind.Instance)
        {
            if (Folder.Budget.Step() && !active.Contains(value.Row))
            {
                open.Push(value.Row);
            }

            return;
        }

        if (value.Kind < PickleKind.Import && !machine.IsTainted(value))
        {
            return;
        }

        Stack<(PickleValue Value, int Depth)> pending = new([(value, 0)]);
        while (pending.TryPop(out (PickleValue Value, int Depth) next) && Folder.Budget.Step())
        {
            if (next.Value.Kind is PickleKind.Result or PickleKind.Instance)
            {
                if (!active.Contains(next.Value.Row))
                {
                    open.Push(next.Value.Row);
                }
            }
            else if (next.Value.Kind == PickleKind.Import && machine.Import(next.Value) is { IsComputed: true } row)
            {
                pending.Push((row.ModuleValue, next.Depth + 1));
                pending.Push((row.NameValue, next.Depth + 1));
            }
            else if (next.Depth < MaxContainerDepth && machine.IsTainted(next.Value))
            {
                List<PickleValue> children = machine.Children(next.Value, EagerItems, out _);
                if (!Folder.Budget.Work(ChildWork * (long)children.Count))
                {
                    return;
                }

                foreach (PickleValue child in children)
                {
                    pending.Push((child, next.Depth + 1));
                }
            }
        }
    }

    private FoldedValue Compute(CallRow call, int row)
    {
        Interest interest = InterestIn(call.Callee);
        bool late = row != _current && machine.Mutables(call.Arguments) >= 0;
        if (interest == Interest.None || (late && interest == Interest.Lazy))
        {
            return FoldedValue.Unknown;
        }

        FoldedValue callee = call.Callee.Kind == PickleKind.Import
            ? Plain(machine.Import(call.Callee)) ?? FoldedValue.Unknown
            : Convert(call.Callee, 0);
        IReadOnlyList<FoldedValue> arguments = (Convert(call.Arguments, 0) as FoldedSequence)?.Items ?? [FoldedValue.Unknown];
        if (callee.IsUnknown)
        {
            return FoldedValue.Unknown;
        }

        FoldedDict keywords = call.Keywords.IsEmpty ? FoldedDict.Empty : KeywordArguments.Of(Convert(call.Keywords, 0));

        bool onlyNew = call.Opcode is Op.NEWOBJ or Op.NEWOBJ_EX;
        if (onlyNew && callee is FoldedName made && CanonicalName.Of(made.Path) is "builtins.list" or "builtins.dict" or "builtins.set" or "builtins.bytearray")
        {
            // Only __new__ runs, which ignores its arguments.
            arguments = [];
        }

        FoldedValue value = Folder.Apply(callee, arguments, keywords);
        if (call.States == 0)
        {
            return value;
        }

        // A pickled partial gets its callable and arguments once more, as a state.
        return value is FoldedPartial && Convert(call.State, 0) is FoldedSequence { Items: [var target, FoldedSequence { Kind: SequenceKind.Tuple } bound, var named, ..] }
            ? new FoldedPartial(target, bound.Items) { Keywords = KeywordArguments.Of(named) }
            : FoldedValue.Unknown;
    }
}
