// What code does that loading runs, beside what its calls are known to do: what cannot be told of it, and what it changes.
using Assay.Artifacts;
using Assay.Effects;
using Assay.Python.Names;

namespace Assay.Detection.Effects;

/// <summary>
/// What code does that loading runs, beside what its calls are known to do. Such code is harmless only where each of its calls is known: what is called must have a name of which something is known, or be a method of plain data.
/// </summary>
internal sealed class LoadedActs(EffectScope scope, CarriedActs acts)
{
    private const int MostClasses = 4096;

    private static readonly EffectKind[] s_acts =
        [EffectKind.Exec, EffectKind.Process, EffectKind.NativeLoad, EffectKind.Network, EffectKind.Write, EffectKind.Delete, EffectKind.Unpickle, EffectKind.Import, EffectKind.Memory, EffectKind.Tamper, EffectKind.Evaluate];

    private readonly SortedSet<string> _classes = new(StringComparer.Ordinal);
    private readonly StateValues _given = new();
    private bool _handsFunctions;
    private bool _isCut;
    private string? _stranger;

    /// <summary>Notes what the file names: the classes of the values that code gets, and functions that it may be given.</summary>
    public void Notice(CallableFact fact)
    {
        if (fact is { Use: CallableUse.State, Arguments: [var state] })
            _given.Add(state);

        KnownPath name = scope.Names.Of(fact);
        if (name.Path.Length == 0)
            return;

        bool isClass = name.Entry is { Kind: NameKind.Class } || NameConvention.IsClass(name.Path);
        if (isClass && _classes.Count < MostClasses)
            _ = _classes.Add(name.Path);
        else if (isClass && !_classes.Contains(name.Path))
            _isCut = true;

        if (name is { Entry: null, Told: null, IsStrict: false } && NameConvention.IsClass(name.Path) && !NameConvention.IsException(name.Path) && !name.Path.StartsWith("__main__.", StringComparison.Ordinal) && !scope.IsAllowed(name))
            _stranger ??= name.Path;

        bool acts = fact.Use is CallableUse.Imported && name is { IsCoarse: false } && (name.Entry ?? name.Told) is { } entry
            && (entry.Call.Any(e => Array.IndexOf(s_acts, e.Kind) >= 0) || entry.Returns.Kind is ReturnKind.MethodCaller or ReturnKind.Getter) && !entry.Call.Any(e => e.Kind is EffectKind.Code or EffectKind.MakeClass);
        _handsFunctions |= acts;
    }

    /// <summary>What the code does that runs together.</summary>
    public IEnumerable<CodeAct> Of(IReadOnlyList<CarriedCode> reached)
    {
        if (_isCut && reached.Count > 0)
            scope.Cut("the classes of what code gets");

        bool callsUntold = reached.Any(c => c.Uses.Any(u => IsUntold(u.Callee)));
        HashSet<string> called = [.. reached.SelectMany(c => c.Uses).Select(u => u.Callee)];
        foreach (CarriedCode code in reached)
        {
            // Which of several modules whose names a star brings has the name is not known: that one of them is written in C says nothing.
            HashSet<string> ambiguous = [.. code.Uses.Where(u => u.Callee.Contains('.', StringComparison.Ordinal) && u.Callee[0] != '.').GroupBy(u => Last(u.Callee), StringComparer.Ordinal).Where(g => g.Select(u => u.Callee).Distinct(StringComparer.Ordinal).Count() > 1).Select(g => g.Key)];
            ambiguous.IntersectWith(code.Uses.Select(u => u.Callee));
            foreach (CodeUse use in code.Uses)
            {
                if (Of(use, ambiguous) is { } act)
                    yield return act;
            }

            foreach (string module in code.Imports)
            {
                KnownPath found = scope.Names.Of(module, "");
                if (found.Entry is { Kind: NameKind.Module, IsHarmful: true, Imported: ReferenceWeight.Harmful } || found.Path.EndsWith(".__main__", StringComparison.Ordinal))
                    yield return Unknown($"import {module}");
            }

            // What lies in a global may be called by every other function.
            foreach (CodeStore store in code.Stores.Where(s => s.IsGlobal && acts.IsOpener(s.Path)))
                yield return Unknown(store.Path);

            // Who reads such a builtin, is not seen to call it and calls something that cannot be told calls it by a way around.
            foreach (string opener in callsUntold ? code.Reads.Where(r => acts.IsOpener(r) && !called.Contains(r)) : [])
                yield return Unknown(opener);
        }
    }

