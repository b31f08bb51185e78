// What the code that a file carries does, by the effects of what it calls.
using Assay.Artifacts;
using Assay.Effects;
using Assay.Python.Names;

namespace Assay.Detection.Effects;

/// <summary>One thing that carried code does.</summary>
/// <param name="Path">What it calls or reads.</param>
/// <param name="Kind">What that does.</param>
/// <param name="IsFixed">Whether the code itself says with what.</param>
/// <param name="IsCoarse">Whether only of the whole module it is known that it can do harm.</param>
/// <param name="IsStandard">Whether it is a function of the standard library.</param>
/// <param name="IsGuessed">Whether what it calls is one of several that it may be.</param>
/// <param name="IsUnknown">Whether nothing is known of it, and it gets what can do harm.</param>
internal sealed record CodeAct(string Path, EffectKind Kind, bool IsFixed, bool IsCoarse, bool IsStandard, bool IsGuessed = false, bool IsUnknown = false)
{
    /// <summary>Whether it runs programs, code, or what it finds by a computed name.</summary>
    public bool RunsSomething => !IsUnknown && !IsCoarse && Kind is EffectKind.Process or EffectKind.Exec or EffectKind.NativeLoad or EffectKind.Tamper or EffectKind.Import or EffectKind.Memory;

    /// <summary>Whether it matters in code that loading runs.</summary>
    public bool Matters => Kind is EffectKind.Process or EffectKind.Exec or EffectKind.NativeLoad or EffectKind.Tamper || RunsSomething || (Kind is EffectKind.ProcessState && IsFixed && !IsCoarse)
        || (!IsUnknown && IsStandard && Kind is EffectKind.Unpickle or EffectKind.Network or EffectKind.Write or EffectKind.Delete or EffectKind.Defer)
        || (!IsUnknown && IsFixed && Kind is EffectKind.Network)
        || (!IsCoarse && (Kind is EffectKind.Unpickle || (IsStandard && Kind is EffectKind.Read or EffectKind.Spend)));

    /// <summary>Whether it matters in code that somebody else has to call.</summary>
    public bool CountsUncalled => IsStandard && !IsGuessed && (RunsSomething || (!IsCoarse && IsFixed && Kind is EffectKind.Network or EffectKind.Delete or EffectKind.Unpickle));
}

/// <summary>Finds what carried code does.</summary>
internal sealed class CarriedActs(EffectScope scope)
{
    private const int MostValues = 1 << 14;
    private const int MaxDepth = 4;
    private const int MostStores = 256;
    private readonly Dictionary<string, ValueShape> _globals = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _modules = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<CodeStore>> _stores = new(StringComparer.Ordinal);
    private readonly HashSet<string> _members = new(StringComparer.Ordinal);
    private readonly Dictionary<CarriedCode, IReadOnlyList<CodeAct>> _known = new(ReferenceEqualityComparer.Instance);

    /// <summary>Notes which names the file gives to the code that it carries.</summary>
    public void Notice(CallableFact fact)
    {
        foreach (CodeStore store in fact.Code?.Stores ?? [])
        {
            if (!_stores.TryGetValue(store.Name, out List<CodeStore>? same))
                _stores.Add(store.Name, same = []);

            if (same.Count < MostStores && !same.Contains(store))
                same.Add(store);
            else if (same.Count == MostStores)
                scope.Cut("what code stores under a name");
        }

        if (fact.Code is { Name: { Length: > 0 } member })
            _ = _members.Add(member);

        if (scope.Names.Of(fact) is { Entry: { } importer } && importer.Call.Any(e => e.Kind is EffectKind.NamesModule))
            _modules.UnionWith(fact.Arguments.Where(a => a.Kind is ShapeKind.Str).Select(a => a.Text));

        if (scope.Names.Of(fact) is not { Entry: { } entry } || !entry.Call.Any(e => e.Kind is EffectKind.Code or EffectKind.MarshalledCode or EffectKind.SetAttribute or EffectKind.MakeClass))
            return;

        Stack<ValueShape> open = new(fact.Arguments);
        for (int seen = 0; open.TryPop(out ValueShape? value); seen++)
        {
            if (seen == MostValues)
            {
                scope.Cut("what code gets as its globals");
                break;
            }

            for (int i = 0; value.Kind is ShapeKind.Dict && i + 1 < value.Items.Count; i += 2)
            {
                if (value.Items[i] is { Kind: ShapeKind.Str } name && value.Items[i + 1].Kind is ShapeKind.Import or ShapeKind.Result or ShapeKind.Instance)
                    _globals.TryAdd(name.Text, value.Items[i + 1]);
            }

            foreach (ValueShape item in value.Items)
                open.Push(item);
        }
    }

