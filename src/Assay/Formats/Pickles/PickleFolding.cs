// What folding tells about the calls of one pickle, for its facts.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Evaluation;
using Assay.Evaluation.Payloads;
using Assay.Evaluation.Values;
using Assay.Pickle;

namespace Assay.Formats.Pickles;

/// <summary>Folds what a pickle computes and follows what comes out; made when the first call needs it.</summary>
internal sealed class PickleFolding(PickleMachine machine, HeldMemory held)
{
    private const int MaxSteps = 12;

    /// <summary>Work for each character of a text that is searched for what code is made of.</summary>
    private const int NoticeWork = 8;
    private static readonly HashSet<string> s_nothing = [];
    private PickleEvaluator? _made;
    private PayloadFollower? _follower;

    /// <summary>The meter of the machine.</summary>
    public ScanBudget? Budget => machine.Budget;

    /// <summary>Whether the call that was observed last gave texts to follow.</summary>
    public bool IsFollowed { get; private set; }

    /// <summary>Whether some folding would have cost too much.</summary>
    public bool Exceeded => _made is { Exceeded: true } || _follower is { Exceeded: true };

    /// <summary>Bytes that a loader would load again.</summary>
    public IReadOnlyList<RecoveredBytes> Recovered => _follower?.Bytes ?? [];

    /// <summary>Texts that something would run, or that read like it.</summary>
    public IReadOnlyList<RecoveredText> Texts => _follower?.Texts ?? [];

    /// <summary>The names of what recovered code reaches.</summary>
    public IReadOnlySet<string> Reached => _follower?.Reached ?? s_nothing;

    // Most pickles call nothing.
    private PickleEvaluator Evaluator => _made ??= new PickleEvaluator(machine);

    // The machine has its meter only once it is open.
    private PayloadFollower Follower => _follower ??= new PayloadFollower(machine.Budget, machine.Budget?.Limits.TextBytes ?? 1 << 16, held);

    /// <summary>Whether calls of an import are nothing to fold or follow, whatever they get.</summary>
    public bool Ignores(PickleValue import) => Evaluator.Ignores(import);

    /// <summary>A call of something ignored happens.</summary>
    public void StepOver()
    {
        Evaluator.Folder.OnReached ??= Follow;
        IsFollowed = false;
    }

    /// <summary>Looks at a call as it happens and follows what it gets or gives.</summary>
    public void Observe(PickleValue result, long offset)
    {
        Evaluator.Folder.OnReached ??= Follow;
        int before = _follower?.Texts.Count ?? 0;
        bool folded = Evaluator.Observe(result);
        if (folded)
        {
            Follower.FollowResult(Evaluator.Evaluate(result), offset);
        }

        IsFollowed = _follower is not null && _follower.Texts.Count > before;
    }

    /// <summary>Looks at the texts that something gets which may run them, though no table says so.</summary>
    public void Notice(IReadOnlyList<ValueShape> arguments, long offset)
    {
        foreach (ValueShape text in arguments.Concat(arguments.SelectMany(a => a.Kind is ShapeKind.Tuple or ShapeKind.List ? a.Items : [])))
        {
            machine.Budget?.SpendWork(NoticeWork * (long)text.Text.Length);
            if (text.Kind is ShapeKind.Str or ShapeKind.Bytes && PayloadFollower.LooksLikeCode(text.Text))
            {
                Follower.FollowCodeLike(text.Text, offset);
            }
        }
    }

    /// <summary>An opcode changed the value.</summary>
    public void Poison(PickleValue target) => Evaluator.Poison(target);

    /// <summary>Whether names that are imported may mean something else than they say.</summary>
    public bool HasPatches => _made is { HasPatches: true };

    /// <summary>An opcode sets attributes of something that may only have been imported.</summary>
    public void Patch(PickleValue target, ReadOnlySpan<PickleValue> pairs) => Evaluator.Patch(target, pairs);

