// Judges all uses of callables in one artifact.
using Assay.Artifacts;
using Assay.Detection.Callables;
using Assay.Effects;

namespace Assay.Detection.Effects;

/// <summary>Judges all uses of callables in one artifact together.</summary>
internal sealed partial class ArtifactEffects
{
    private const int MostSinks = 64;
    private const int MostLazy = 4096;
    private const int MostShapes = 4096;
    private readonly IReadOnlyList<CallableFact> _facts;
    private readonly EffectScope _scope;
    private readonly EffectJudge _judge;
    private readonly HashSet<string> _used;
    private readonly HashSet<string> _filled;
    private readonly HashSet<(long Offset, string Path)> _asGlobals = [];
    private bool _goesThroughMore;

    /// <summary>Creates the judge of the uses of one artifact.</summary>
    public ArtifactEffects(IReadOnlyList<CallableFact> facts, EffectScope scope)
    {
        _scope = scope;
        _facts = facts;
        _facts = new TextValues(scope.Names).In(facts, Wanted);
        _judge = new EffectJudge(_scope);
        _filled = [.. Wanted().Where(f => f.Use is CallableUse.State).Select(f => f.Resolved)];
        _used = [.. Wanted().Where(f => f.Use is not CallableUse.Imported).Select(f => _scope.Names.Of(f).Path)];
    }

    /// <summary>The judgements.</summary>
    public IReadOnlyList<CallableJudgement> Judge()
    {
        foreach (CallableFact fact in Wanted())
            _scope.Carried.Notice(fact);

        foreach (CallableFact fact in Wanted().Where(f => f.Use is CallableUse.Called or CallableUse.Constructed or CallableUse.State))
            _scope.Meanings.Classes.Notice(fact, _scope.Names.Of(fact));

        MadeUses made = new(_scope, Wanted());
        _scope.CallsResults = Wanted().Any(made.Calls);
        _scope.EntersLazy = Wanted().Any(EntersLazy);
        _scope.EntersMade = Wanted().Any(made.Enters);
        _scope.EntersByCode = Wanted().Any(made.EntersByCode);

        foreach (CallableFact fact in Wanted())
        {
            KnownPath name = _scope.Names.Of(fact);
            switch (fact.Use)
            {
                case CallableUse.Constructed:
                case CallableUse.Called when MakesOnly(fact, name):
                    Constructed(fact, name);
                    break;
                case CallableUse.Called:
                    Used(fact, name, Route.Call);
                    Entered([name], ["__del__"], fact, []);
                    break;
                case CallableUse.State:
                    State(fact, name);
                    break;
                case CallableUse.Argument:
                    Argument(fact, name);
                    break;
                case CallableUse.Method:
                    Method(fact, name);
                    break;
                default:
                    Imported(fact, name);
                    break;
            }
        }

        Beyond();
        foreach ((KnownPath name, CallableFact import) in _scope.Kept.NotKept())
            Referenced(name, import);

        _scope.Packages.Say();
        if (_scope.Meanings.Classes.IsCut)
            _scope.Cut("the classes that the file makes");

        if (_scope.CutAt is { } where && _facts.Count > 0)
            _scope.Say(Judgements.Elided, _facts[0].Callee, _facts[0], "", $"there is more of this than is looked at: {where}");

        return _scope.Said;
    }

    /// <summary>The facts, as far as they are asked before the host wants no more.</summary>
    private IEnumerable<CallableFact> Wanted() => _scope.Stop.CanBeCanceled ? _facts.TakeWhile((_, i) => i < EffectScope.AlwaysJudged || !_scope.Stop.IsCancellationRequested) : _facts;

    /// <summary>
    /// Whether a use goes through an iterator that calls a function for each item. An attribute of an object of which nothing is known is not gone through; whatever else gets one may do it.
    /// </summary>
    private bool EntersLazy(CallableFact fact)
    {
        if (fact.Use is not (CallableUse.Called or CallableUse.Constructed or CallableUse.State or CallableUse.Method))
            return false;

        bool isKept = fact is { Use: CallableUse.State, Arguments: [{ Kind: ShapeKind.Dict }] }
            && (fact.Target is { } target ? _scope.ClassesOf(_scope.Meanings.Of(target)) : [_scope.Names.Of(fact.Callee.TrimEnd('(', ')'))]).All(c => _scope.Names.Of(c.Path, "__setstate__") is { Entry: null, Told: null });
        Stack<ValueShape> open = new(isKept ? [] : fact.Arguments);
        for (int seen = 0; open.TryPop(out ValueShape? value); seen++)
        {
            if (seen == MostLazy || (value.Kind is ShapeKind.Result or ShapeKind.Instance && EffectActions.IsLazy(_scope.Names.Of(value.Text))))
                return true;

            foreach (ValueShape part in value.Items)
                open.Push(part);

            if (value.State is { } state)
                open.Push(state);
        }

        return false;
    }

