// Tells of a whole file whether it calls, or has entered, what it makes.
using Assay.Artifacts;
using Assay.Effects;

namespace Assay.Detection.Effects;

/// <summary>
/// Tells whether a file calls the classes that it makes, or hands objects of them to whoever enters these by their special methods: code that the file carries runs then. What only
/// keeps an object (a state, a list, a partial function) enters none.
/// </summary>
internal sealed class MadeUses
{
    private const int MostValues = 4096;
    private readonly EffectScope _scope;
    private readonly bool _fills;

    /// <summary>Creates what tells of some uses. An opcode that puts an object of a class that the file makes into another object shows it nowhere else.</summary>
    public MadeUses(EffectScope scope, IEnumerable<CallableFact> facts)
    {
        _scope = scope;
        _fills = facts.Any(f => f is { Use: CallableUse.Method, Derivation: not ["persistent_load" or "__hash__"] } && HoldsMade(f.Arguments));
    }

    /// <summary>Whether a use calls a class or an object that the file makes.</summary>
    public bool Calls(CallableFact fact)
    {
        if (fact is not { Use: CallableUse.Called, Target: { } called })
            return false;

        Meaning what = _scope.Meanings.Of(called);
        for (int depth = 0; what is Meaning.Bound bound && depth < 8; depth++)
            what = bound.Target;

        return what is Meaning.MadeClass or Meaning.Instance { Class: Meaning.MadeClass };
    }

    /// <summary>Whether a use enters an object of a class that the file makes.</summary>
    public bool Enters(CallableFact fact)
    {
        KnownPath callee = _scope.Names.Of(fact);
        return fact.Use switch
        {
            CallableUse.Called => (fact.Arguments.Any(a => a.Kind is ShapeKind.Persistent) && HoldsMade([.. fact.Arguments.Where(a => a.Kind is ShapeKind.Persistent)])) || (!ArtifactEffects.TakesAlong(callee) && HoldsMade(fact.Keywords is { } keywords ? [.. fact.Arguments, keywords] : fact.Arguments)),
            CallableUse.Constructed => callee.Entry is { IsDerived: false } ? HoldsMade(fact.Keywords is { } given ? [.. fact.Arguments, given] : fact.Arguments) : fact.Arguments.Any(IsMade) || (fact.Keywords is { } named && IsMade(named)),
            CallableUse.State => fact.Arguments.Any(a => IsMade(a) || a.Items.Any(i => a.Kind is ShapeKind.Tuple && IsMade(i))) || (TakesStates(fact) && HoldsMade(fact.Arguments)),
            CallableUse.Method when fact.Derivation is ["persistent_load"] => HoldsMade(fact.Arguments),
            CallableUse.Method => fact.Derivation is not ["__hash__"] && Converts(fact) && HoldsMade(fact.Arguments),
            _ => false,
        };
    }

    /// <summary>Whether code of the file takes a state that holds an object of a class that the file makes: it does with that what it likes, by operators as well, which no name shows.</summary>
    public bool EntersByCode(CallableFact fact) => fact is { Use: CallableUse.State, Target: { } made } && _scope.Meanings.Of(made) is Meaning.Instance { Class: Meaning.MadeClass type }
        && _scope.Meanings.Classes.Named(type, "__setstate__").SelectMany(_scope.Finder.In).Any() && HoldsMade(fact.Arguments);

    /// <summary>Whether the object of a state has a method of its class that does something with it, or native code that reads numbers there.</summary>
    private bool TakesStates(CallableFact fact)
    {
        List<KnownPath> owners = fact.Target is { } target ? [.. _scope.ClassesOf(_scope.Meanings.Of(target))] : [_scope.Names.Of(fact.Callee.TrimEnd('(', ')'))];
        return owners.Exists(o => o.Path is "numpy.ndarray" || o.Entry is { IsDerived: true } || (_scope.Names.Of(o.Path, "__setstate__") is { IsCoarse: false } method && (method.Entry ?? method.Told) is { Call.Count: > 0 }));
    }

    /// <summary>Whether what fills an object is native code that wants numbers of it; what collects objects keeps them.</summary>
    private bool Converts(CallableFact fact) => fact.Target is { } target
        && (_scope.Meanings.Of(target) is Meaning.Literal || (_scope.Meanings.Of(target) is Meaning.Instance { Class: Meaning.Named { Name: { Entry: not null } type } } && !type.Path.StartsWith("collections.", StringComparison.Ordinal)));

    private bool IsMade(ValueShape value) => value.Kind is ShapeKind.Result or ShapeKind.Instance && _scope.Meanings.Of(value) is Meaning.Instance { Class: Meaning.MadeClass };

    private bool HoldsMade(IReadOnlyList<ValueShape> values)
    {
        Stack<ValueShape> open = new(values);
        for (int seen = 0; open.TryPop(out ValueShape? value); seen++)
        {
            // What lies too deep to be shown may be one.
            if (seen == MostValues || IsMade(value) || value is { Kind: ShapeKind.Unknown, Elided: true })
                return true;

            // What loaders of PyTorch do with the parts of an id enters them.
            // Whoever shows, compares or copies an object of a standard class does so with what lies in it.
            if (value.Kind is ShapeKind.Result or ShapeKind.Instance && _scope.Meanings.Of(value) is Meaning.Instance { Class: Meaning.Named { Name: { Entry.IsDerived: false, IsHarmful: false, Path: var type } } } && _scope.Table.Knowledge.IsListed(type))
            {
                if (_fills)
                    return true;

                foreach (ValueShape held in value.State is { } state ? [.. value.Items, state] : value.Items)
                    open.Push(held);
            }
            else if (_scope.Meanings.Of(value) is Meaning.Bound && value.Kind is ShapeKind.Result or ShapeKind.Instance)
            {
                foreach (ValueShape held in value.Items)
                    open.Push(held);
            }

            foreach (ValueShape item in value.Kind is ShapeKind.Persistent or ShapeKind.Tuple or ShapeKind.List or ShapeKind.Dict or ShapeKind.Set or ShapeKind.FrozenSet ? value.Items : [])
                open.Push(item);
        }

        return false;
    }
}