    /// <summary>What calling a value that was computed calls in the end; null where it is written plainly or cannot be told.</summary>
    public (FoldedName Name, IReadOnlyList<FoldedValue> Arguments)? Target(PickleValue callee, PickleValue arguments) => callee.Kind == PickleKind.Import && !Evaluator.IsPatched(callee)
        ? Evaluator.NameOf(callee) is { } name ? (name, []) : null
        : Evaluator.Target(callee, arguments);

    /// <summary>Something that is no opcode calls the value; what it then hands on is followed.</summary>
    public void Call(PickleValue callee)
    {
        Evaluator.Folder.OnReached ??= Follow;
        Evaluator.Folder.Apply(Evaluator.Evaluate(callee), []);
    }

    /// <summary>The fact with the name that folding found.</summary>
    public CallableFact Resolve(CallableFact fact, PickleValue target, PickleValue arguments)
    {
        if (Target(target, arguments) is not { } found)
        {
            return fact;
        }

        return fact with
        {
            Resolved = found.Name.Path,
            Module = found.Name.Module,
            Name = found.Name.Name,
            Arguments = found.Arguments.Count > 0 ? [.. found.Arguments.Select(a => FoldedShape.Of(a))] : fact.Arguments,
            Derivation = [.. Steps(target)],
        };
    }

    /// <summary>The text or the bytes that a call computes from constants; null for all else. What picklers write themselves, text for the bytes of Python 2, stays the call that it is.</summary>
    public ValueShape? Computed(PickleValue call)
    {
        CallRow row = machine.Call(call);
        if (row.States > 0 || (row.Callee.Kind == PickleKind.Import && Evaluator.Ignores(row.Callee)))
        {
            return null;
        }

        return Evaluator.Evaluate(call) switch
        {
            FoldedText text => FoldedShape.Of(text),
            FoldedBytes { IsArray: false } bytes when row.Callee.Kind != PickleKind.Import || !machine.Import(row.Callee).ResolvedModule.EndsWith("codecs", StringComparison.Ordinal) => FoldedShape.Of(bytes),
            _ => null,
        };
    }

    private void Follow(FoldedName name, IReadOnlyList<FoldedValue> arguments)
    {
        string canonical = Evaluator.Folder.Canonical(name);
        Follower.Follow(canonical, CallableSinks.Of(canonical), arguments, Evaluator.CurrentOffset);
    }

    /// <summary>How a computed callable came about: each call with its folded arguments, innermost first.</summary>
    private List<string> Steps(PickleValue target)
    {
        List<string> steps = [];
        Stack<PickleValue> open = new([target]);
        HashSet<PickleValue> seen = [];
        while (open.TryPop(out PickleValue value) && steps.Count < MaxSteps && seen.Count < 256)
        {
            if (!seen.Add(value))
            {
                continue;
            }

            if (value.Kind == PickleKind.Import && machine.Import(value) is { IsComputed: true } import)
            {
                steps.Add($"{FoldedShape.Text(Evaluator.Evaluate(import.ModuleValue))} and {FoldedShape.Text(Evaluator.Evaluate(import.NameValue))} name what is imported");
                open.Push(import.ModuleValue);
                open.Push(import.NameValue);
            }
            else if (value.Kind is PickleKind.Result)
            {
                CallRow row = machine.Call(value);
                string given = Evaluator.Evaluate(row.Arguments) is FoldedSequence s ? string.Join(", ", s.Items.Take(6).Select(FoldedShape.Text)) : "?";
                steps.Add($"{FoldedShape.Text(Evaluator.Evaluate(row.Callee))}({given}) is {FoldedShape.Text(Evaluator.Evaluate(value))}");
                open.Push(row.Callee);
                foreach (PickleValue child in machine.Children(row.Arguments, 64, out _))
                {
                    open.Push(child);
                }
            }
            else if (machine.IsTainted(value))
            {
                foreach (PickleValue child in machine.Children(value, 64, out _))
                {
                    open.Push(child);
                }
            }
        }

        steps.Reverse();
        return steps;
    }
}