    /// <summary>Whether the file gives a callable to carried code under some name: the code reads a global of that name.</summary>
    public bool IsGiven(string path, IEnumerable<CarriedCode> codes)
    {
        string name = path[(path.LastIndexOf('.') + 1)..];
        return _globals.Values.Any(v => v.Kind is ShapeKind.Import && scope.Names.Of(v.Text).Path == path)
            || codes.Any(c => c.Uses.Any(u => u.Callee == name) || c.Reads.Contains(name, StringComparer.Ordinal) || c.Uses.Any(u => u.Arguments.Any(a => a.Kind is ShapeKind.Import && a.Text == name)));
    }

    /// <summary>What the code does.</summary>
    public IReadOnlyList<CodeAct> Of(CarriedCode code)
    {
        if (_known.TryGetValue(code, out IReadOnlyList<CodeAct>? known))
            return known;

        List<CodeAct> acts = [];
        foreach (CodeUse use in code.Uses)
            Use(use, acts, 0);

        foreach (string read in code.Reads)
        {
            Read(read, acts);

            // Who reads such a builtin, is not seen to call it and calls something that cannot be told calls it by a way around.
            if (IsOpener(read) && !code.Uses.Any(u => u.Callee == read) && code.Uses.Any(u => u.Callee.Length == 0 || u.Callee.Contains("()", StringComparison.Ordinal)))
                acts.Add(new CodeAct(read, EffectKind.Unknown, true, false, true, IsUnknown: true));
        }

        return _known[code] = acts;
    }

    /// <summary>Whether a name is that of a builtin that opens or runs what it gets, and of nothing that the file gives to its code.</summary>
    public bool IsOpener(string name) => scope.Table.OpeningBuiltins.Contains(name) && !_globals.ContainsKey(name);

    /// <summary>Whether carried code has the name: it may be a method of a class that the file makes.</summary>
    public bool IsMember(string name) => _members.Contains(name);

    /// <summary>What a path of the code may mean: what it means by itself, and what any code of the file stores under the name.</summary>
    public IEnumerable<KnownPath> ResolveAll(string path, bool isImported)
    {
        if (Resolve(path, isImported) is { Path.Length: > 0 } name)
            yield return name;

        foreach (CodeStore store in isImported ? [] : Stored(path))
        {
            if (Resolve(store.Path, store.IsImported) is { Path.Length: > 0 } stored)
                yield return stored with { IsStrict = true };
        }
    }

    /// <summary>What any code of the file stores under the name with which a path begins, or under that of an attribute on it.</summary>
    private IEnumerable<CodeStore> Stored(string path)
    {
        for (int end = path.Length; end > 0; end = path.LastIndexOf('.', end - 1))
        {
            int start = path.LastIndexOf('.', end - 1) + 1;
            bool isRoot = start == 0 || path[0] == '.';
            foreach (CodeStore store in isRoot && _stores.TryGetValue(path[start..end], out List<CodeStore>? stores) ? stores : [])
                yield return store with { Path = store.Path + path[end..] };

            if (start == 0)
                yield break;
        }
    }

    private void Use(CodeUse use, List<CodeAct> acts, int depth)
    {
        CallValues values = new(use.Arguments);
        foreach (ValueShape argument in use.Arguments.Where(a => a.Kind is ShapeKind.Import))
            Read(argument.Text, acts);

        if (IsPowerful(use))
            acts.Add(new CodeAct(use.Callee.Length > 0 ? use.Callee : "a computed callable", EffectKind.Unknown, true, false, true, IsUnknown: true));

        foreach (KnownPath name in ResolveAll(use.Callee, use.IsImported))
            Use(name, use, values, acts, depth);
    }

