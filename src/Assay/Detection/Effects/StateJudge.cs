// Judges a state that gets into an object, on whatever road.
using Assay.Artifacts;
using Assay.Effects;

namespace Assay.Detection.Effects;

/// <summary>
/// Judges a state that gets into an object: by BUILD, by a callable that hands it on, or by a call of <c>__setstate__</c>. What takes it is the method of the object's class, for
/// a class that the file makes the method of each class that it is made from.
/// </summary>
internal sealed class StateJudge(EffectScope scope, EffectJudge judge)
{
    private const int MostClasses = 256;
    private const int MostValues = 4096;

    /// <summary>Judges a state that is put into an object of the classes that <paramref name="target"/> may be of.</summary>
    public void Put(Meaning target, ValueShape? self, ValueShape state, UseContext at)
    {
        if (target is Meaning.Instance { Class: Meaning.MadeClass members } && MeaningReader.Entry(members.Members, "__setstate__") is { } setter)
        {
            judge.Run(scope.Meanings.Of(setter), Route.Call, new CallValues(self is null ? [state] : [self, state]), at with { IsMember = true });
            return;
        }

        foreach (KnownPath owner in scope.ClassesOf(target))
            Put(owner, self, state, at);
    }

    /// <summary>Judges a state that is put into an object of a class.</summary>
    public void Put(KnownPath owner, ValueShape? self, ValueShape state, UseContext at)
    {
        if (scope.Names.Of(owner.Path, "__setstate__").AsRead() is { Entry: not null, IsCoarse: false } setState && !owner.IsHarmful)
            judge.Run(setState, Route.Call, new CallValues([Filled(self ?? new ValueShape(ShapeKind.Instance, owner.Path), state), state]), at with { StateOf = owner.Path });
        else if (owner.Entry is null && !scope.IsAllowed(owner) && scope.States.Danger(owner.Path, state) is { } danger)
            scope.Say(Judgements.UnknownState, owner.Path.Length > 0 ? owner.Path : at.Fact.Callee, at.Fact, "", danger, "", at.Holder);
    }

    /// <summary>
    /// Judges a state that a callable hands on to what it makes. Which class that is of cannot be told where another callable makes it: any class that it gets.
    /// </summary>
    public void HandedOn(IReadOnlyList<ValueShape> targets, IReadOnlyList<ValueShape> given, IReadOnlyList<ValueShape> states, UseContext at)
    {
        List<Meaning> takers = [.. targets.Select(t => Taker(scope.Meanings.Of(t))).OfType<Meaning>()];
        if (takers.Count == 0)
            takers.AddRange(scope.First(Within(given).Where(v => v.Kind is ShapeKind.Import).Select(v => Taker(scope.Meanings.Of(v))).OfType<Meaning>(), MostClasses, "classes that may get a state"));

        foreach (ValueShape state in states.Where(s => s.Kind is not (ShapeKind.Import or ShapeKind.None)))
        {
            scope.Hooks.State(at.Holder, state, at.Fact);
            foreach (Meaning taker in takers)
                Put(taker, null, state, at);
        }
    }

    /// <summary>An object with a state beside what earlier ones brought: what takes a state puts it into the object, and reads it there.</summary>
    private static ValueShape Filled(ValueShape self, ValueShape state) => self with { State = self.State is { } earlier ? new ValueShape(ShapeKind.Tuple) { Items = [state, earlier] } : state };

    private static Meaning? Taker(Meaning what) => what switch
    {
        Meaning.Instance => what,
        Meaning.MadeClass => new Meaning.Instance(what, new ValueShape(ShapeKind.Instance)),
        Meaning.Named { Name: { Entry.Kind: NameKind.Class } } => new Meaning.Instance(what, new ValueShape(ShapeKind.Instance)),
        Meaning.Named { Name: { Entry: null } name } when NameConvention.IsClass(name.Path) => new Meaning.Instance(what, new ValueShape(ShapeKind.Instance)),
        _ => null,
    };

    private IEnumerable<ValueShape> Within(IReadOnlyList<ValueShape> values)
    {
        Stack<ValueShape> open = new(values);
        for (int seen = 0; open.TryPop(out ValueShape? value); seen++)
        {
            if (seen == MostValues)
            {
                scope.Cut("what it gets");
                yield break;
            }

            yield return value;
            foreach (ValueShape item in value.Kind is ShapeKind.Tuple or ShapeKind.List ? value.Items : [])
                open.Push(item);
        }
    }
}