    private static string Last(string path) => path[(path.LastIndexOf('.') + 1)..];

    private CodeAct? Of(CodeUse use, HashSet<string> ambiguous)
    {
        string callee = use.Callee;
        if (callee.Length == 0)
            return Unknown("a computed callable");

        if (IsComputed(callee))
            return Unknown($"{callee}(...), a computed name");

        if (Given(use) is { } given)
            return given;

        bool isFromFile = callee[0] == '.' && (callee.EndsWith("[]", StringComparison.Ordinal) || (callee.IndexOf('.', 1) < 0 && callee is not ".<function>"));
        if (isFromFile)
            return _handsFunctions ? Unknown($"{callee}(...), which the file gives to it") : null;

        if (Changed(use) is { } changed)
            return changed;

        if (Method(use) is { } method)
            return method;

        foreach (KnownPath name in acts.ResolveAll(callee, use.IsImported))
        {
            if (Named(name, use) is { } act && !(name is { Entry: null, Told: null } && ambiguous.Contains(Last(callee))))
                return act;
        }

        return null;
    }

    /// <summary>Code hands what a state brings to something that nothing is known of, or of which an analysis found what it does with it.</summary>
    private CodeAct? Given(CodeUse use)
    {
        if (HandsToStranger(use) is { } handed)
            return handed;

        bool isUntold = use.Arguments.Any(a => a.Kind is ShapeKind.Unknown);
        if (!isUntold)
            return null;

        IReadOnlyList<ValueShape>[] values = [.. use.Arguments.Select(a => StateValues.IsGiven(a) ? _given.Of(a.Text) : [a])];
        foreach (KnownPath name in acts.ResolveAll(use.Callee, use.IsImported))
        {
            bool isForeign = name is { Entry: null, Told: null, IsStrict: false } && use.IsImported && !scope.IsAllowed(name);
            IEnumerable<ValueShape> met = isForeign ? use.Arguments.SelectMany((a, i) => StateValues.IsGiven(a) ? values[i] : [])
                : name.Entry is { IsDerived: true } entry ? entry.Call.Where(e => EffectKinds.IsHarm(e.Kind) && e.Kind is not EffectKind.Read && e.Source.Kind is not SourceKind.Always).SelectMany(e => Met(e.Source, values))
                : [];
            if (met.ToList() is { Count: > 0 } weighed && scope.Calls.Danger(name.Path, weighed, onlyStrong: true) is { } danger)
                return Unknown($"{name.Path}(...), which the state gives {danger}");

            // What the code computes of what it got may be any of that.
            if (isForeign && scope.Calls.Danger(name.Path, _given.All, onlyActs: true) is { } computed)
                return Unknown($"{name.Path}(...), which the state may give {computed}");
        }

        return null;
    }

    /// <summary>What the file gives to its code is called with what acts, and may be an object of a class that nothing is known of.</summary>
    private CodeAct? HandsToStranger(CodeUse use)
    {
        string callee = use.Callee;
        bool isOfFile = callee[0] == '.' ? callee.Count(c => c == '.') <= 2 && !acts.IsMember(Last(callee)) : !use.IsImported && !callee.Contains('.', StringComparison.Ordinal) && !acts.IsMember(callee) && !acts.ResolveAll(callee, false).Any(n => n.Entry is not null || n.IsStrict);
        bool callsGiven = use.Arguments.Any(StateValues.IsGiven) && acts.ResolveAll(callee, use.IsImported).Any(n => n.Entry is { } entry && entry.Call.Any(e => e.Kind is EffectKind.Call));
        if (_stranger is null || !(isOfFile || callsGiven))
            return null;

        List<ValueShape> values = [.. use.Arguments.SelectMany(a => StateValues.IsGiven(a) ? _given.Of(a.Text) : a.Kind is ShapeKind.Unknown ? _given.All : [a])];
        return scope.Calls.Danger("", values, onlyActs: true) is { } danger ? Unknown($"{callee}(...), which may be an object of {_stranger}, with {danger}") : null;
    }