    private void Use(KnownPath name, CodeUse use, CallValues values, List<CodeAct> acts, int depth)
    {
        if (name.Entry is not { } entry)
        {
            // What an analysis found in a function of the standard library that no rule lists; reading alone is what hooks of good files do.
            foreach (Effect told in name.Told?.Call ?? [])
            {
                ValueShape[] given = [.. values.Of(told.Source).Where(Carriage.CanCarry)];
                bool isKnown = given.Length > 0 && given.All(v => v.Kind is not ShapeKind.Unknown);
                if (EffectKinds.IsHarm(told.Kind) && told.Kind is not EffectKind.ProcessState && given.Length > 0 && (isKnown || told.Kind is not EffectKind.Read))
                    acts.Add(Act(name, told.Kind, isKnown) with { IsGuessed = false });
            }

            bool isForeign = use.IsImported && !name.IsStrict;
            if (isForeign && use.Arguments.Any(a => a.Kind is not ShapeKind.Unknown) && scope.Calls.Danger(name.Path, [.. use.Arguments.Where(a => a.Kind is not (ShapeKind.Unknown or ShapeKind.Import))], onlyStrong: true) is not null)
                acts.Add(new CodeAct(name.Path, EffectKind.Unknown, true, false, false, IsUnknown: true));

            return;
        }

        foreach (Effect effect in entry.Call)
        {
            if (effect.Kind is EffectKind.Call && depth < MaxDepth)
                Called(values, effect, acts, depth + 1);
            else if (effect.Kind is EffectKind.Call && values.Of(effect.Source).Any(v => v.Kind is ShapeKind.Import))
                acts.Add(new CodeAct(name.Path, EffectKind.Unknown, true, false, true, IsUnknown: true));

            // A name of a module of the standard library is changed for the whole process.
            if (effect.Kind is EffectKind.SetAttribute && use.Arguments is [{ Kind: ShapeKind.Import } changed, _, var value, ..] && !Carriage.IsOption(value) && !changed.Text.Contains('(', StringComparison.Ordinal) && IsStandard(changed.Text))
                acts.Add(new CodeAct($"{name.Path}({changed.Text}, ...)", EffectKind.ProcessState, true, false, true));

            IReadOnlyList<ValueShape> met = effect.Source.Kind is SourceKind.Always ? entry.IsDerived ? [] : use.Arguments : values.Of(effect.Source);
            bool isFixed = met.Count > 0 && met.All(v => v.Kind is not ShapeKind.Unknown);
            if (effect.Kind is EffectKind.GetAttribute && use.Arguments is [{ Kind: ShapeKind.Import } owner, { Kind: not ShapeKind.Str }, ..] && IsModule(owner.Text))
                acts.Add(new CodeAct($"{name.Path}({owner.Text}, a computed name)", EffectKind.Import, false, false, true, IsGuessed: !IsStandard(owner.Text)));
            else if (!EffectKinds.IsHarm(effect.Kind) || (effect.Kind is EffectKind.Import && use.Arguments is [{ Kind: ShapeKind.Str }, ..]))
                continue;
            else if (entry.IsDerived ? met.Any(v => IsForSink(name, v)) : effect.Source.Kind is SourceKind.Always || met.Any(Carriage.CanCarry))
                acts.Add(Act(name, effect.Kind, isFixed || (name.IsCoarse && effect.Kind is EffectKind.Network && use.Arguments.Count > 0 && !NameConvention.IsClass(name.Path))));
        }
    }

    /// <summary>What a callable calls that it gets, with the other values and their items: <c>list(map(open, [path], ['w']))</c>.</summary>
    private void Called(CallValues values, Effect effect, List<CodeAct> acts, int depth)
    {
        foreach (ValueShape target in values.Of(effect.Source).Where(v => v.Kind is ShapeKind.Import))
        {
            ValueShape[] given = [.. values.All.Where(v => !ReferenceEquals(v, target)).SelectMany(v => v.Kind is ShapeKind.Tuple or ShapeKind.List ? v.Items : [v])];
            Use(new CodeUse(target.Text, false) { Arguments = given }, acts, depth);
        }
    }

    /// <summary>
    /// Whether a method of a value that cannot be told is called by the name of a function that runs, opens or deletes, or something gets a module together with such a name.
    /// </summary>
    private bool IsPowerful(CodeUse use)
    {
        string name = use.Callee[(use.Callee.LastIndexOf('.') + 1)..];
        bool isUntold = use.Callee.StartsWith('.') || use.Callee.Contains("().", StringComparison.Ordinal);
        if (isUntold && (IsPowerful(name) || (scope.Table.WritingMethods.Contains(name) && (use.Arguments.Count > 0 || !(name is "dump" || name.StartsWith("to_", StringComparison.Ordinal)))) || (name is "eval" or "query" && use.Arguments is [{ Kind: ShapeKind.Str, Text: var text }, ..] && text.Contains('@', StringComparison.Ordinal))))
            return true;

        List<ValueShape> given = [.. use.Arguments, .. use.Arguments.SelectMany(a => a.Kind is ShapeKind.Tuple or ShapeKind.List ? a.Items : [])];
        if (name is "__getattribute__" or "__getattr__" && given is [{ Kind: ShapeKind.Import } asked, { Kind: not ShapeKind.Str }, ..] && IsModule(asked.Text))
            return true;

        return (use.Callee.Length == 0 || isUntold || given.Count > use.Arguments.Count) && given.Exists(a => a.Kind is ShapeKind.Str && IsPowerful(a.Text)) && given.Exists(a => a.Kind is ShapeKind.Import && IsModule(a.Text));
    }

    private bool IsPowerful(string word) => word.Length > 0 && word[0] != '_' && scope.Table.Capacity.IsPowerful(word) && !scope.Table.Capacity.IsMode(word);