    private void Used(CallableFact fact, KnownPath name, Route route)
    {
        CallValues values = Given(fact);
        Sinks(fact, name.Path.Length > 0 ? name.Path : fact.Callee, OnlyMakes(name), values.All);
        Meaning what = name.Path.Length > 0 ? new Meaning.Named(name) : fact.Target is { } target ? _scope.Meanings.Of(target) : FromText(fact);
        _judge.Run(what, route, values, new UseContext(fact));

        if (what is Meaning.Getter getter)
            Handed(fact with { Arguments = [.. fact.Arguments, .. getter.Names] }, name, values, route);

        if (route is Route.Call)
        {
            Found(fact, what);
            Beside(what is Meaning.Bound { Target: Meaning.Named { Name: var bindee } } ? bindee : name, what is Meaning.Bound front ? values.After(front.Front) : values, fact);
            if (_scope.Exhaustion.Of(name, values) is { } endless)
                _scope.Say(Judgements.Reached, name.Path, fact, EffectKinds.Capability(EffectKind.Spend), endless);

            _judge.Objects.Consumed(name.Path.Length > 0 ? name.Path : fact.Callee, values.All, new UseContext(fact));
        }

        Handed(fact, name, values, route);

        // What folding followed lacks keywords and what a state replaced; the order of what folding gives is another one.
        if (name.Path.Length > 0 && fact.Target is { } made && _scope.Meanings.Of(made) is Meaning.Bound { Keywords: not null } bound)
            _judge.Run(bound, route, values with { IsLoose = true }, new UseContext(fact));

        if (fact.ConstantsElided && DependsOnConstants(name))
            _scope.Say(Judgements.Elided, name.Path.Length > 0 ? name.Path : fact.Callee, fact, "", "some of its arguments were not kept");
    }

    /// <summary>What a call finds by names that the file gives it: a function that does harm, or a method that does, bound to its object.</summary>
    private void Found(CallableFact fact, Meaning what)
    {
        if (what is not (Meaning.Named { Name.Entry.Returns.Kind: ReturnKind.Named or ReturnKind.Dotted or ReturnKind.Attribute or ReturnKind.Item } or Meaning.Getter))
            return;

        ValueShape call = new(ShapeKind.Result, fact.Resolved) { Items = fact.Arguments, Keywords = fact.Keywords, Callee = fact.Target };
        KnownPath found = _scope.Meanings.Of(call) switch
        {
            Meaning.Named { Name: { IsSink: true } named } => named,
            Meaning.MethodOf method => _scope.HarmfulMethod(method) ?? KnownPath.None,
            _ => KnownPath.None,
        };
        if (found.IsHarmful)
            _scope.Say(Judgements.Reached, found.Path, fact, found.Capability, "", found.Entry!.Origin.Reason, what is Meaning.Named { Name.Path: var finder } ? finder : fact.Callee);
    }

    /// <summary>
    /// What is known of a callable is known for objects that are what they seem: callables that a state has put into one may be called by whoever goes through it. What only takes its
    /// objects along (makers of functions, of instances, of cells) enters none.
    /// </summary>
    private void Handed(CallableFact fact, KnownPath name, CallValues values, Route route)
    {
        foreach (ValueShape id in values.All.Where(v => v.Kind is ShapeKind.Persistent))
            Dispatched(fact, name, id);

        if (TakesAlong(name))
            return;

        // NEWOBJ of a native type goes through what it gets as a call does.
        bool isSure = Enters(name) && (route is Route.Call || name.Entry is { IsDerived: false, Kind: NameKind.Class });
        if (name.Entry is not { Kind: NameKind.Class, IsDerived: false, Call.Count: 0 } && _scope.Kept.In(values.All) is { } held)
            Lies(held, fact, name.Path.Length > 0 ? name.Path : fact.Callee);

        foreach (ValueShape given in values.Positional)
        {
            Entered(fact, name, given, isSure);
            Dispatched(fact, name, given);
            foreach (ValueShape item in given.Kind is ShapeKind.Tuple or ShapeKind.List or ShapeKind.Set or ShapeKind.FrozenSet ? given.Items : [])
                Entered(fact, name, item, isSure: false);
        }
    }

