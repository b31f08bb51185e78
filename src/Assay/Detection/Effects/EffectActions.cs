// What it means when one effect meets the values of a use.
using Assay.Artifacts;
using Assay.Detection.Callables;
using Assay.Detection.Capacity;
using Assay.Effects;

namespace Assay.Detection.Effects;

/// <summary>Turns effects and what they meet into judgements, and follows those that reach further callables.</summary>
internal sealed class EffectActions(EffectScope scope, EffectJudge judge)
{
    private const int MostFollowed = 256;

    /// <summary>Of more values that are called it is said that there are more; no honest file has so many.</summary>
    private const int MostCalled = 64;

    /// <summary>Lets an effect of a callable act on what it gets.</summary>
    public void Act(KnownPath name, Effect effect, CallValues values, UseContext at)
    {
        if (!Applies(effect.Condition, values))
            return;

        IReadOnlyList<ValueShape> met = values.Of(effect.Source);
        bool always = effect.Source.Kind is SourceKind.Always;
        if (EffectKinds.IsHarm(effect.Kind))
        {
            if (effect.Kind is EffectKind.Exec && scope.Graphs.IsOrdinary(name, values, at))
                scope.Say(Judgements.OrdinaryCode, name.Path, at.Fact, "", "the code of a traced graph", Reason(name), at.Holder);
            else if ((always && !Reckons(name, effect, values)) || met.Any(v => Carriage.CanCarry(v) && !IsInert(v, effect.Kind)))
                Harm(name, effect, at);

            return;
        }

        switch (effect.Kind)
        {
            case EffectKind.Evaluate:
                if (met.Any(scope.Calls.ReachesCode))
                    Harm(name, effect, at);

                break;
            case EffectKind.Odd:
                if (always || met.Any(Carriage.IsMoreThanData))
                    scope.Say(Judgements.OddArguments, name.Path, at.Fact, "", "nothing that a model needs is done this way", Reason(name));

                break;
            case EffectKind.Call:
                Follow(met, Route.Call, effect, values, at.Through(name.Path));
                break;
            case EffectKind.New:
                Follow(met, Route.New, effect, values, at.Through(name.Path));
                break;
            case EffectKind.SetState:
                judge.States.HandedOn(met, values.All, effect.With.Count > 0 ? [.. effect.With.SelectMany(values.Of)] : values.All, at.Through(name.Path));
                break;
            case EffectKind.Method when effect.Name is "__setstate__":
                judge.States.HandedOn(met, [], effect.With.Count > 0 ? [.. effect.With.SelectMany(values.Of)] : values.All, at.Through(name.Path));
                break;
            case EffectKind.Method:
                foreach (ValueShape self in scope.First(met, MostFollowed, "what it gets"))
                    MethodOf(self, effect, values, at.Through(name.Path));

                break;
            case EffectKind.GetAttribute:
                GetAttribute(name, met, effect, values, at);
                break;
            case EffectKind.SetAttribute:
                foreach (ValueShape target in scope.First(met, MostFollowed, "what it gets"))
                    SetAttribute(name, target, values, at);

                break;
            case EffectKind.MakeClass:
                Filled(name, values, isClass: true, at);

                bool isMetaclass = IsMetaclass(name, values);
                Members(values, at);

                // Of possible arguments the members are the dictionary.
                foreach (ValueShape members in scope.First(met.Where(v => !values.IsLoose || v.Kind is ShapeKind.Dict), MostFollowed, "what it gets"))
                {
                    scope.Hooks.Members(name.Path, members, at.Fact, isMetaclass);
                    Described(members, at.Through(name.Path));
                }

                break;
            case EffectKind.NamesModule:
                foreach (ValueShape module in scope.First(met, MostFollowed, "what it gets"))
                    NamesModule(name, module, at);

                break;
            case EffectKind.InnerPickle:
                foreach (ValueShape inner in scope.First(met, MostFollowed, "what it gets"))
                {
                    if (!Carriage.IsExaminedBytes(inner))
                        scope.Say(Judgements.OddArguments, name.Path, at.Fact, "", "the argument is not a bytes object", Reason(name));
                }

                break;
            case EffectKind.Code:
                Filled(name, values, isClass: false, at);
                scope.Carried.Made(name.Path, at.Fact, values.All);
                break;
            case EffectKind.MarshalledCode:
                scope.Carried.Unmarshalled(name.Path, at.Fact, met);
                foreach (ValueShape globals in at.Fact.Arguments.Concat(at.Fact.Arguments.SelectMany(a => a.Items)))
                {
                    // The module of the function is imported.
                    if (MeaningReader.Entry(globals, "__name__") is { } module)
                        NamesModule(name, module, at);
                }

                break;
            case EffectKind.Keep:
                Keep(name, met, at);
                break;
            case EffectKind.Unknown:
                if (met.Count > 0 && !scope.IsVouchedFor(name) && scope.Calls.Danger(name.Path, met, anyText: true) is { } danger)
                    scope.Say(Judgements.UnknownCalled, name.Path, at.Fact, "", danger, Reason(name), at.Holder);

                break;
            default:
                break;
        }
    }