    /// <summary>Whether a constant of the code is what sinks take: what an analysis found of a callable says nothing of other values.</summary>
    private bool IsForSink(KnownPath name, ValueShape value) => value.Kind is not ShapeKind.Unknown && scope.Calls.Danger(name.Path, [value], onlyStrong: true) is not null;

    private void Read(string path, List<CodeAct> acts)
    {
        string[] steps = path.Split('.');
        bool isWalk = Array.Exists(steps, s => scope.Table.WalkingAttributes.Contains(s)) || (steps is [var root, "__self__", ..] && scope.Table.Capacity.IsBuiltin(root));
        if (isWalk || path.EndsWith(".__main__", StringComparison.Ordinal))
            acts.Add(new CodeAct(path, EffectKind.Import, true, false, true));
        else if (Resolve(path, false) is { IsSink: true, Entry: { } entry } name && entry.Call.FirstOrDefault(e => EffectKinds.IsHarm(e.Kind)) is { } harm && IsTold(name, steps.Length > 1, harm.Kind))
            acts.Add(Act(name, harm.Kind, false));
    }

    /// <summary>Whether the mention of a function tells as much as its call: who reads <c>os.mkdir</c> calls it, perhaps through something else. A builtin may be kept.</summary>
    private static bool IsTold(KnownPath name, bool isMember, EffectKind kind) => kind is EffectKind.Process or EffectKind.Exec or EffectKind.NativeLoad
        || (isMember && !name.IsCoarse && name.Entry!.Kind is NameKind.Function && kind is EffectKind.Write or EffectKind.Delete or EffectKind.Unpickle or EffectKind.Network or EffectKind.Defer);

    private static CodeAct Act(KnownPath name, EffectKind kind, bool isFixed) =>
        new(name.Path, kind, isFixed, name.IsCoarse, KnownModules.Has(name.Path.Split('.')[0]), name.IsStrict);

    /// <summary>Whether a path is that of a module of the standard library.</summary>
    public bool IsModule(string path) => path.EndsWith(".__self__", StringComparison.Ordinal) || path is "__builtins__" || (Resolve(path, false) is { Path: { Length: > 0 } full } && KnownModules.Has(full));

    /// <summary>Whether a path is that of something of the standard library.</summary>
    public bool IsStandard(string path) => path is "__builtins__" || (Resolve(path, false) is { Path: { Length: > 0 } full } && scope.Table.Knowledge.IsListed(full));

    /// <summary>What a path of the code means: a module that it imports, a name that the file gives it, a builtin, or a module of the standard library.</summary>
    private KnownPath Resolve(string path, bool isImported)
    {
        if (path.Length == 0 || path[0] == '.')
            return KnownPath.None;

        // A method of an object that a class makes is the method of the class.
        int call = path.IndexOf("().", StringComparison.Ordinal);
        if (call > 0 && NameConvention.IsClass(path[..call]) && path.IndexOf("()", call + 2, StringComparison.Ordinal) < 0)
            path = path.Remove(call, 2);

        int dot = path.IndexOf('.', StringComparison.Ordinal);
        string head = dot < 0 ? path : path[..dot];
        string rest = dot < 0 ? "" : path[(dot + 1)..];
        if (isImported)
            return scope.Names.Of(path);

        if (_globals.TryGetValue(head, out ValueShape? given))
            return Given(given, rest);

        if (scope.Table.Capacity.IsBuiltin(head) || head is "__builtins__")
            return scope.Names.Of("builtins", path);

        return KnownModules.Has(head) ? scope.Names.Of(path) : Guess(rest);
    }

    /// <summary>What the file gives its code under a name, or an attribute that a state has put into that.</summary>
    private KnownPath Given(ValueShape given, string rest)
    {
        if (scope.Meanings.Of(given) is Meaning.Named named)
            return rest.Length == 0 ? named.Name : scope.Names.Of(named.Name.Path, rest);

        for (ValueShape? owner = given; owner is not null && rest.Length > 0;)
        {
            int dot = rest.IndexOf('.', StringComparison.Ordinal);
            owner = MeaningReader.Planted(owner, dot < 0 ? rest : rest[..dot]);
            rest = dot < 0 ? "" : rest[(dot + 1)..];
            if (owner is not null && scope.Meanings.Of(owner) is Meaning.Named held)
                return rest.Length == 0 ? held.Name : scope.Names.Of(held.Name.Path, rest);
        }

        return KnownPath.None;
    }

    /// <summary>An attribute of a global that is filled later may be one of any module that the file gives to its code.</summary>
    private KnownPath Guess(string rest)
    {
        foreach (string module in rest.Length > 0 ? _modules : [])
        {
            if (scope.Names.Of(module, rest) is { IsHarmful: true, IsCoarse: false } found && KnownModules.Has(module))
                return found with { IsStrict = true };
        }

        return KnownPath.None;
    }
}