    private static IEnumerable<ValueShape> Met(EffectSource source, IReadOnlyList<ValueShape>[] values) => source.Kind switch
    {
        SourceKind.Argument => source.Index < values.Length ? values[source.Index] : [],
        SourceKind.From => values.Skip(source.Index).SelectMany(v => v),
        _ => values.SelectMany(v => v),
    };

    private static CodeAct Unknown(string what, EffectKind kind = EffectKind.Unknown) => new(what, kind, true, false, true, IsUnknown: true);

    private static bool IsUntold(string callee) => callee.Length == 0 || callee.Contains("()", StringComparison.Ordinal) || callee.EndsWith("[]", StringComparison.Ordinal) || (callee[0] == '.' && callee.IndexOf('.', 1) < 0);

    /// <summary>Whether what is called came from an attribute whose name is computed, or from a table of names by one.</summary>
    private bool IsComputed(string callee)
    {
        int found = callee.LastIndexOf("getattr()", StringComparison.Ordinal);
        if ((found >= 0 && callee.IndexOf('.', found) < 0) || scope.Table.NameTables.Any(t => callee.Contains($"{t}[]", StringComparison.Ordinal)))
            return true;

        int table = callee.IndexOf(".__dict__[]", StringComparison.Ordinal);
        return table > 0 && callee[0] != '.' && acts.IsModule(callee[..table]);
    }

    /// <summary>A change to what the whole process has: attributes of modules, the tables of the interpreter, its environment.</summary>
    private CodeAct? Changed(CodeUse use)
    {
        if (use.Callee is "builtins.setattr" or "setattr" or "operator.setitem" or "delattr" && use.Arguments is [{ Kind: ShapeKind.Import, Text: var owner }, var key, ..])
        {
            string of = owner.EndsWith(".__dict__", StringComparison.Ordinal) ? owner[..^9] : owner;
            bool isState = acts.ResolveAll(of, false).Any(n => n.Entry is { } entry && entry.Call.Any(e => e.Kind is EffectKind.ProcessState));
            bool isOwn = key.Kind is ShapeKind.Str && key.Text.StartsWith("__", StringComparison.Ordinal) && !use.Callee.Contains("item", StringComparison.Ordinal);
            bool isChange = use.Arguments is not [_, _, var value, ..] || value.Kind is ShapeKind.Import || (acts.IsStandard(of) && !Carriage.IsOption(value));
            return !isOwn && !of.Contains('(', StringComparison.Ordinal) && ((acts.IsModule(of) && isChange) || isState) ? Unknown($"a change of {of}") : null;
        }

        KnownPath name = acts.ResolveAll(use.Callee, use.IsImported).FirstOrDefault();
        if (name.Entry is not { } known || !known.Call.Any(e => e.Kind is EffectKind.ProcessState) || !(name.Path.StartsWith("sys.", StringComparison.Ordinal) || name.Path.StartsWith("os.", StringComparison.Ordinal)))
            return null;

        string[] steps = name.Path.Split('.');
        return scope.Table.AskingNames.Any(a => steps[1].StartsWith(a, StringComparison.Ordinal) || steps[^1].StartsWith(a, StringComparison.Ordinal)) ? null : Unknown(name.Path);
    }