    /// <summary>Says that a callable does harm.</summary>
    public void Harm(KnownPath name, Effect effect, UseContext at) =>
        scope.Say(Judgements.Reached, name.Path, at.Fact, EffectKinds.Capability(effect.Kind), "", Reason(name), at.Holder);

    /// <summary>Says that a function lies where it may be called of which an analysis found that it does harm.</summary>
    public void Lies(KnownPath name, UseContext at)
    {
        EffectEntry entry = (name.Entry ?? name.Told)!;
        scope.Say(Judgements.UnknownCalled, name.Path, at.Fact, EffectKinds.Capability(entry.Call.First(e => EffectKinds.IsHarm(e.Kind)).Kind), "", entry.Origin.Reason, at.Holder);
    }

    /// <summary>Judges the use of a name that nothing is known of by what it gets.</summary>
    public void StrangerUsed(KnownPath name, Route route, CallValues values, UseContext at)
    {
        if (scope.WalkedStep(name) is { } step)
        {
            scope.Say(Judgements.DangerousAttribute, name.Path, at.Fact, "", step);
            return;
        }

        bool onlyNew = route is Route.New;
        if (onlyNew)
            scope.Packages.Add(name.Path, at.Fact);

        // A class of classes gets the name of the class that it makes.
        if (at.Depth > 0 && NameConvention.IsClass(name.Path) && (!name.IsStrict || IsReadMetaclass(name)) && scope.Names.Of(at.Holder) is { Entry: { IsDerived: false } maker } && maker.Call.Any(e => e.Kind is EffectKind.MakeClass)
            && values.All.All(v => v.Kind is not ShapeKind.Str || TextForms.IsIdentifier(v.Text)))
        {
            scope.Say(Judgements.UnknownInert, name.Path, at.Fact, "", "", "", at.Holder);
            return;
        }

        if (name.IsStrict && !onlyNew)
        {
            StrangerCalled(name, at);
            return;
        }

        if (!onlyNew && at.Depth == 0 && scope.Namesakes.Of(name, values) is { } namesake)
        {
            scope.Say(Judgements.UnknownCalled, name.Path, at.Fact, "", namesake, "", at.Holder);
            return;
        }

        // The factory of a container is called when a key is missing, which loading does not ask for; what a function calls it calls at once.
        bool isFactory = at.Depth > 0 && values.All.Count == 0 && scope.Names.Of(at.Holder) is not { Entry.Kind: NameKind.Function };
        string? danger = scope.Calls.Danger(name.Path, values.All, onlyStrong: onlyNew, anyText: at.Depth > 0, areFields: onlyNew && at.Depth == 0);
        if (danger is null && !onlyNew && !isFactory && !NameConvention.IsClass(name.Path) && !scope.Functions.IsRebuilder(name.Path, values.All))
            danger = CarriedForms.NoObject;

        if (danger is not null)
            scope.Say(Judgements.UnknownCalled, name.Path, at.Fact, "", danger, "", at.Holder);
        else if (!onlyNew)
            scope.Say(Judgements.UnknownInert, name.Path, at.Fact, "", "", "", at.Holder);
    }