    private void Entered(CallableFact fact, KnownPath name, ValueShape given, bool isSure)
    {
        // A copy, or a proxy, is what it was made of.
        if (_scope.Meanings.Of(given) is Meaning.Instance { Class: var type, Shape: var made })
            given = made.State is null && type is not Meaning.MadeClass ? given : made;

        if (given.State is null && _scope.Meanings.Of(given) is not Meaning.Instance { Class: Meaning.MadeClass })
            return;

        UseContext at = new UseContext(fact).Through(name.Path.Length > 0 ? name.Path : fact.Callee);

        // A callable that goes through an object calls methods of it with whatever else it got: numpy.swapaxes(x, a, b) is x.swapaxes(a, b).
        CallValues texts = new([given, .. fact.Arguments.Where(a => !ReferenceEquals(a, given)).SelectMany(a => a.Kind is ShapeKind.Tuple or ShapeKind.List ? a.Items.Append(a) : [a]), .. PlantedValues.Texts(given)], null, true);
        foreach (Meaning planted in isSure ? _scope.Planted.In(given) : _scope.Planted.In(given).Where(p => PlantedValues.Harms(p) || OpensText(p, texts)))
            _judge.MayRun(planted, texts, at);

        if (!_goesThroughMore && PlantedValues.IsCut(given) && !_scope.ClassesOf(_scope.Meanings.Of(given)).All(c => c.Path.StartsWith("numpy.", StringComparison.Ordinal)))
            _goesThroughMore = true;
    }

    /// <summary>Whether a callable goes through what it gets and does nothing else.</summary>
    private static bool Enters(KnownPath name) =>
        name.Entry is { Kind: not NameKind.Value, Returns.Kind: ReturnKind.Data or ReturnKind.Text or ReturnKind.TextOf or ReturnKind.BytesOf or ReturnKind.Unknown or ReturnKind.Instance } known && known.Call.All(e => e.Kind is EffectKind.Odd or EffectKind.Call);

    /// <summary>A callee of which only the text is known: what a call of a named callable returned, or what that returned.</summary>
    private Meaning FromText(CallableFact fact)
    {
        string made = fact.Callee.EndsWith("()", StringComparison.Ordinal) ? fact.Callee[..^2] : "";
        if (made.Length > 0 && !made.EndsWith(')') && made is not "persistent")
            return _scope.Meanings.Of(new ValueShape(ShapeKind.Result, made) { Elided = true });

        while (made.EndsWith("()", StringComparison.Ordinal))
            made = made[..^2];

        return new Meaning.Unknown(made.Contains('.', StringComparison.Ordinal) ? made : "");
    }

    /// <summary>INST and OBJ without arguments call whatever is no class; what is one, by what is known or by its name and the state that every pickler gives it, has only its <c>__new__</c> run.</summary>
    private bool MakesOnly(CallableFact fact, KnownPath name) => fact is { Pickle.Opcode: "INST" or "OBJ", Arguments.Count: 0 } && name.Path.Length > 0
        && (name.Entry is { Kind: NameKind.Class } || (name.Entry is null && NameConvention.IsClass(name.Path) && _filled.Contains($"{name.Path}()")));

    private void Constructed(CallableFact fact, KnownPath name)
    {
        name = name.AsMade();
        Used(fact, name, Route.New);
        Entered([name], ["__del__"], fact, []);
        if (name.Entry is { IsHarmful: true, Kind: NameKind.Class } entry && !entry.New.Any(e => EffectKinds.IsHarm(e.Kind)) && entry.Imported is not ReferenceWeight.None)
            _scope.Say(Judgements.Constructed, name.Path, fact, name.Capability, "", entry.Origin.Reason);
    }

