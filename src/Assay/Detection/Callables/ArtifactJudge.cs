// Judges all callables of one artifact together: what one call returns, another may call.
using Assay.Artifacts;

namespace Assay.Detection.Callables;

/// <summary>Judges all callables of one artifact together.</summary>
internal sealed class ArtifactJudge
{
    private const int MaxHarmful = 64;
    private const int MaxPackages = 12;
    private const int MaxTargets = 64;
    private readonly List<CallableFact> _facts;
    private readonly CallableTable _table;
    private readonly NameResolver _names;
    private readonly ArgumentChecks _checks;
    private readonly JudgementLog _log;
    private readonly IReadOnlyList<string> _allowed;
    private readonly ILookup<string, CallableFact> _calls;
    private readonly HashSet<string> _made;
    private readonly HashSet<string> _handed;
    private readonly HashSet<string> _used;
    private readonly SortedSet<string> _packages = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>?> _targets = new(StringComparer.Ordinal);
    private CallableFact? _firstUnknown;
    private string? _suspicious;

    public ArtifactJudge(List<CallableFact> facts, DetectionContext context)
    {
        _facts = facts;
        _table = context.Rules.Callables;
        _names = new NameResolver(_table);
        _checks = new ArgumentChecks(_table, _names);
        _log = new JudgementLog(context.Rules);
        _allowed = context.AllowedModules;
        _calls = facts.Where(f => f.Use is CallableUse.Called).ToLookup(f => f.Callee, StringComparer.Ordinal);
        _made = [.. facts.Where(f => f.Use is CallableUse.Called or CallableUse.Constructed).Select(f => f.Callee)];
        _handed = [.. facts.Where(f => f.Use is CallableUse.Argument).Select(f => f.Callee)];
        _used = [.. facts.Where(f => f.Use is not CallableUse.Imported).Select(_names.PathOf)];
    }

    public JudgementLog Judge()
    {
        foreach (CallableFact fact in _facts)
        {
            string path = _names.PathOf(fact);
            if (path.Length > 0 && IsAllowed(path))
                continue;

            CallableGroup? group = path.Length > 0 ? _table.Find(path) : null;
            switch (fact.Use)
            {
                case CallableUse.Called:
                    Called(fact, path, group);
                    break;
                case CallableUse.Constructed:
                    Constructed(fact, path, group);
                    break;
                case CallableUse.State:
                    State(fact, path);
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
            _log.Add(new(Judgements.Packages, "packages", _firstUnknown, "", $"Loading imports code that no rule vouches for, from: {list}."));
        }

        return _log;
    }

    private bool IsAllowed(string path) =>
        _allowed.Any(m => path.StartsWith(m, StringComparison.Ordinal) && (path.Length == m.Length || path[m.Length] == '.'));

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
        Harmful(fact, path, group, fact.Arguments);
        if (WalkedStep(path, group) is { } step)
        {
            _log.Add(new(Judgements.DangerousAttribute, path, fact, "", step));
            return;
        }

        switch (group?.Kind)
        {
            case null:
                _log.Add(new(Judgements.UnknownCalled, path, fact));
                break;
            case CallableKind.Harmful:
                _log.Add(new(Judgements.Reached, path, fact, group.Capability, "", group.Reason));
                break;
            case CallableKind.CodeCarrier:
                CodeCarried(fact, path);
                break;
            default:
                Checked(fact, path, group);
                break;
        }
    }

    private void Checked(CallableFact fact, string path, CallableGroup group)
    {
        CheckOutcome outcome = _checks.Check(group, fact.Arguments);
        if (outcome.Judgement is not null)
        {
            string subject = outcome.Target.Length > 0 ? outcome.Target : path;
            string capability = outcome.Judgement is Judgements.Reached ? outcome.Detail : "";
            string holder = outcome.Judgement is Judgements.Reached ? path : "";
            if (outcome.Target.Length == 0 || !IsAllowed(outcome.Target))
                _log.Add(new(outcome.Judgement, subject, fact, capability, capability.Length > 0 ? "" : outcome.Detail, group.Reason, holder));
        }

        if (fact.ConstantsElided && ArgumentChecks.NeedsConstants(group.Check))
            _log.Add(new(Judgements.Elided, path, fact, "", "some of its arguments were not kept"));
    }

    private void CodeCarried(CallableFact fact, string subject)
    {
        (string judgement, string words) = CarriedCode.Grade(fact.Arguments, _table);
        _log.Add(new(judgement, subject, fact, "", words));
        if (fact.ConstantsElided && judgement is Judgements.OrdinaryCode)
            _log.Add(new(Judgements.Elided, subject, fact, "", "some of the code that it carries was not kept"));
    }