    /// <summary>Whether an analysis has read a class of classes, and found that it makes classes and does no harm.</summary>
    private static bool IsReadMetaclass(KnownPath name) => name.Told is { Kind: NameKind.Class } told && told.Call.Any(e => e.Kind is EffectKind.MakeClass) && !told.Call.Any(e => EffectKinds.IsHarm(e.Kind));

    /// <summary>Says that something is called of which nothing is known, whatever it gets.</summary>
    public void StrangerCalled(KnownPath name, UseContext at) => scope.Say(Judgements.UnknownCalled, name.Path, at.Fact, "", "", "", at.Holder);

    /// <summary>Judges the call of something that cannot be told.</summary>
    public void UnknownCalled(Meaning what, CallValues values, UseContext at)
    {
        string from = what is Meaning.Unknown { From: { Length: > 0 } known } ? known : "";
        if (from.Length > 0 && scope.Names.Of(from) is { Path.Length: > 0 } name)
            ResultCalled(name, values, at);
        else
            scope.Say(Judgements.ComputedCalled, at.Fact.Callee, at.Fact, "", at.Depth > 0 ? $"{at.Holder} calls what it gets, and that is computed" : "");
    }

    /// <summary>Judges an instance of a class that another call returned, made with its <c>__new__</c>.</summary>
    public void UnknownMade(Meaning what, CallValues values, UseContext at)
    {
        string from = what is Meaning.Unknown { From: { Length: > 0 } known } ? known : at.Fact.Callee;
        if (scope.Calls.Danger(from, values.All, onlyStrong: true) is { } danger)
            scope.Say(Judgements.UnknownCalled, from, at.Fact, "", danger, "", at.Holder);
    }

    /// <summary>Judges the call of what another call returned.</summary>
    public void ResultCalled(KnownPath source, CallValues values, UseContext at)
    {
        if (!source.IsHarmful && scope.IsVouchedFor(source))
            return;

        bool finder = source.IsHarmful || source.Entry is { Returns.Kind: ReturnKind.Bound or ReturnKind.MethodCaller or ReturnKind.Getter };
        scope.Say(finder ? Judgements.TrampolineResult : Judgements.ResultCalled, source.Path, at.Fact, "", "", Reason(source), at.Holder);
    }

    private static string Reason(KnownPath name) => name.Entry?.Origin.Reason ?? "";

    /// <summary>Whether what would be executed is a text that only defines functions which hand on what they get.</summary>
    internal static bool IsInert(ValueShape value, EffectKind kind) => kind is EffectKind.Exec && value is { Kind: ShapeKind.Str, Elided: false } && InertCode.Is(value.Text);

    /// <summary>Whether a text alone is evaluated that reckons with numbers: no names are handed over that would mean something else in it.</summary>
    private static bool Reckons(KnownPath name, Effect effect, CallValues values) =>
        name.Path is "builtins.eval" && !values.IsLoose && values.Positional is [var text] && values.All.Count == 1 && IsInert(text, effect.Kind);

    /// <summary>Whether the condition of an effect holds for these values.</summary>
    internal static bool Applies(EffectCondition? condition, CallValues values)
    {
        if (condition is null)
            return true;

        // Where the constant is not known the worse is assumed.
        IReadOnlyList<ValueShape> asked = values.Of(condition.Source);
        if (condition.Texts.Count == 0)
            return values.IsLoose ? condition.Negated || values.Positional.Count > condition.Source.Index : asked.Count > 0 != condition.Negated;

        if (asked.Count == 0)
            return !condition.Negated || values.IsLoose;

        bool listed = asked.All(v => v.Kind is ShapeKind.Str or ShapeKind.Int or ShapeKind.Bool or ShapeKind.None && !v.Elided && condition.Texts.Contains(v.Text, StringComparer.Ordinal));
        return condition.Negated ? !listed : listed || asked.Any(v => v.Kind is not ShapeKind.Str);
    }

