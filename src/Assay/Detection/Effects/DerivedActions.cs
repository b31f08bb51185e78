// What it means when effects that an analysis of source found meet the values of a use.
using Assay.Artifacts;
using Assay.Detection.Callables;
using Assay.Detection.Capacity;
using Assay.Effects;
using Assay.Python.Names;

namespace Assay.Detection.Effects;

/// <summary>
/// Judges uses of code that an analysis has read. What it found out counts: an effect harms where a value meets it that is what such an effect needs, and
/// values that meet none are harmless. What it could not find out is judged as code that nothing is known of, but only by the values that get there.
/// </summary>
internal sealed class DerivedActions(EffectScope scope, EffectActions actions)
{
    private const int MaxValues = 2048;
    private const int LongestPath = 255;
    private const int MostFollowed = 256;

    /// <summary>Lets the effects of a callable act on what it gets.</summary>
    public void Act(KnownPath name, Route route, IReadOnlyList<Effect> effects, CallValues values, UseContext at)
    {
        List<ValueShape> unknown = [];
        string? word = null;
        foreach (Effect effect in effects)
        {
            // The object itself: what it does when it is called its class says, whatever state it gets.
            if (at.StateOf.Length > 0 && effect is { Kind: EffectKind.Call, Source: { Kind: SourceKind.Argument, Index: 0, Key: "", Items: false } })
                continue;

            IReadOnlyList<ValueShape> met = values.Of(effect.Source);
            if (EffectKinds.IsHarm(effect.Kind))
            {
                // What every user of the package brings about who makes such an object; picklers make objects without that, and a state is in every file.
                if (effect.Source.Kind is SourceKind.Always)
                {
                    if (at.StateOf.Length == 0)
                        Always(name, effect, at);

                    continue;
                }

                List<ValueShape> carrying = [.. met.Where(v => HoldsText(v, effect.Kind) && !EffectActions.IsInert(v, effect.Kind))];
                if (carrying.Count > 0 && scope.Calls.Danger(name.Path, carrying, onlyStrong: true) is not null)
                    actions.Harm(name, effect, at);
                else if (carrying.Count > 0 && at.StateOf.Length == 0)
                    word ??= $"a text for {EffectKinds.Capability(effect.Kind)}";

                unknown.AddRange(met);
            }
            else if (effect.Kind is EffectKind.Unknown or EffectKind.Code or EffectKind.SetAttribute || (effect.Kind is EffectKind.GetAttribute && !IsNamed(effect, values)) || IsOfObjects(effect, met))
            {
                unknown.AddRange(met);
            }
            else
            {
                actions.Act(name, effect, values, at);
            }
        }

        if (word is not null)
            scope.Say(Judgements.UnknownCalled, name.Path, at.Fact, "", word, name.Entry!.Origin.Reason, at.Holder);
        else if (unknown.Count > 0 && !scope.IsVouchedFor(name))
            Unknown(name, route, [.. unknown.Distinct()], values, at);
    }

    /// <summary>
    /// Lets the effects of a method that nobody asked for act on what its object was made of. Such methods run for every object of the class, so what counts is what the file gives them that
    /// others do not: functions, and texts that are what a sink takes.
    /// </summary>
    public void Enter(KnownPath method, IReadOnlyList<Effect> effects, CallValues values, IReadOnlyList<ValueShape> given, UseContext at)
    {
        if (scope.IsVouchedFor(method))
            return;

        bool isSaid = false;
        foreach (Effect effect in effects)
        {
            IReadOnlyList<ValueShape> met = values.Of(effect.Source);
            if (EffectKinds.IsHarm(effect.Kind))
            {
                if (effect.Source.Kind is SourceKind.Always && effect.Kind is EffectKind.Process && (method.Path.EndsWith(".__iter__", StringComparison.Ordinal) || (method.Entry ?? method.Told) is { Kind: NameKind.Value }))
                    Always(method, effect, at);
                else if (effect.Kind is EffectKind.Import)
                    Imports(method, met, at);
                else if (met.Where(v => HoldsText(v, effect.Kind)).ToList() is { Count: > 0 } carrying && scope.Calls.Danger(method.Path, carrying, onlyStrong: true) is not null)
                    actions.Harm(method, effect, at);
            }

            // What an opcode hands to the method is judged as if that were called: by what it can carry.
            if (!isSaid && effect.Kind is EffectKind.Unknown && given.Where(met.Contains).ToList() is { Count: > 0 } handed)
            {
                bool isAttribute = method.Path.EndsWith(".__setattr__", StringComparison.Ordinal);
                if (scope.Calls.Danger(method.Path, handed, onlyStrong: !isAttribute, anyText: isAttribute) is { } danger)
                {
                    isSaid = true;
                    scope.Say(Judgements.UnknownCalled, method.Path, at.Fact, "", danger, method.Entry!.Origin.Reason, at.Holder);
                }
            }

            // A method of what lies in the object: what the file gave that for it, or has planted there.
            if (effect.Kind is EffectKind.Method)
                actions.Act(method, effect, values, at);

            if (effect.Kind is EffectKind.Call or EffectKind.Unknown)
                Carried(method, met, values, effect, at);

            string? function = isSaid || !(EffectKinds.IsHarm(effect.Kind) || effect.Kind is EffectKind.Call or EffectKind.Unknown) ? null : met.Select(Foreign).FirstOrDefault(f => f is not null);
            if (function is not null)
            {
                isSaid = true;
                scope.Say(Judgements.UnknownCalled, method.Path, at.Fact, "", function, method.Entry!.Origin.Reason, at.Holder);
            }
        }
    }

