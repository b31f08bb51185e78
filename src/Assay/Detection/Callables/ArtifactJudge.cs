// Judges all callables of one artifact together: what one call returns, another may call.
using Assay.Artifacts;

namespace Assay.Detection.Callables;

/// <summary>Judges all callables of one artifact together.</summary>
internal sealed class ArtifactJudge
{
    private const int MaxPackages = 12;
    private readonly IReadOnlyList<CallableFact> _facts;
    private readonly JudgeScope _scope;
    private readonly ResultSources _sources;
    private readonly StateJudge _states;
    private readonly HashSet<string> _used;
    private readonly SortedSet<string> _packages = new(StringComparer.Ordinal);
    private CallableFact? _firstUnknown;

    public ArtifactJudge(IReadOnlyList<CallableFact> facts, JudgeScope scope)
    {
        _facts = facts;
        _scope = scope;
        _sources = new ResultSources(facts, _scope);
        _states = new StateJudge(_scope);
        _used = [.. facts.Where(f => f.Use is not CallableUse.Imported).Select(_scope.Names.PathOf)];
    }

    public IReadOnlyList<CallableJudgement> Judge()
    {
        foreach (CallableFact fact in _facts)
        {
            string path = _scope.Names.PathOf(fact);
            if (path.Length > 0 && _scope.IsAllowed(path))
                continue;

            CallableGroup? group = path.Length > 0 ? _scope.Table.Find(path) : null;
            switch (fact.Use)
            {
                case CallableUse.Called:
                    Called(fact, path, group);
                    break;
                case CallableUse.Constructed:
                    Constructed(fact, path, group);
                    break;
                case CallableUse.State:
                    _states.Judge(fact, path);
                    break;
                case CallableUse.Argument:
                    Argument(fact, path, group);
                    break;
                case CallableUse.Method:
                    Method(fact, path, group);
                    break;
                default:
                    Imported(fact, path, group);
                    break;
            }
        }

        if (_firstUnknown is not null)
        {
            string list = string.Join(", ", _packages.Take(MaxPackages)) + (_packages.Count > MaxPackages ? $" and {_packages.Count - MaxPackages} more" : "");
            _scope.Say(new(Judgements.Packages, "packages", _firstUnknown, "", $"Loading imports code that no rule vouches for, from: {list}.") { Content = string.Join('\n', _packages) });
        }

        return _scope.Said;
    }

    private void Called(CallableFact fact, string path, CallableGroup? group)
    {
        if (path.Length == 0)
        {
            ResultCalled(fact);
            return;
        }

        CalledAs(fact, path, group);
    }

    private void CalledAs(CallableFact fact, string path, CallableGroup? group)
    {
        _scope.Harmful(fact, path, group, fact.Arguments);
        if (_scope.WalkedStep(path, group) is { } step)
        {
            _scope.Say(new(Judgements.DangerousAttribute, path, fact, "", step));
            return;
        }

        switch (group?.Kind)
        {
            case null when fact is { Pickle.Opcode: "INST" or "OBJ", Arguments.Count: 0 }:
                // Nearly always the class of an object that is made without its constructor.
                Unknown(fact, path);
                break;
            case null:
                _scope.Say(new(Judgements.UnknownCalled, path, fact));
                break;
            case CallableKind.Harmful:
                _scope.Say(new(Judgements.Reached, path, fact, group.Capability, "", group.Reason));
                break;
            case CallableKind.CodeCarrier:
                _scope.CodeCarried(fact, path);
                break;
            default:
                Checked(fact, path, group);
                break;
        }
    }

    private void Checked(CallableFact fact, string path, CallableGroup group)
    {
        CheckOutcome outcome = _scope.Checks.Check(group, fact.Arguments);
        if (outcome.Judgement is not null)
        {
            string subject = outcome.Target.Length > 0 ? outcome.Target : path;
            string capability = outcome.Judgement is Judgements.Reached ? outcome.Detail : "";
            string holder = outcome.Judgement is Judgements.Reached ? path : "";
            if (outcome.Target.Length == 0 || !_scope.IsAllowed(outcome.Target))
                _scope.Say(new(outcome.Judgement, subject, fact, capability, capability.Length > 0 ? "" : outcome.Detail, group.Reason, holder));
        }

        if (fact.ConstantsElided && ArgumentChecks.NeedsConstants(group.Check))
            _scope.Say(new(Judgements.Elided, path, fact, "", "some of its arguments were not kept"));
    }