    private void State(CallableFact fact, KnownPath name)
    {
        ValueShape? state = fact.Arguments.Count > 0 ? fact.Arguments[0] : null;
        string made = fact.Callee.TrimEnd('(', ')');
        string subject = name.Path.Length > 0 ? name.Path : fact.Callee;
        Meaning target = fact.Target is { } shape ? _scope.Meanings.Of(shape) : FromText(fact);
        bool keeps = name.Path.Length == 0 && state is { } kept && (kept.Kind is ShapeKind.Tuple ? kept.Items : [kept]).All(p => p.Kind is not (ShapeKind.Instance or ShapeKind.Result)) && _scope.Kept.IsKeeper(target);
        Sinks(fact, subject, false, fact.Arguments, keeps);
        if (!keeps && _scope.Kept.In(fact.Arguments) is { } held)
            Lies(held, fact, subject);

        if (state is not null)
            _scope.Hooks.State(subject, state, fact);

        // A module, a function or a class that was only imported.
        if (name.Path.Length > 0)
        {
            _scope.Say(Judgements.ModuleState, subject, fact);
            return;
        }

        KnownPath owner = (target is Meaning.Instance { Class: Meaning.Named named } ? named.Name : made.Length > 0 ? _scope.Names.Of(made) : KnownPath.None).AsMade();
        if (target is Meaning.Named reached)
            _scope.Say(Judgements.ModuleState, reached.Name.Path, fact);
        else if (state is not null && target is Meaning.Instance { Class: Meaning.MadeClass })
            _judge.States.Put(target, fact.Target, state, new UseContext(fact));
        else if (state is not null)
            _judge.States.Put(owner, fact.Target, state, new UseContext(fact));

        // A class that looks attributes up among its items finds the method there.
        if (state is not null && fact.Target is { State: null } filled && MeaningReader.Planted(filled, "__setstate__") is { } setter)
            _judge.Run(_scope.Meanings.Of(setter), Route.Call, new CallValues([state]), new UseContext(fact) { IsMember = true });

        if (state is not null && target is Meaning.Unknown or Meaning.Literal && fact.Target is { } given)
            GivenBack(given, state, fact);

        // A logger is found by its name and is the whole program's; picklers write it without a state.
        if (IsOverForeign(fact.Target, isNew: true) || target is Meaning.Instance { Shape: { Kind: ShapeKind.Result, Text: "logging.getLogger" } })
            _scope.Say(Judgements.ModuleState, subject, fact);

        // BUILD asks the object for its __setstate__.
        List<KnownPath> owners = target is Meaning.Instance { Class: Meaning.MadeClass } ? [.. _scope.ClassesOf(target)] : [owner];
        Entered(owners, ["__getattr__", "__getattribute__"], fact, []);

        // What slots hold is set attribute by attribute; so is everything where there is no dictionary.
        if (state is { Kind: ShapeKind.Tuple, Items: [_, { Kind: ShapeKind.Dict, Items.Count: > 0 } slots] })
            Entered(owners, ["__setattr__", .. Slots(state)], fact, [.. slots.Items.Where((_, i) => i % 2 == 1)]);

        foreach (string slot in Slots(state))
        {
            foreach (Meaning.CarriedFunction carried in _scope.Finder.Read(target, slot))
                _scope.Carried.MayRun(carried, fact, $"when the state sets {slot}");
        }

        if (owner.Path is "numpy.dtype" && state is not null && ElementTypeForm.IsForged(fact.Target, state))
            _scope.Say(Judgements.Reached, owner.Path, fact, EffectKinds.Capability(EffectKind.Memory), "", "The element type says of its elements what does not fit them, so bytes of the file are taken for pointers.");

        // What runs when the object goes, with what its state holds.
        if (state is not null)
        {
            foreach (KnownPath of in owners.Where(o => o.Path.Length > 0 && !o.IsHarmful))
                _judge.Enter(_scope.Names.Of(of.Path, "__del__"), new ValueShape(ShapeKind.Instance, of.Path) { State = state }, [], new UseContext(fact));
        }
    }

    private void Argument(CallableFact fact, KnownPath name)
    {
        if (!name.IsSink)
            return;

        // A reconstructor runs only __new__ of the class that it gets.
        bool onlyNew = OnlyMakes(_scope.Names.Of(fact.Carrier)) && !name.Entry!.New.Any(e => EffectKinds.IsHarm(e.Kind));
        if (onlyNew && !name.AsMade().IsHarmful)
            return;

        // Judged by what the code does with it.
        if (_asGlobals.Contains((fact.Offset, name.Path)))
            return;

        if (!_scope.Kept.Waits(name, _scope.Names.Of(fact.Carrier), fact))
            _scope.Say(onlyNew ? Judgements.Constructed : Judgements.Reached, name.Path, fact, name.Capability, "", name.Entry!.Origin.Reason, fact.Carrier);
    }