    /// <summary>
    /// What is imported when an object is entered, by the texts that it was made of. Whoever reads the file for its imports does not see it, which is what such an object is for: a file
    /// names modules that everybody knows in the open.
    /// </summary>
    private void Imports(KnownPath method, IReadOnlyList<ValueShape> met, UseContext at)
    {
        foreach (ValueShape module in scope.First(met.Where(v => v is { Kind: ShapeKind.Str, Text.Length: > 1 }), MostFollowed, "what it gets"))
        {
            KnownPath named = scope.Names.Of(module.Text, "");
            actions.NamesModule(method, module, at);
            if (module.Elided || (named.Entry is null && !named.IsStrict && !scope.IsAllowed(named) && NamesModule(module.Text)))
                scope.Say(Judgements.UnknownCalled, method.Path, at.Fact, EffectKinds.Capability(EffectKind.Import), CarriedForms.Of(CarriedForms.Word, module.Text), Reason(method), at.Holder);
        }
    }

    private static bool NamesModule(string text) => text.Split('.').All(step => TextForms.IsIdentifier(step)) && !KnownModules.Has(text.Split('.')[0]);

    private static string Reason(KnownPath method) => (method.Entry ?? method.Told)?.Origin.Reason ?? "";

    /// <summary>What the file carries is judged by its code, and classes that nothing is known of by what they would get.</summary>
    private void Carried(KnownPath method, IReadOnlyList<ValueShape> met, CallValues values, Effect effect, UseContext at)
    {
        foreach (ValueShape value in scope.First(met.Where(v => v.Kind is ShapeKind.Result or ShapeKind.Import), MostFollowed, "what it gets"))
        {
            Meaning what = scope.Meanings.Of(value);
            if (what is Meaning.CarriedFunction carried)
                scope.Carried.MayRun(carried, at.Fact, $"through {method.Path}");
            else if (effect.Kind is EffectKind.Call && what is Meaning.Named { Name: { Entry: null } name } && NameConvention.IsClass(name.Path))
                actions.StrangerUsed(name, Route.Call, values.Loose(effect.With, value), at.Through(method.Path));
            else if (effect.Kind is EffectKind.Call && what is Meaning.Named { Name: { Entry: { IsDerived: true, Kind: NameKind.Class } made } type }
                && made.Call.FirstOrDefault(e => e.Source.Kind is SourceKind.Always && e.Kind is EffectKind.Process or EffectKind.Write or EffectKind.Delete or EffectKind.Network or EffectKind.NativeLoad) is { } always)
                Always(type, always, at.Through(method.Path));
        }
    }

    /// <summary>What a value would have called: a function that is not known to be harmless, or something that the file puts together and that calls one; null for all else.</summary>
    private string? Foreign(ValueShape value) => value.Kind switch
    {
        ShapeKind.Import => scope.Meanings.Of(value) is Meaning.Named { Name: var name } && (name.IsHarmful || (name.Entry is null or { IsDerived: true, Kind: NameKind.Function } && !NameConvention.IsClass(name.Path) && !scope.IsAllowed(name)))
            ? name.Path : null,
        ShapeKind.Result or ShapeKind.Instance => scope.Meanings.Of(value) is Meaning.Bound or Meaning.MethodCaller or Meaning.MethodOf ? $"{value.Text}(...)" : null,
        _ => null,
    };

    /// <summary>Says what a use brings about whatever it gets.</summary>
    private void Always(KnownPath name, Effect effect, UseContext at) =>
        scope.Say(Judgements.UnknownCalled, name.Path, at.Fact, EffectKinds.Capability(effect.Kind), "", name.Entry!.Origin.Reason, at.Holder);