    private void ResultCalled(CallableFact fact)
    {
        string inner = fact.Callee.EndsWith("()", StringComparison.Ordinal) ? fact.Callee[..^2] : "";
        string source = inner;
        while (source.EndsWith("()", StringComparison.Ordinal))
            source = source[..^2];

        string path = source.Length > 0 && source is not "persistent" ? _names.PathOf(source) : "";
        CallableGroup? group = path.Length > 0 ? _table.Find(path) : null;
        if (group is null && !IsDotted(path))
        {
            Harmful(fact, fact.Callee, null, fact.Arguments);
            _log.Add(new(Judgements.ComputedCalled, fact.Callee, fact));
            return;
        }

        if (IsAllowed(path))
            return;

        if (group is { ResultCarriesCode: true })
        {
            Harmful(fact, path, group, fact.Arguments);
            if (fact.Arguments.Any(a => a.Kind is ShapeKind.Tuple))
                CodeCarried(fact, path);

            return;
        }

        if (inner == source && group is { Folding: not Folding.None } && Targets(inner, group) is { Count: > 0 } targets)
        {
            foreach (string target in targets)
                CalledAs(fact, target, _table.Find(target));

            return;
        }

        Harmful(fact, path, group, fact.Arguments);
        if (group is { Kind: CallableKind.CodeCarrier } && SuspiciousCode() is { } words)
        {
            _log.Add(new(Judgements.HarmfulCode, path, fact, "", words + ", and calls it"));
            return;
        }

        bool found = group?.Kind is CallableKind.Harmful or CallableKind.Trampoline;
        _log.Add(new(found ? Judgements.TrampolineResult : Judgements.ResultCalled, path, fact, "", "", group?.Reason ?? ""));
    }

    // Which of the carried functions is called cannot be told; the worst one counts.
    private string? SuspiciousCode() => (_suspicious ??= FindSuspiciousCode()).Length > 0 ? _suspicious : null;

    private string FindSuspiciousCode()
    {
        foreach (CallableFact fact in _facts.Where(f => f.Use is CallableUse.Called))
        {
            (string judgement, string words) = CarriedCode.Grade(fact.Arguments, _table);
            if (judgement is Judgements.SuspiciousCode or Judgements.HarmfulCode)
                return words;
        }

        return "";
    }

    private static bool IsDotted(string path) => path.Contains('.', StringComparison.Ordinal);

    // Which of several calls gave the result cannot be told, so all of them must fold, and each is judged.
    private HashSet<string>? Targets(string callee, CallableGroup group)
    {
        if (_targets.TryGetValue(callee, out HashSet<string>? known))
            return known;

        return _targets[callee] = FindTargets(callee, group);
    }

    private HashSet<string>? FindTargets(string callee, CallableGroup group)
    {
        HashSet<string> targets = new(StringComparer.Ordinal);
        foreach (CallableFact call in _calls[callee])
        {
            if (targets.Count == MaxTargets || call.ConstantsElided || _names.Fold(group, call.Arguments) is not { } target || WalkedStep(target, _table.Find(target)) is not null)
                return null;

            targets.Add(target);
        }

        return targets;
    }

    private void Constructed(CallableFact fact, string path, CallableGroup? group)
    {
        string subject = path.Length > 0 ? path : fact.Callee;
        Harmful(fact, subject, group, fact.Arguments);
        if (fact.Keywords is not null)
            Harmful(fact, subject, group, [fact.Keywords]);

        if (group is null)
            Unknown(fact, path);
        else if (group.Kind is CallableKind.Harmful)
            _log.Add(new(group.NewActs ? Judgements.Reached : Judgements.Constructed, path, fact, group.Capability, "", group.Reason));
        else if (group.Kind is CallableKind.CodeCarrier)
            CodeCarried(fact, path);
    }

    private void State(CallableFact fact, string path)
    {
        bool ofResult = path.Length == 0;
        string subject = ofResult ? fact.Callee : path;
        Harmful(fact, subject, null, fact.Arguments);
        if (PlantedHook(fact.Arguments) is { } hook)
            _log.Add(new(Judgements.HookState, subject, fact, "", hook));

        // An instance was made somewhere; a module or a function that gets a state was only imported.
        bool instance = ofResult || _made.Contains(fact.Callee)
            || (CallableTable.IsClassName(path[(path.LastIndexOf('.') + 1)..]) && _handed.Contains(fact.Callee));
        if (!instance)
            _log.Add(new(Judgements.ModuleState, subject, fact));
    }