    private void ResultCalled(CallableFact fact)
    {
        string inner = fact.Callee.EndsWith("()", StringComparison.Ordinal) ? fact.Callee[..^2] : "";
        string source = inner;
        while (source.EndsWith("()", StringComparison.Ordinal))
            source = source[..^2];

        string path = source.Length > 0 && source is not "persistent" ? _scope.Names.PathOf(source) : "";
        CallableGroup? group = path.Length > 0 ? _scope.Table.Find(path) : null;
        if (group is null && !IsDotted(path))
        {
            _scope.Harmful(fact, fact.Callee, null, fact.Arguments);
            _scope.Say(new(Judgements.ComputedCalled, fact.Callee, fact));
            return;
        }

        if (_scope.IsAllowed(path))
            return;

        if (group is { ResultCarriesCode: true })
        {
            _scope.Harmful(fact, path, group, fact.Arguments);
            if (fact.Arguments.Any(a => a.Kind is ShapeKind.Tuple))
                _scope.CodeCarried(fact, path);

            return;
        }

        if (inner == source && group is { Folding: not Folding.None } && _sources.Targets(inner, group) is { Count: > 0 } targets)
        {
            foreach (string target in targets)
                CalledAs(fact, target, _scope.Table.Find(target));

            return;
        }

        _scope.Harmful(fact, path, group, fact.Arguments);
        if (group is { Kind: CallableKind.CodeCarrier } && _sources.SuspiciousCode() is { } words)
        {
            _scope.Say(new(Judgements.HarmfulCode, path, fact, "", words + ", and calls it"));
            return;
        }

        bool found = group?.Kind is CallableKind.Harmful or CallableKind.Trampoline;
        _scope.Say(new(found ? Judgements.TrampolineResult : Judgements.ResultCalled, path, fact, "", "", group?.Reason ?? ""));
    }

    private static bool IsDotted(string path) => path.Contains('.', StringComparison.Ordinal);

    private void Constructed(CallableFact fact, string path, CallableGroup? group)
    {
        string subject = path.Length > 0 ? path : fact.Callee;
        _scope.Harmful(fact, subject, group, fact.Arguments);
        if (fact.Keywords is not null)
            _scope.Harmful(fact, subject, group, [fact.Keywords]);

        if (group is null)
            Unknown(fact, path);
        else if (group.Kind is CallableKind.Harmful)
            _scope.Say(new(group.NewActs ? Judgements.Reached : Judgements.Constructed, path, fact, group.Capability, "", group.Reason));
        else if (group.Kind is CallableKind.CodeCarrier)
            _scope.CodeCarried(fact, path);
    }

    private void Argument(CallableFact fact, string path, CallableGroup? group)
    {
        if (group?.Kind is not CallableKind.Harmful)
            return;

        // A reconstructor runs only __new__ of the class that it gets.
        bool onlyNew = _scope.Table.Find(_scope.Names.PathOf(fact.Carrier)) is { Check: ArgumentCheck.Reconstructor } && !group.NewActs;
        _scope.Say(new(onlyNew ? Judgements.Constructed : Judgements.Reached, path, fact, group.Capability, "", group.Reason, fact.Carrier));
    }

    private void Method(CallableFact fact, string path, CallableGroup? group)
    {
        if (path.Length == 0 && fact.Callee.EndsWith("()", StringComparison.Ordinal))
        {
            path = _scope.Names.PathOf(fact.Callee.TrimEnd('(', ')'));
            group = _scope.Table.Find(path);
        }

        _scope.Harmful(fact, path, group, fact.Arguments);
        if (group is { Kind: CallableKind.Harmful })
            _scope.Say(new(Judgements.Reached, path, fact, group.Capability, "", group.Reason));
        else if (group is { Kind: CallableKind.Benign, Capability: "tensor" })
            _scope.Say(new(Judgements.TensorItems, path, fact));
    }

    private void Imported(CallableFact fact, string path, CallableGroup? group)
    {
        if (path.Length > 0 && group is null)
            Unknown(fact, path);

        // What else is done with it speaks for the import.
        if (_used.Contains(path))
            return;

        if (path.Length == 0)
            _scope.Say(new(Judgements.ComputedCalled, fact.Callee.Length > 0 ? fact.Callee : "a computed name", fact, "", "its name is computed"));
        else if (group is { Imported: not ImportWeight.None })
            _scope.Say(new(group.Imported is ImportWeight.Harmful ? Judgements.Reached : Judgements.Imported, path, fact, group.Capability, "", group.Reason));
        else if (_scope.WalkedStep(path, group) is { } step)
            _scope.Say(new(Judgements.DangerousAttribute, path, fact, "", step));
    }

    private void Unknown(CallableFact fact, string path)
    {
        _firstUnknown ??= fact;
        string source = path.Length > 0 ? path : fact.Callee.TrimEnd('(', ')');
        int dot = source.IndexOf('.', StringComparison.Ordinal);
        _packages.Add(dot > 0 ? source[..dot] : source);
    }
}