    private void Method(CallableFact fact, KnownPath name)
    {
        Sinks(fact, name.Path.Length > 0 ? name.Path : fact.Callee, false, fact.Arguments);
        string method = fact.Derivation is [var one] ? one : "";
        if (method is "persistent_load")
        {
            Dispatched(fact, name, fact.Arguments[0]);
            return;
        }

        Meaning target = name.Path.Length > 0 ? new Meaning.Named(name) : fact.Target is { } shape ? _scope.Meanings.Of(shape) : FromText(fact);
        if (target is Meaning.Named named)
        {
            string owner = named.Name.Path;
            if (named.Name.IsHarmful)
                _scope.Say(Judgements.Reached, owner, fact, named.Name.Capability, "", named.Name.Entry!.Origin.Reason);
            else
                _scope.Say(Judgements.ModuleState, owner, fact);

            _scope.Hooks.Pairs(owner, fact.Arguments, fact);
            return;
        }

        if (method is not "__hash__" && target is Meaning.Unknown && fact.Target is { } picked)
            GivenBack(picked, null, fact);

        if (method is not "__hash__" && IsOverForeign(fact.Target))
            _scope.Say(Judgements.ModuleState, fact.Callee.TrimEnd('(', ')'), fact);

        if (target is Meaning.Instance entered)
            Entered(_scope.ClassesOf(entered), method is "extend" ? ["extend", "append"] : method is "__hash__" ? ["__hash__", "__eq__"] : [method], fact, fact.Arguments);

        // Keys are plain in nearly all files; what the file plants in a class it makes was judged where it made it.
        if (method is "__hash__")
            return;

        if (target is Meaning.Instance { Class: Meaning.Named made })
        {
            if (made.Name.AsMade().IsHarmful)
                _scope.Say(Judgements.Reached, made.Name.Path, fact, made.Name.Capability, "", made.Name.Entry!.Origin.Reason);
            else if (made.Name.Path is "torch.Tensor" && method is "__setitem__" or "")
                _scope.Say(Judgements.TensorItems, fact.Callee.TrimEnd('(', ')'), fact);
        }

        if (method.Length > 0 && fact.Target is { } self)
        {
            foreach (string called in method is "extend" ? (ReadOnlySpan<string>)["extend", "append"] : [method])
            {
                // What a class that the file makes does not have is its base's.
                if (MeaningReader.Planted(self, called) is not null || (target is Meaning.Instance { Class: Meaning.MadeClass of } && MeaningReader.Entry(of.Members, called) is not null))
                    _judge.Method(self, called, new CallValues(fact.Arguments, null, true), new UseContext(fact));
            }
        }

        if (fact.Target is { } stranger && IsStranger(stranger) && _scope.States.Danger(stranger.Text, new ValueShape(ShapeKind.List) { Items = [.. fact.Arguments] }) is { } item)
            _scope.Say(Judgements.UnknownState, stranger.Text, fact, "", item);

        if (method is "__setitem__")
            _scope.Hooks.Pairs(fact.Callee, fact.Arguments, fact);

        // Every pickler puts items in before the state, so callables that are there already are there for the items.
        if (fact.Target is { } filled)
        {
            foreach (Meaning planted in _scope.Planted.In(filled))
                _judge.MayRun(planted, new CallValues(fact.Arguments, null, true), new UseContext(fact).Through(filled.Text));

            _goesThroughMore |= filled.State is not null && PlantedValues.IsCut(filled);
        }
    }

    /// <summary>An opcode enters an object by methods of its classes: what is known of those is judged.</summary>
    private void Entered(IEnumerable<KnownPath> owners, IReadOnlyList<string> methods, CallableFact fact, IReadOnlyList<ValueShape> values)
    {
        foreach (KnownPath owner in owners)
        {
            if (owner.Path.Length == 0 || owner.IsHarmful)
                continue;

            ValueShape self = fact.Target ?? new ValueShape(ShapeKind.Instance, owner.Path);
            foreach (string method in methods)
            {
                if (method.Length > 0)
                    _judge.Enter(_scope.Names.Of(owner.Path, method), self, values, new UseContext(fact));
            }
        }
    }