    private void Follow(IReadOnlyList<ValueShape> met, Route route, Effect effect, CallValues values, UseContext at)
    {
        int followed = 0;
        foreach (ValueShape value in met)
        {
            // Of possible arguments only those are called that can be.
            if (Carriage.IsPlain(value))
                continue;

            if (followed++ == MostCalled)
            {
                scope.Say(Judgements.ComputedCalled, at.Holder, at.Fact, "", "it calls more values than are followed");
                return;
            }


            // A function of the program that loads, which nobody calls before somebody goes through the iterator.
            Meaning what = scope.Meanings.Of(value);
            if (!scope.EntersLazy && what is Meaning.Named { Name: { Entry: null, Told: null, IsStrict: false } own } && own.Path.StartsWith("__main__.", StringComparison.Ordinal) && IsLazy(scope.Names.Of(at.Holder)))
                scope.Say(Judgements.UnknownInert, own.Path, at.Fact, "", "", "", at.Holder);
            else
                judge.Run(what, route, values.Loose(effect.With, value), at);
        }
    }

    /// <summary>
    /// What puts members into a class, or code into a function, and gives that back is made for what the file carries: anything else that it gets it changes in place.
    /// </summary>
    private void Filled(KnownPath name, CallValues values, bool isClass, UseContext at)
    {
        if (name.Entry is not { IsDerived: false, Returns: { Kind: ReturnKind.Argument, First.Index: 0 } } || values.IsLoose || values.Positional is not [{ Kind: not ShapeKind.Unknown } target, ..])
            return;

        Meaning what = scope.Meanings.Of(target);
        if (isClass ? what is not (Meaning.MadeClass or Meaning.Unknown) : what is not (Meaning.CarriedFunction or Meaning.Bound { Target: Meaning.CarriedFunction } or Meaning.Unknown))
            scope.Say(Judgements.ModuleState, CallText.Value(target), at.Fact, "", "", Reason(name), name.Path);
    }

    /// <summary>Whether the class that a maker fills or makes is one of classes.</summary>
    private bool IsMetaclass(KnownPath name, CallValues values)
    {
        if (name.Entry is { Returns.Kind: ReturnKind.Argument } && values.Positional is [var filled, ..])
            return scope.Meanings.Classes.IsMetaclass(scope.Meanings.Of(filled));

        return values.All.FirstOrDefault(v => v.Kind is ShapeKind.Tuple) is { } bases && scope.Meanings.Classes.IsMetaclass(new Meaning.MadeClass(new ValueShape(ShapeKind.Dict), bases.Items));
    }

    /// <summary>Each member of an enumeration that a call makes is made by the constructor of a base that the file makes as well.</summary>
    private void Members(CallValues values, UseContext at)
    {
        foreach (ValueShape parent in values.All.Where(v => v.Kind is ShapeKind.Tuple).SelectMany(v => v.Items).Where(v => v.Kind is ShapeKind.Result))
        {
            Meaning type = scope.Meanings.Of(parent);
            if (type is not Meaning.MadeClass || !scope.ClassesOf(new Meaning.Instance(type, parent)).Any(c => c.Path.StartsWith("enum.", StringComparison.Ordinal)))
                continue;

            foreach (Meaning.CarriedFunction carried in scope.Meanings.Classes.Named(type, "__init__").SelectMany(scope.Finder.In))
                scope.Carried.MayRun(carried, at.Fact, "as __init__ of a member");
        }
    }

    /// <summary>Members of a class are asked what they are whenever somebody reads them, and once when the class is made.</summary>
    private void Described(ValueShape members, UseContext at)
    {
        foreach (ValueShape member in HookJudge.Entries(members).Select(e => e.Value).Where(v => v.Kind is ShapeKind.Result or ShapeKind.Instance))
        {
            foreach (KnownPath type in scope.ClassesOf(scope.Meanings.Of(member)).Where(t => !t.IsHarmful))
            {
                judge.Enter(scope.Names.Of(type.Path, "__get__"), member, [], at);
                judge.Enter(scope.Names.Of(type.Path, "__set_name__"), member, [], at);
            }
        }
    }

    /// <summary>Whether a class calls a function for each item, when somebody goes through its object and not before.</summary>
    public static bool IsLazy(KnownPath name) => name.Entry is { Kind: NameKind.Class, IsDerived: false } entry && entry.Call.Any(e => e.Kind is EffectKind.Call && e.With is [{ Kind: not SourceKind.Always }, ..]) && entry.New.Count > 0;

