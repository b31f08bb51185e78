// Judges the code that a file carries, by what it calls and by whether loading runs it.
using Assay.Artifacts;
using Assay.Detection.Callables;
using Assay.Effects;

namespace Assay.Detection.Effects;

/// <summary>
/// Judges the code that a file carries. Code that somebody has to call is suspicious where it starts programs, runs code or walks to what it may not
/// name; code that loading itself runs (a <c>__setstate__</c> of a carried class) is harmful there, and suspicious for whatever else it reaches.
/// </summary>
internal sealed class CarriedJudge
{
    private const int MostFollowed = 4096;
    private const int MostShapes = 1 << 14;

    /// <summary>Members with special names that run when a class is called, or in a special place only, which is judged there.</summary>
    private static readonly string[] s_waiting = ["__init__", "__call__", "__get__", "__set__", "__delete__", "__set_name__", "__post_init__", "__await__", "__enter__", "__exit__", "__aenter__", "__aexit__", "_missing_"];

    /// <summary>What objects of good files do in special methods too.</summary>
    private static readonly EffectKind[] s_reading = [EffectKind.Read, EffectKind.Spend];
    private readonly EffectScope _scope;
    private readonly Dictionary<string, CarriedCode> _codes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<CarriedCode>> _twins = new(StringComparer.Ordinal);
    private readonly Dictionary<CarriedCode, List<string>> _within = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);
    private readonly CarriedActs _acts;
    private readonly LoadedActs _loaded;
    private readonly HeldFunctions _held;
    private readonly List<string> _replacements = [];
    private string? _worstWords;
    private bool _replacesUnread;

    /// <summary>Creates the judge of one artifact.</summary>
    public CarriedJudge(EffectScope owner)
    {
        _scope = owner;
        _acts = new CarriedActs(owner);
        _loaded = new LoadedActs(owner, _acts);
        _held = new HeldFunctions(owner);
    }

    /// <summary>Notes what a call carries, before any use of it is judged.</summary>
    public void Notice(CallableFact fact)
    {
        _loaded.Notice(fact);
        _held.Notice(fact);
        if (fact.Use is not (CallableUse.Called or CallableUse.Constructed or CallableUse.State))
            return;

        _acts.Notice(fact);
        Replaced(fact);
        if (fact.Code is { } code)
        {
            string key = KeyOf(fact.Arguments) ?? $"at {fact.Offset}";
            if (!_codes.TryAdd(key, code))
            {
                // The same instructions under the same name, with other constants and names.
                if (!_twins.TryGetValue(key, out List<CarriedCode>? twins))
                    _twins.Add(key, twins = []);

                if (twins.Count < MostFollowed)
                    twins.Add(code);
                else
                    _replacesUnread = true;
            }

            _within[code] = Within(fact.Arguments);
        }

        // Code that cannot be read is judged by its words.
        if (fact.Code is not { IsWhole: true } && Words(fact) is (Judgements.SuspiciousCode or Judgements.HarmfulCode, var words))
            _worstWords ??= words;
    }

    /// <summary>Whether carried code has the callable among its names, so that what the code does with it is what counts.</summary>
    public bool IsGiven(KnownPath name) => !name.Entry!.Call.Any(e => e.Kind is EffectKind.Process or EffectKind.NativeLoad) && _acts.IsGiven(name.Path, _codes.Values);

    /// <summary>Judges the code that a maker of code or functions gets.</summary>
    public void Made(string maker, CallableFact fact, IReadOnlyList<ValueShape> code)
    {
        if (fact.Code is { IsWhole: true } read)
        {
            (string judgement, string said) = WhenCalled(read);
            _scope.Say(judgement, maker, fact, "", said);
            return;
        }

        // Picklers write the parts of a code object as they are.
        if (fact.Code is null && fact.Arguments.Any(a => a.Kind is ShapeKind.Result or ShapeKind.Unknown) && (maker.Contains("CodeType", StringComparison.Ordinal) || maker.EndsWith("._create_code", StringComparison.Ordinal)))
        {
            _scope.Say(Judgements.SuspiciousCode, maker, fact, "", "code whose parts are computed");
            return;
        }

        (string grade, string words) = CarriedWords.Grade(code, _scope.Table);

        // Parts of code that a call gives cannot be read.
        if (grade is Judgements.OrdinaryCode && fact.Code is null && _scope.Names.Of(maker) is { Entry.Returns.Kind: ReturnKind.Function } && fact.Arguments.Any(a => a.Kind is ShapeKind.Result or ShapeKind.Unknown)
            && !fact.Arguments.Any(a => _scope.Meanings.Of(a) is Meaning.CarriedFunction))
            (grade, words) = (Judgements.SuspiciousCode, "instructions that cannot be read");

        _scope.Say(grade, maker, fact, "", words);
        if (fact.ConstantsElided && grade is Judgements.OrdinaryCode)
            _scope.Say(Judgements.Elided, maker, fact, "", "some of the code that it carries was not kept");
    }

    /// <summary>Judges the code that a maker of functions gets as marshalled bytes: by itself, or last in a tuple that may stand first in another.</summary>
    public void Unmarshalled(string maker, CallableFact fact, IReadOnlyList<ValueShape> met)
    {
        if (!met.Any(Carriage.CanCarry))
            return;

        ValueShape? code = met is [var only] ? only : null;
        for (int level = 0; level < 2 && code is { Kind: ShapeKind.Tuple, Elided: false }; level++)
            code = code.Items is [{ Kind: ShapeKind.Tuple } first, ..] ? first : code.Items is [_, _, var last] ? last : null;

        // What stands there is among what was read where it begins as code does.
        bool isRead = code is { Kind: ShapeKind.Bytes, Text: { Length: > 40 } text } && (text[0] & 0x7F) == 'c' && text[4] == 0 && text[8] == 0;
        if (isRead && fact.Code is { IsWhole: true })
            Made(maker, fact, met);
        else
            _scope.Say(Judgements.SuspiciousCode, maker, fact, "", "instructions that cannot be read");
    }

    /// <summary>A carried function stands where Python calls it.</summary>
    public void Planted(string hook, Meaning.CarriedFunction function, CallableFact fact, bool isMetaclass = false)
    {
        if (_scope.Table.LoadingHooks.Contains(hook) || (hook is "__init__" or "__call__" && _scope.CallsResults) || (isMetaclass && hook is not "__call__"))
            AtLoad(function, fact, $"as {hook}", hook);
        else if ((_scope.EntersMade || (_scope.EntersByCode && hook.StartsWith("__", StringComparison.Ordinal))) && !s_waiting.Contains(hook))
            AtLoad(function, fact, $"as {hook}", hook, setsAside: ObjectProtocol.Methods.Contains(hook) ? [] : s_reading);
    }

    /// <summary>A carried function lies where loading may call it.</summary>
    public void MayRun(Meaning.CarriedFunction function, CallableFact fact, string how) => AtLoad(function, fact, how);

    /// <summary>A carried function is a member that a constructor may call; what it does is told where it does harm, as most members are called by nobody.</summary>
    public void MayConstruct(Meaning.CarriedFunction function, CallableFact fact, string member) => AtLoad(function, fact, $"if a constructor calls {member}", onlyHarm: true);

    /// <summary>A carried function is a method of an object that a library gets, which calls methods of plain names; reading is what methods of good files do.</summary>
    public void MayCall(Meaning.CarriedFunction function, CallableFact fact, string member, string caller) => AtLoad(function, fact, $"if {caller} calls {member}", setsAside: s_reading);

    /// <summary>A carried function is called.</summary>
    public void Called(Meaning.CarriedFunction function, UseContext at)
    {
        // A factory is called when a key is missing, which loading does not ask for; carrying a function is what a Lambda layer is for, and code what an archive of TorchServe is for.
        bool isExpected = at.Holder is "collections.defaultdict" or "keras.layers.Lambda" or "ts.model_loader.import_module";
        if (!AtLoad(function, at.Fact, at.Holder.Length > 0 ? $"through {at.Holder}" : "by itself") && !isExpected && !at.IsMember)
            _scope.Say(Judgements.ResultCalled, function.Maker, at.Fact, "", "", "", at.Holder);
    }

    /// <summary>Says what carried code does that runs while the file loads; whether there was something to say.</summary>
    private bool AtLoad(Meaning.CarriedFunction function, CallableFact fact, string how, string hook = "", bool onlyHarm = false, EffectKind[]? setsAside = null)
    {
        (string? grade, string words) = (null, "");
        List<CarriedCode> reached = Reached(function.Shape, hook);
        foreach (CodeAct act in reached.SelectMany(_acts.Of).Concat(onlyHarm ? [] : _loaded.Of(reached)).Where(a => a.Matters || (a.IsUnknown && !onlyHarm)))
        {
            if (setsAside?.Contains(act.Kind) is true)
                continue;

            bool isHarm = act.RunsSomething;
            words = grade is null || (isHarm && grade is Judgements.SuspiciousCode) ? act.Path : words;
            grade = isHarm ? Judgements.HarmfulCode : grade ?? Judgements.SuspiciousCode;
        }

        if (grade is null && !onlyHarm && (reached.Count == 0 || _replacesUnread || reached.Any(c => !c.IsWhole)))
            (grade, words) = _worstWords is { } worst ? (Judgements.HarmfulCode, worst) : (reached.Count == 0 && !_replacesUnread ? null : Judgements.SuspiciousCode, "instructions that cannot be read");

        if (grade is null)
            return false;

        if (_told.Add($"{fact.Offset} {words}"))
            _scope.Say(grade, function.Maker, fact, "", $"{words}, and loading runs it {how}");

        return true;
    }

    private (string Judgement, string Words) WhenCalled(CarriedCode code)
    {
        List<CodeAct> acts = [.. _acts.Of(code).Where(a => a.CountsUncalled)];
        if (acts.Count == 0)
            return (Judgements.OrdinaryCode, string.Join(", ", code.Uses.Select(u => u.Callee).Where(u => u.Length > 1 && u[0] != '.').Distinct().Order(StringComparer.Ordinal).Take(8)));

        string words = string.Join(", ", acts.Select(a => a.Path).Distinct().Take(4));
        string? command = _scope.Table.CommandTexts.Find(c => code.Texts.Any(t => t.Contains(c, StringComparison.OrdinalIgnoreCase)));
        bool fetches = acts.Exists(a => a.RunsSomething) && _acts.Of(code).Any(a => a.Kind is EffectKind.Network or EffectKind.Decode);
        bool isHarm = acts.Exists(a => a.RunsSomething) && (command is not null || fetches);
        return (isHarm ? Judgements.HarmfulCode : Judgements.SuspiciousCode, command is null ? words : $"{words}, '{command}'");
    }

    /// <summary>The code of a function and of what it calls by a name that other carried code has.</summary>
    private List<CarriedCode> Reached(ValueShape function, string hook)
    {
        // Where a large class leaves no room for the code of each member, its name tells which it is.
        List<CarriedCode> reached = CodeOf(function) is { } start ? start : [.. AllCodes().Where(c => hook.Length > 0 && c.Name == hook)];
        if (reached.Count == 0)
            return [.. AllCodes()];

        // What replaces the code of a function may replace that of any.
        foreach (string replacement in _replacements)
            reached.AddRange((_codes.TryGetValue(replacement, out CarriedCode? other) ? [other, .. _twins.GetValueOrDefault(replacement) ?? []] : Array.Empty<CarriedCode>()).Where(c => !reached.Contains(c)));

        HashSet<CarriedCode> met = new(reached, ReferenceEqualityComparer.Instance);
        _replacesUnread |= _held.IsCut || AllCodes().Skip(MostFollowed).Any();
        for (int i = 0; i < reached.Count && reached.Count < MostFollowed; i++)
        {
            foreach (string name in Touched(reached[i]))
            {
                reached.AddRange(ByName[name].Where(met.Add));
                reached.AddRange(_held.Named(name).SelectMany(f => CodeOf(f.Shape) ?? []).Where(met.Add));
            }

            // What code takes out of what it got, without a name, may be any function there.
            if (TakesItems(reached[i]))
                reached.AddRange(_held.InStates().SelectMany(f => CodeOf(f.Shape) ?? []).Where(met.Add));

            // What stands in a function runs with it: a lambda, a comprehension, the body of a class.
            foreach (string within in _within[reached[i]])
            {
                if (_codes.TryGetValue(within, out CarriedCode? inner) && met.Add(inner))
                    reached.Add(inner);
            }
        }

        return reached;
    }

    /// <summary>The names that code calls, reads, or takes out of something as a key; calling or entering an object of a class of the file is calling a method of it.</summary>
    private static HashSet<string> Touched(CarriedCode code)
    {
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach (string path in code.Uses.Select(u => u.Callee).Concat(code.Reads))
        {
            int colon = path.IndexOf(':', StringComparison.Ordinal);
            _ = names.Add(colon > 0 ? path[(colon + 1)..] : path[(path.LastIndexOf('.') + 1)..]);
            if (path.EndsWith(".__enter__", StringComparison.Ordinal))
                _ = names.Add("__exit__");
        }

        if (code.Uses.Any(u => u.Callee.Length == 0 || u.Callee[0] == '.'))
            _ = names.Add("__call__");

        return names;
    }

    private static bool TakesItems(CarriedCode code) => code.Reads.Concat(code.Uses.Select(u => u.Callee)).Any(p => p.StartsWith('.') && (p.EndsWith("[]", StringComparison.Ordinal) || p.EndsWith(".values", StringComparison.Ordinal) || p.EndsWith(".items", StringComparison.Ordinal)
        || p.EndsWith(".get", StringComparison.Ordinal) || p.EndsWith(".pop", StringComparison.Ordinal))) || code.Uses.Any(u => u.Callee.Length == 0 || u.Arguments.Any(StateValues.IsGiven));

    // All code was noticed before any is judged.
    private ILookup<string, CarriedCode> ByName => field ??= AllCodes().ToLookup(c => c.Name, StringComparer.Ordinal);

    /// <summary>Notes code that a state, or what sets attributes, puts into a function that is made already.</summary>
    private void Replaced(CallableFact fact)
    {
        bool sets = fact.Use is CallableUse.State || (_scope.Names.Of(fact) is { Entry: { } entry } && entry.Call.Any(e => e.Kind is EffectKind.SetAttribute or EffectKind.SetState or EffectKind.Code));
        Stack<ValueShape> open = new(sets ? fact.Arguments : []);
        for (int seen = 0; open.TryPop(out ValueShape? shape); seen++)
        {
            if (seen == MostShapes || _replacements.Count >= MostFollowed)
            {
                _replacesUnread = true;
                break;
            }

            for (int i = 0; shape.Kind is ShapeKind.Dict && i + 1 < shape.Items.Count; i += 2)
            {
                if (shape.Items[i] is not { Kind: ShapeKind.Str, Text: "__code__" })
                    continue;

                if (KeyOf(shape.Items[i + 1].Items) is { } key)
                    _replacements.Add(key);
                else
                    _replacesUnread = true;
            }

            foreach (ValueShape item in shape.Kind is ShapeKind.Dict or ShapeKind.Tuple ? shape.Items : [])
                open.Push(item);
        }
    }

    private IEnumerable<CarriedCode> AllCodes() => _codes.Values.Concat(_twins.Values.SelectMany(t => t));

    private List<CarriedCode>? CodeOf(ValueShape function)
    {
        Stack<ValueShape> open = new([function]);
        for (int seen = 0; seen < MostShapes && open.TryPop(out ValueShape? shape); seen++)
        {
            if (shape.Kind is ShapeKind.Result && KeyOf(shape.Items) is { } key && _codes.TryGetValue(key, out CarriedCode? code))
                return [code, .. _twins.GetValueOrDefault(key) ?? []];

            for (int i = shape.Items.Count - 1; i >= 0; i--)
                open.Push(shape.Items[i]);
        }

        return null;
    }

    /// <summary>The functions and classes that stand in a code: among its constants.</summary>
    private static List<string> Within(IReadOnlyList<ValueShape> arguments)
    {
        List<string> keys = [];
        Stack<ValueShape> open = new(arguments);
        for (int seen = 0; seen < MostShapes && open.TryPop(out ValueShape? shape); seen++)
        {
            if (shape.Kind is ShapeKind.Result && KeyOf(shape.Items) is { } key)
                keys.Add(key);

            foreach (ValueShape item in shape.Kind is ShapeKind.Tuple ? shape.Items : [])
                open.Push(item);
        }

        return keys;
    }

    /// <summary>What tells a code object from others: its bytecode and its name.</summary>
    private static string? KeyOf(IReadOnlyList<ValueShape> arguments)
    {
        for (int i = 4; i + 5 < arguments.Count; i++)
        {
            ValueShape code = arguments[i];
            if (arguments[i + 1].Kind is ShapeKind.Tuple && arguments[i + 2].Kind is ShapeKind.Tuple && arguments[i + 3].Kind is ShapeKind.Tuple)
                return $"{arguments[i + 5].Text} {(code.Kind is ShapeKind.Result && code.Items.Count > 0 ? code.Items[0].Text : code.Text)}";
        }

        return null;
    }

    private (string Judgement, string Words) Words(CallableFact fact) =>
        _scope.Names.Of(fact) is { Entry: { } entry } && entry.Call.Any(e => e.Kind is EffectKind.Code) ? CarriedWords.Grade(fact.Arguments, _scope.Table) : ("", "");
}