    private void Imported(CallableFact fact, KnownPath name)
    {
        if (name.Path.Length > 0 && name.Entry is null && !_scope.IsAllowed(name))
            _scope.Packages.Add(name.Path, fact);

        // What else is done with it speaks for the import.
        if (_used.Contains(name.Path))
            return;

        if (name.Path.Length == 0)
            _scope.Say(Judgements.ComputedCalled, fact.Callee.Length > 0 ? fact.Callee : "a computed name", fact, "", "its name is computed");
        else if (name.Entry is { Imported: not ReferenceWeight.None } && KeptFunctions.IsSetting(name))
            _scope.Kept.Imported(name, fact);
        else if (name.Entry is { Imported: not ReferenceWeight.None })
            Referenced(name, fact);
        else if (_scope.WalkedStep(name) is { } step)
            _scope.Say(Judgements.DangerousAttribute, name.Path, fact, "", step);
    }

    private void Referenced(KnownPath name, CallableFact fact)
    {
        if (name.Entry is { } entry && !(entry.Imported is ReferenceWeight.Suspicious && _scope.Carried.IsGiven(name)))
            _scope.Say(entry.Imported is ReferenceWeight.Harmful ? Judgements.Reached : Judgements.Imported, name.Path, fact, name.Capability, "", entry.Origin.Reason);
    }

    /// <summary>Says that a function that does harm lies in what something gets that may call it.</summary>
    private void Lies(KnownPath name, CallableFact fact, string holder)
    {
        EffectEntry entry = (name.Entry ?? name.Told)!;
        _scope.Say(Judgements.UnknownCalled, name.Path, fact, EffectKinds.Capability(entry.Call.First(e => EffectKinds.IsHarm(e.Kind)).Kind), "", entry.Origin.Reason, holder);
    }

    /// <summary>Judges sinks anywhere in what <paramref name="holder"/> gets.</summary>
    private void Sinks(CallableFact fact, string holder, bool onlyMakes, IReadOnlyList<ValueShape> values, bool keeps = false)
    {
        int found = 0;
        bool isState = fact.Use is CallableUse.State;
        KnownPath binder = isState ? _scope.Names.Of(holder.TrimEnd('(', ')')) : _scope.Names.Of(fact);
        HashSet<ValueShape> globals = GlobalsOfCode(binder, values);
        Stack<ValueShape> open = new(values.Reverse());
        for (int seen = 0; found < MostSinks && open.TryPop(out ValueShape? value); seen++)
        {
            if (seen == MostShapes)
            {
                _scope.Cut("what it gets");
                break;
            }

            if (globals.Contains(value) && _scope.Names.Of(value.Text) is { IsSink: true } given && _scope.Carried.IsGiven(given))
            {
                _asGlobals.Add((fact.Offset, given.Path));
                continue;
            }

            if (keeps && _scope.Kept.SettingOf(value) is { } setting)
            {
                _scope.Kept.Keep(setting, fact, holder);
                continue;
            }

            if (value.Kind is ShapeKind.Import && _scope.Names.Of(value.Text) is { IsSink: true } sink)
            {
                if (_scope.Kept.Waits(sink, binder, fact))
                    continue;

                bool onlyNew = onlyMakes && !sink.Entry!.New.Any(e => EffectKinds.IsHarm(e.Kind));
                if (onlyNew && !sink.AsMade().IsHarmful)
                    continue;

                _scope.Say(onlyNew ? Judgements.Constructed : Judgements.Reached, sink.Path, fact, sink.Capability, "", sink.Entry!.Origin.Reason, holder);
                found++;
            }

            // A function of which an analysis found that it does harm: who calls it cannot be seen.
            if (!onlyMakes && value.Kind is ShapeKind.Import && _scope.Names.Of(value.Text) is { Told: { Kind: NameKind.Function } told } kept && told.Call.FirstOrDefault(e => IsTold(e.Kind) && !(isState && IsOfEveryUser(e, kept, holder))) is { } harm && !_scope.IsAllowed(kept))
            {
                _scope.Say(Judgements.UnknownCalled, kept.Path, fact, EffectKinds.Capability(harm.Kind), "", told.Origin.Reason, holder);
                found++;
            }

            // What a result or an instance got was judged where it was made.
            if (value.Kind is ShapeKind.Result or ShapeKind.Instance or ShapeKind.Persistent)
                continue;

            for (int i = value.Items.Count - 1; i >= 0; i--)
                open.Push(value.Items[i]);
        }
    }
}