    /// <summary>Whether values meet an effect that harms; that is said.</summary>
    public bool Harms(KnownPath name, IReadOnlyList<Effect> effects, CallValues values, UseContext at)
    {
        bool any = false;
        foreach (Effect effect in effects)
        {
            if (!EffectKinds.IsHarm(effect.Kind))
                continue;

            List<ValueShape> carrying = [.. values.Of(effect.Source).Where(v => HoldsText(v, effect.Kind))];
            if (carrying.Count == 0 || scope.Calls.Danger(name.Path, carrying, onlyStrong: true) is null)
                continue;

            actions.Harm(name with { Entry = name.Entry ?? name.Told }, effect, at);
            any = true;
        }

        return any;
    }

    private void Unknown(KnownPath name, Route route, IReadOnlyList<ValueShape> met, CallValues values, UseContext at)
    {
        if (at.StateOf.Length > 0)
        {
            // The rules for states look at a state as a whole: how deep a text lies matters.
            if (values.Positional is [_, { } state] && scope.States.Danger(at.StateOf, state) is { } held)
                scope.Say(Judgements.UnknownState, at.StateOf, at.Fact, "", held);

            return;
        }

        bool onlyNew = route is Route.New || name.Path.EndsWith(".__new__", StringComparison.Ordinal);
        if (scope.Calls.Danger(name.Path, met, onlyStrong: onlyNew, anyText: at.Depth > 0) is { } danger)
            scope.Say(Judgements.UnknownCalled, name.Path, at.Fact, "", danger, name.Entry!.Origin.Reason, at.Holder);
        else if (!onlyNew)
            scope.Say(Judgements.UnknownInert, name.Path, at.Fact, "", "", "", at.Holder);
    }

    /// <summary>
    /// Whether a value is called, or a class is made of it, and it is an object of a class that was read: of a part of it the file says nothing, so that is the class's own, as with every object of it, and
    /// what has no <c>__call__</c> that acts does nothing. It is judged by what it holds.
    /// </summary>
    private bool IsOfObjects(Effect effect, IReadOnlyList<ValueShape> met)
    {
        if (met.Count == 0 || effect.Kind is not (EffectKind.MakeClass or EffectKind.Call))
            return false;

        bool isPart = effect.Kind is EffectKind.MakeClass || effect.Source.Key.Length > 0 || effect.Source.Items;
        return met.All(v => v.Kind is ShapeKind.Instance or ShapeKind.Result && v.State is null
            && scope.Meanings.Of(v) is Meaning.Instance { Class: Meaning.Named { Name: { Entry: { IsDerived: true, Kind: NameKind.Class } } type } } && (isPart || scope.Names.Of(type.Path, "__call__").Entry is null));
    }

    /// <summary>Whether the names of attributes that are read are texts, which tell what is read.</summary>
    private static bool IsNamed(Effect effect, CallValues values) => effect.With.Count > 0 && effect.With.SelectMany(values.Of).All(v => v is { Kind: ShapeKind.Str, Elided: false });

    /// <summary>Whether what a callable makes is a text, bytes or a path, and so as good as what it is made of.</summary>
    private bool MakesText(string callee) => scope.Of(callee) is Standing.MakesText || scope.Table.Capacity.MakesPaths(callee);

    /// <summary>Whether a value is, or holds, a text or bytes, or more than is looked at: what stands for a path, a command or a name cannot be an array or an object.</summary>
    private bool HoldsText(ValueShape root, EffectKind kind)
    {
        Stack<ValueShape> open = new([root]);
        for (int seen = 0; open.TryPop(out ValueShape? value); seen++)
        {
            if (seen == MaxValues)
                return true;

            if (value.Kind is ShapeKind.Str && (value.Text.Length > 1 || value.Elided))
                return true;

            // A path may be bytes.
            if (value is { Kind: ShapeKind.Bytes, Text.Length: > 1 and <= LongestPath } && kind is EffectKind.Read or EffectKind.Write or EffectKind.Delete && value.Text.All(c => c is >= ' ' and < '\x7f'))
                return true;

            if (value.Kind is ShapeKind.Bytes or ShapeKind.ByteArray && kind is EffectKind.Exec or EffectKind.Unpickle or EffectKind.Decode)
                return true;

            if (value.Kind is not (ShapeKind.Result or ShapeKind.Instance or ShapeKind.Persistent) || MakesText(value.Text))
            {
                for (int i = value.Items.Count - 1; i >= 0; i--)
                    open.Push(value.Items[i]);
            }
        }

        return false;
    }
}