    private void MethodOf(ValueShape self, Effect effect, CallValues values, UseContext at)
    {
        if (Carriage.IsPlain(self))
            return;

        // What is named is a class whose method is listed, or nothing is known of it.
        if (scope.Meanings.Of(self) is Meaning.Named named && scope.Names.Of(named.Name.Path, effect.Name).Entry is null)
            return;

        // A method of something unknown runs code of a class that the file needs anyway; what the file gives it was judged with the state.
        if (scope.Meanings.Of(self) is Meaning.Unknown or Meaning.CarriedFunction or Meaning.Instance { Class: not (Meaning.MadeClass or Meaning.Named { Name.Entry: not null }) })
            return;

        if (scope.Meanings.Of(self) is Meaning.Instance { Class: Meaning.Named known } && scope.Names.Of(known.Name.Path, effect.Name).Entry is null && MeaningReader.Planted(self, effect.Name) is null)
            return;

        // The name stands in the code and not in the file: what a plain value does that rules do not list harms nobody, or raises.
        if (scope.Meanings.Of(self) is Meaning.Literal { Shape: { Kind: not ShapeKind.Result } plain } && scope.Names.Of("builtins", $"{EffectJudge.TypeOf(plain)}.{effect.Name}").Entry is null)
            return;

        // A class is told of each of the values that it gets; where there are none nobody calls it.
        CallValues given = values.Loose(effect.With, self);
        if (given.All.Count > 0 || scope.Meanings.Of(self) is not Meaning.MadeClass)
            judge.Method(self, effect.Name, given, at);
    }

    private void GetAttribute(KnownPath name, IReadOnlyList<ValueShape> owners, Effect effect, CallValues values, UseContext at)
    {
        // A property, or __getattr__, of a class that nothing is known of does something with what its object was made of.
        foreach (ValueShape stranger in scope.First(owners.Where(o => o.Kind is ShapeKind.Result or ShapeKind.Instance), MostFollowed, "what it gets"))
        {
            if (scope.Meanings.Of(stranger) is Meaning.Instance { Class: Meaning.Named { Name: { Entry: null } type } } && !scope.IsAllowed(type)
                && (scope.Calls.Danger(type.Path, stranger.Items, onlyStrong: true) ?? (stranger.State is { } state ? scope.Calls.Danger(type.Path, [state], onlyStrong: true, areWords: true) : null)) is { } held)
                scope.Say(Judgements.UnknownCalled, type.Path, at.Fact, "", held, "", name.Path);
        }

        IReadOnlyList<ValueShape> texts = effect.With.Count > 0 ? [.. effect.With.SelectMany(values.Of)] : values.IsLoose ? values.All : [.. values.Positional.Skip(effect.Source.Index + 1).Take(1)];
        foreach (ValueShape text in texts)
        {
            if (text.Kind is ShapeKind.Int or ShapeKind.None or ShapeKind.Bool)
                continue;

            if (text is not { Kind: ShapeKind.Str, Elided: false })
            {
                // No attribute has such a name, and what a class is subscripted with are types.
                bool isName = text.Kind is not (ShapeKind.Import or ShapeKind.Tuple or ShapeKind.List or ShapeKind.Dict or ShapeKind.Float)
                    && !(name.Entry is { Returns.Kind: ReturnKind.Item } && owners is [{ Kind: ShapeKind.Import } generic] && NameConvention.IsClass(generic.Text));
                if (!values.IsLoose && isName)
                    scope.Say(Judgements.ComputedCalled, name.Path, at.Fact, "", "the name of the attribute is computed", Reason(name), at.Holder);

                continue;
            }

            foreach (string read in FormatFields.Attributes(text.Text))
                Reads(owners, read, at);

            KnownPath target = owners is [var owner, ..] && text.Text.Split('.') is [var one] && scope.Meanings.Attribute(owner, one) is Meaning.Named found ? found.Name : KnownPath.None;
            if (target.IsSink)
                scope.Say(Judgements.Reached, target.Path, at.Fact, target.Capability, "", Reason(target), name.Path);
            else if (target.Entry is null && scope.Dangerous(text.Text) is { } step && !(step[0] != '_' && target.Path.Length > 0 && NameConvention.IsClass(target.Path[..target.Path.LastIndexOf('.')])))
                scope.Say(Judgements.DangerousAttribute, name.Path, at.Fact, "", step, Reason(name), at.Holder);
        }
    }

