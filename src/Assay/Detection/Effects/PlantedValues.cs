// Finds what lies in an object that whoever enters the object may call.
using Assay.Artifacts;
using Assay.Effects;

namespace Assay.Detection.Effects;

/// <summary>
/// Finds the callables that a file has put into an object, however deep: in lists, in objects inside of it, in what these were made of. Methods that Python, a loader or a
/// callable enters unasked call what lies in their object, and which of them calls what cannot be told for most classes.
/// </summary>
internal sealed class PlantedValues(EffectScope scope)
{
    private const int MostValues = 4096;
    private const int MostFound = 1024;

    /// <summary>The callables in an object that has got a state, nearest first.</summary>
    public IEnumerable<Meaning> In(ValueShape self)
    {
        if (self.Kind is not (ShapeKind.Instance or ShapeKind.Result))
            yield break;

        int found = 0;

        // What computes with arrays calls methods of their elements, and no elements.
        bool isArray = scope.Meanings.Of(self) is Meaning.Instance { Class: Meaning.Named { Name.Path: "numpy.ndarray" } };
        Queue<(ValueShape Value, int Depth)> open = new(Attributes(self).Concat(Members(self)).Select(v => (v, 0)));
        for (int seen = 0; open.TryDequeue(out (ValueShape Value, int Depth) next); seen++)
        {
            if (seen == MostValues)
            {
                scope.Cut("what lies in an object");
                yield break;
            }

            Meaning? planted = isArray && next.Depth <= 1 && scope.Meanings.Of(next.Value) is Meaning.Named or Meaning.Bound or Meaning.CarriedFunction ? null : Callable(next.Value, next.Depth);

            // What is known to do no harm does not take the room of what does.
            if (planted is not null && (found++ < MostFound || Harms(planted) || (planted is Meaning.Named { Name.Entry: { Kind: NameKind.Class } type } && Opens(type))))
                yield return planted;

            foreach (ValueShape held in planted is Meaning.CarriedFunction ? [] : Held(next.Value))
                open.Enqueue((held, next.Depth + 1));
        }
    }

    /// <summary>The callables in an object that do harm or whose code the file carries: what counts where it is not sure that the object is entered by more than its hash.</summary>
    public IEnumerable<Meaning> Harmful(ValueShape self) => In(self).Where(Harms);

    /// <summary>The texts that lie in an object: what a callable in it may get.</summary>
    public static IEnumerable<ValueShape> Texts(ValueShape self)
    {
        int found = 0;
        Queue<ValueShape> open = new([self]);
        for (int seen = 0; seen < MostValues && found < MostFound && open.TryDequeue(out ValueShape? value); seen++)
        {
            if (value.Kind is ShapeKind.Str)
            {
                found++;
                yield return value;
            }

            foreach (ValueShape held in Held(value))
                open.Enqueue(held);
        }
    }

    /// <summary>Whether something does harm when it is called, or is code of the file.</summary>
    public static bool Harms(Meaning what) => what switch
    {
        Meaning.CarriedFunction => true,
        Meaning.Bound bound => Harms(bound.Target),
        Meaning.Named { Name: var name } => name.IsHarmful || (name.Entry ?? name.Told) is { IsDerived: true, Kind: NameKind.Function } told && told.Call.Any(e => EffectKinds.IsHarm(e.Kind)),
        _ => false,
    };

    /// <summary>Whether more lies in an object than was kept of it.</summary>
    public static bool IsCut(ValueShape self)
    {
        Queue<ValueShape> open = new([self]);
        for (int seen = 0; open.TryDequeue(out ValueShape? value); seen++)
        {
            if (seen == MostValues || (value.Elided && value.Kind is not (ShapeKind.Str or ShapeKind.Bytes or ShapeKind.ByteArray)))
                return true;

            foreach (ValueShape held in Held(value))
                open.Enqueue(held);
        }

        return false;
    }

    /// <summary>What a value is where it can be called and is not one of the classes that files are made of.</summary>
    private Meaning? Callable(ValueShape value, int depth)
    {
        if (value.Kind is not (ShapeKind.Import or ShapeKind.Result or ShapeKind.Instance))
            return null;

        Meaning what = scope.Meanings.Of(value);
        return what switch
        {
            Meaning.Named { Name: { Entry: { } known } name } when known.Kind is NameKind.Module || known.Call.Count == 0 || (known.Kind is NameKind.Class && !name.IsHarmful && !Opens(known)) => null,
            Meaning.Named or Meaning.CarriedFunction or Meaning.Bound or Meaning.MethodCaller => what,
            Meaning.MethodOf method => depth == 0 || scope.HarmfulMethod(method) is not null ? what : null,
            // What an object of a class that nothing is known of was made of lies in it.
            Meaning.Instance { Class: Meaning.Named { Name: { Entry: null, IsStrict: false } } } => null,
            Meaning.Instance { Class: Meaning.Named { Name: { Entry: not null } type } } => IsCalled(scope.Names.Of(type.Path, "__call__")) || (depth == 0 && scope.Hooks.IsCallable(value)) ? what : null,
            _ => depth == 0 && scope.Hooks.IsCallable(value) ? what : null,
        };
    }

    /// <summary>Whether an analysis saw a class opening, starting or loading what it gets.</summary>
    public static bool Opens(EffectEntry known) => known.IsDerived && known.Call.Any(e => EffectKinds.IsHarm(e.Kind) && e.Source.Kind is not SourceKind.Always);

    private static bool IsCalled(KnownPath call) => !call.IsCoarse && (call.Entry ?? call.Told) is { Call.Count: > 0 };

    /// <summary>What the class of an object has that the file makes; functions that it carries are methods.</summary>
    private IEnumerable<ValueShape> Members(ValueShape self) => scope.Meanings.Of(self) is Meaning.Instance { Class: Meaning.MadeClass { Members: var members } }
        ? Held(members).Where(m => scope.Meanings.Of(m) is not (Meaning.CarriedFunction or Meaning.Bound { Target: Meaning.CarriedFunction })) : [];

    /// <summary>The attributes that states have given an object; what it was made of is its class's affair.</summary>
    private static IEnumerable<ValueShape> Attributes(ValueShape self) =>
        (self.State is { Kind: ShapeKind.Tuple } parts ? parts.Items : self.State is { } state ? [state] : []).SelectMany(p => p.Kind is ShapeKind.Dict ? Held(p) : [p]);

    /// <summary>What lies in a value: items, what an object was made of and what states have brought.</summary>
    private static IEnumerable<ValueShape> Held(ValueShape value)
    {
        IEnumerable<ValueShape> held = value.Kind is ShapeKind.Dict ? value.Items.Where((_, i) => i % 2 == 1) : value.Items;
        if (value.Keywords is { } keywords)
            held = held.Append(keywords);

        return value.State is { } state ? held.Append(state) : held;
    }
}