    private string? PlantedHook(IReadOnlyList<ValueShape> state)
    {
        foreach (ValueShape part in state.Concat(state.Where(s => s.Kind is ShapeKind.Tuple).SelectMany(s => s.Items)))
        {
            if (part.Kind is not ShapeKind.Dict)
                continue;

            for (int i = 0; i + 1 < part.Items.Count; i += 2)
            {
                if (part.Items[i].Kind is ShapeKind.Str && _table.Hooks.Contains(part.Items[i].Text) && !part.Items[i + 1].IsPlain)
                    return $"{part.Items[i].Text} = {CallText.Value(part.Items[i + 1])}";
            }
        }

        return null;
    }

    private void Argument(CallableFact fact, string path, CallableGroup? group)
    {
        if (group?.Kind is not CallableKind.Harmful)
            return;

        // A reconstructor runs only __new__ of the class that it gets.
        bool onlyNew = _table.Find(_names.PathOf(fact.Carrier)) is { Check: ArgumentCheck.Reconstructor } && !group.NewActs;
        _log.Add(new(onlyNew ? Judgements.Constructed : Judgements.Reached, path, fact, group.Capability, "", group.Reason, fact.Carrier));
    }

    private void Method(CallableFact fact, string path, CallableGroup? group)
    {
        if (path.Length == 0 && fact.Callee.EndsWith("()", StringComparison.Ordinal))
        {
            path = _names.PathOf(fact.Callee.TrimEnd('(', ')'));
            group = _table.Find(path);
        }

        Harmful(fact, path, group, fact.Arguments);
        if (group is { Kind: CallableKind.Harmful })
            _log.Add(new(Judgements.Reached, path, fact, group.Capability, "", group.Reason));
        else if (group is { Kind: CallableKind.Benign, Capability: "tensor" })
            _log.Add(new(Judgements.TensorItems, path, fact));
    }

    private void Imported(CallableFact fact, string path, CallableGroup? group)
    {
        if (path.Length > 0 && group is null)
            Unknown(fact, path);

        // What else is done with it speaks for the import.
        if (_used.Contains(path))
            return;

        if (path.Length == 0)
            _log.Add(new(Judgements.ComputedCalled, fact.Callee.Length > 0 ? fact.Callee : "a computed name", fact, "", "its name is computed"));
        else if (group is { Imported: not ImportWeight.None })
            _log.Add(new(group.Imported is ImportWeight.Harmful ? Judgements.Reached : Judgements.Imported, path, fact, group.Capability, "", group.Reason));
        else if (WalkedStep(path, group) is { } step)
            _log.Add(new(Judgements.DangerousAttribute, path, fact, "", step));
    }

    // object.__subclasses__ walks; a lone module.__dict__ is how dill names the globals of a module.
    private string? WalkedStep(string path, CallableGroup? group)
    {
        if (group is not null || !path.Contains("__", StringComparison.Ordinal))
            return null;

        string[] steps = path.Split('.');
        string? step = Array.Find(steps, s => s.StartsWith("__", StringComparison.Ordinal) && _table.DangerousAttributes.Contains(s));
        return step is "__dict__" && steps[^1] == step ? null : step;
    }

    private void Unknown(CallableFact fact, string path)
    {
        _firstUnknown ??= fact;
        string source = path.Length > 0 ? path : fact.Callee.TrimEnd('(', ')');
        int dot = source.IndexOf('.', StringComparison.Ordinal);
        _packages.Add(dot > 0 ? source[..dot] : source);
    }

    // Harmful callables anywhere in what another callable gets.
    private void Harmful(CallableFact fact, string holder, CallableGroup? group, IEnumerable<ValueShape> values)
    {
        int found = 0;
        _ = ArgumentChecks.Find(values, v =>
        {
            if (v.Kind is not ShapeKind.Import)
                return false;

            string path = _names.PathOf(v.Text);
            if (_table.Find(path) is { Kind: CallableKind.Harmful } harmful && !IsAllowed(path))
            {
                bool onlyNew = group is { Check: ArgumentCheck.Reconstructor } && !harmful.NewActs;
                _log.Add(new(onlyNew ? Judgements.Constructed : Judgements.Reached, path, fact, harmful.Capability, "", harmful.Reason, holder));
                found++;
            }

            return found >= MaxHarmful;
        });
    }
}