    /// <summary>What the class of an object does where an attribute of that name is read: a property has code.</summary>
    public void Reads(IReadOnlyList<ValueShape> owners, string attribute, UseContext at)
    {
        foreach (ValueShape owner in scope.First(owners, MostFollowed, "what it gets"))
        {
            foreach (Meaning.CarriedFunction carried in scope.Finder.Read(scope.Meanings.Of(owner), attribute))
                scope.Carried.MayRun(carried, at.Fact, $"when {attribute} is read");

            foreach (ValueShape getter in scope.Finder.Getters(scope.Meanings.Of(owner), attribute))
                judge.Run(scope.Meanings.Of(getter), Route.Call, new CallValues([owner], null, true), at.Through(attribute));

            foreach (KnownPath type in scope.ClassesOf(scope.Meanings.Of(owner)).Where(t => t.Path.Length > 0 && !t.IsHarmful))
            {
                if (scope.Names.Of(type.Path, attribute) is var property && (property.Entry ?? property.Told) is { IsDerived: true, Kind: NameKind.Value })
                    judge.Enter(property, owner, [], at);
            }
        }
    }

    private void SetAttribute(KnownPath name, ValueShape target, CallValues values, UseContext at)
    {
        if (target.Kind is ShapeKind.Import or ShapeKind.Unknown or ShapeKind.Extension || scope.Meanings.Of(target) is Meaning.Named)
            scope.Say(Judgements.OddArguments, name.Path, at.Fact, "", "its target is not an object that the file made", Reason(name), at.Holder);

        scope.Hooks.Pairs(name.Path, values.Positional, at.Fact);
    }

    /// <summary>Judges the import of a module that a text names.</summary>
    public void NamesModule(KnownPath name, ValueShape module, UseContext at)
    {
        if (module is not { Kind: ShapeKind.Str, Elided: false })
        {
            scope.Say(Judgements.OddArguments, name.Path, at.Fact, "", $"{CallText.Value(module)} is no plain value", Reason(name), at.Holder);
            return;
        }

        KnownPath found = scope.Names.Of(module.Text, "");
        if (scope.IsAllowed(found))
            return;

        if (found.Entry is { Kind: NameKind.Module, IsHarmful: true } or { Imported: ReferenceWeight.Harmful } || found.Path.EndsWith(".__main__", StringComparison.Ordinal))
            scope.Say(Judgements.Reached, found.Path, at.Fact, found.Capability.Length > 0 ? found.Capability : EffectKinds.Capability(EffectKind.Import), "", Reason(found), name.Path);
        else if (found.Entry is null && !found.IsStrict)
            scope.Packages.Add(found.Path, at.Fact);
    }

    private void Keep(KnownPath name, IReadOnlyList<ValueShape> met, UseContext at)
    {
        foreach (ValueShape kept in scope.First(met, MostFollowed, "what it gets"))
        {
            if (kept.Kind is ShapeKind.Import && scope.Names.Of(kept.Text) is { IsSink: true } sink && !scope.Kept.Waits(sink, name, at.Fact))
                scope.Say(Judgements.Reached, sink.Path, at.Fact, sink.Capability, "", Reason(sink), name.Path);
            else if (kept.Kind is ShapeKind.Import && scope.Names.Of(kept.Text) is { Told: { } told } found && told.Call.FirstOrDefault(e => EffectKinds.IsHarm(e.Kind)) is { } harm)
                scope.Say(Judgements.UnknownCalled, found.Path, at.Fact, EffectKinds.Capability(harm.Kind), "", told.Origin.Reason, name.Path);
        }

        scope.Say(Judgements.TrampolineMade, name.Path, at.Fact, "", "", Reason(name), at.Holder);
    }
}