    /// <summary>A method of a value that cannot be told does what it does for any class of which the file has objects; that of an object that the code makes, what it does for that class.</summary>
    private CodeAct? Method(CodeUse use)
    {
        string callee = use.Callee;
        use = use with { Arguments = [new ValueShape(ShapeKind.Unknown), .. use.Arguments] };
        int dot = callee.LastIndexOf('.');
        if (dot <= 0)
            return null;

        string method = callee[(dot + 1)..];
        if (callee[..dot].EndsWith("()", StringComparison.Ordinal) && callee[0] != '.')
        {
            foreach (KnownPath owner in acts.ResolveAll(callee[..(dot - 2)], use.IsImported))
            {
                string made = owner.Entry is { Returns: { Kind: ReturnKind.Instance, Class: { Length: > 0 } returned } } ? returned
                    : owner.Entry is { Kind: NameKind.Class } || NameConvention.IsClass(owner.Path) ? owner.Path : "";
                if (made.Length > 0 && Named(scope.Names.Of(made, method), use) is { } act)
                    return act;
            }
        }

        bool isUntold = callee[0] == '.' || callee.Contains("()", StringComparison.Ordinal) || callee.Contains("[]", StringComparison.Ordinal);
        foreach (string owner in isUntold && !method.StartsWith("__", StringComparison.Ordinal) && !acts.IsMember(method) ? _classes : [])
        {
            KnownPath found = scope.Names.Of(owner, method);
            if (found is { IsHarmful: true, IsCoarse: false } && found.Entry!.Kind is not NameKind.Class && Named(found, use) is { } shared)
                return shared;
        }

        return null;
    }

    /// <summary>What a callable does that has a name.</summary>
    private CodeAct? Named(KnownPath name, CodeUse use)
    {
        CallValues values = new(use.Arguments);
        if (name.Entry is { } entry)
        {
            foreach (Effect effect in entry.Call.Where(e => Array.IndexOf(s_acts, e.Kind) >= 0 && EffectActions.Applies(e.Condition, values)))
            {
                bool meets = Meets(effect, values) && !(entry.IsDerived && effect.Source.Kind is SourceKind.Always);
                bool isPlainImport = effect.Kind is EffectKind.Import && use.Arguments is [{ Kind: ShapeKind.Str }, ..];
                if (meets && !isPlainImport && !(name.IsCoarse && entry.IsDerived))
                    return Unknown(name.Path, effect.Kind);
            }

            return null;
        }

        if (!name.IsStrict || name.Path.Length == 0 || !KnownModules.Has(name.Path.Split('.')[0]))
            return null;

        if (name.Told is { } told)
            return told.Call.FirstOrDefault(e => e.Source.Kind is not SourceKind.Always && Array.IndexOf(s_acts, e.Kind) >= 0 && Meets(e, values)) is { } found ? Unknown(name.Path, found.Kind) : null;

        bool gets = name.Path.StartsWith("os.", StringComparison.Ordinal) ? use.Arguments.Any(a => a.Kind is not ShapeKind.Unknown) : use.Arguments.Any(a => a.Kind is not ShapeKind.Unknown && Carriage.CanCarry(a));
        return gets && IsNative(name.Path) ? Unknown(name.Path) : null;
    }

    /// <summary>Whether a path is that of a function of a module that is written in C: there is no source in which harm could be found.</summary>
    private bool IsNative(string path)
    {
        int dot = path.LastIndexOf('.');
        if (dot <= 0 || path.IndexOf('.', StringComparison.Ordinal) != dot || path.Contains('(', StringComparison.Ordinal) || NameConvention.IsClass(path) || !KnownModules.Has(path))
            return false;

        string module = path[..dot];
        return module is "os" || (module is not "builtins" && !IsRead(module) && !IsRead(module.TrimStart('_')));
    }

    private bool IsRead(string module) => scope.Table.Knowledge.Read(module) is { Kind: NameKind.Module };

    /// <summary>Whether a value meets an effect; which part of it counts is only known for plain values.</summary>
    private static bool Meets(Effect effect, CallValues values) =>
        effect.Source.Kind is SourceKind.Always || values.Of(effect.Source with { Key = "" }).Any(v => v.Kind is ShapeKind.Unknown || Carriage.CanCarry(v));
}
