// Judges one use of a callable by what the code behind it does with what it gets.
using Assay.Artifacts;
using Assay.Detection.Callables;
using Assay.Effects;

namespace Assay.Detection.Effects;

/// <summary>How a loader, or another callable, enters something.</summary>
internal enum Route
{
    /// <summary>It is called.</summary>
    Call,

    /// <summary>Only its <c>__new__</c> runs.</summary>
    New,
}

/// <summary>Where a use stands: the fact that shows it, and the callable through which it is reached.</summary>
/// <param name="Fact">The fact.</param>
/// <param name="Holder">The callable that reaches it, or empty where the file uses it itself.</param>
/// <param name="Depth">Through how many callables.</param>
/// <param name="IsMember">Whether it is a member of a class that the file makes, which Python calls under its name.</param>
/// <param name="StateOf">The class whose <c>__setstate__</c> gets a state; empty for every other use.</param>
internal readonly record struct UseContext(CallableFact Fact, string Holder = "", int Depth = 0, bool IsMember = false, string StateOf = "")
{
    /// <summary>The same, one callable further.</summary>
    public UseContext Through(string holder) => this with { Holder = holder, Depth = Depth + 1, IsMember = false, StateOf = "" };
}

/// <summary>
/// Judges uses by effects: a use harms where an effect meets a value that can carry it. One summary serves every way in: what the file calls itself, what
/// another callable calls for it, what a method or a hook is.
/// </summary>
internal sealed class EffectJudge
{
    private const int MaxDepth = 6;
    private const int MostBases = 256;
    private const int MostSteps = 20_000;
    private static readonly string[] s_constructors = ["__init__", "__new__", "_missing_", "_generate_next_value_"];
    private readonly EffectScope _scope;
    private readonly EffectActions _actions;
    private readonly DerivedActions _derived;
    private int _steps;

    public EffectJudge(EffectScope scope)
    {
        _scope = scope;
        _actions = new EffectActions(scope, this);
        _derived = new DerivedActions(scope, _actions);
        States = new StateJudge(scope, this);
        Objects = new ProtocolJudge(scope, this);
    }

    /// <summary>Judges states.</summary>
    public StateJudge States { get; }

    /// <summary>Judges objects that a callable enters.</summary>
    public ProtocolJudge Objects { get; }

    /// <summary>Judges a use of what a value means.</summary>
    public void Run(Meaning what, Route route, CallValues values, UseContext at)
    {
        if (at.Depth > MaxDepth || _steps++ > MostSteps)
        {
            _scope.Say(Judgements.ComputedCalled, at.Fact.Callee, at.Fact, "", "it is reached through more callables than are followed");
            return;
        }

        switch (what)
        {
            case Meaning.Named named:
                Run(named.Name, route, values, at);
                break;
            case Meaning.Bound bound:
                Run(bound.Target, route, values.After(bound.Front, bound.Keywords), at);
                break;
            case Meaning.MethodOf method:
                Method(method.Self, method.Name, values, at);
                break;
            case Meaning.MethodCaller caller:
                foreach (ValueShape self in values.IsLoose ? values.All : values.Positional.Take(1))
                    Run(_scope.Meanings.Attribute(self, caller.Name), Route.Call, new CallValues(caller.Rest), at);

                break;
            case Meaning.CarriedFunction carried:
                _scope.Carried.Called(carried, at);
                break;
            case Meaning.Instance when route is Route.New:
                // An object is no class, and making one of it raises.
                break;
            case Meaning.Instance { Class: Meaning.Named made } instance:
                Object(made.Name, instance.Shape, values, at);
                break;
            case Meaning.Instance { Class: Meaning.MadeClass made } instance when MeaningReader.Entry(made.Members, "__call__") is { } member:
                Run(_scope.Meanings.Of(member), Route.Call, values.After([instance.Shape]), at);
                break;
            case Meaning.MadeClass made:
                Inherited(made, route, values, at);
                break;
            case Meaning.Literal { Shape: { Kind: ShapeKind.Result } made }:
                // What gives back data may give back what it got: an honest file calls no data.
                _actions.ResultCalled(_scope.Names.Of(made.Text), values, at);
                break;
            case Meaning.Unknown when route is Route.New:
                _actions.UnknownMade(what, values, at);
                break;
            case Meaning.Unknown or Meaning.Instance:
                _actions.UnknownCalled(what, values, at);
                break;
            case Meaning.Getter getter:
                foreach (ValueShape attribute in getter.Names.Where(n => n.Kind is ShapeKind.Str))
                {
                    foreach (string read in FormatFields.Attributes(attribute.Text))
                        _actions.Reads(values.All, read, at);
                }

                break;
            default:
                // Calling a constant raises.
                break;
        }
    }

    /// <summary>Judges what lies in an object that is entered: it may be called.</summary>
    public void MayRun(Meaning what, CallValues values, UseContext at)
    {
        Meaning target = what;
        for (int seen = 0; target is Meaning.Bound bound && seen < MaxDepth; seen++)
            target = bound.Target;

        if (target is Meaning.CarriedFunction carried)
            _scope.Carried.MayRun(carried, at.Fact, $"through {at.Holder}");
        else if (target is Meaning.Named { Name: var name } && !name.IsHarmful && PlantedValues.Harms(target))
            _actions.Lies(name, at);
        else
            Run(what, Route.Call, values, at);
    }

    /// <summary>Judges a use of a name.</summary>
    public void Run(KnownPath name, Route route, CallValues values, UseContext at)
    {
        if (_scope.IsAllowed(name))
            return;

        if (name.Entry is not { } entry)
        {
            if (name.Told is not { } told || !_derived.Harms(name, EffectsOf(told, route), values, at))
                _actions.StrangerUsed(name, route, values, at);

            return;
        }

        // What a method does with data and with objects of its class is harmless; what it does with anything else nobody has looked at, and no pickler writes that.
        // Whatever is given is an object of class object.
        if (name.MemberOf is not ("" or "builtins.object") && route is Route.Call && values.All.FirstOrDefault(v => !IsOwn(name, v)) is { } foreign)
        {
            _scope.Say(Judgements.OddArguments, name.Path, at.Fact, "", $"{CallText.Value(foreign)} is neither data nor an object of {name.MemberOf}", entry.Origin.Reason, at.Holder);
            return;
        }

        if (at.Depth > 0 && name.IsSink)
        {
            _actions.Harm(name, entry.Call.First(e => EffectKinds.IsHarm(e.Kind)), at);
            return;
        }

        IReadOnlyList<Effect> effects = EffectsOf(entry, route);
        if (entry.IsDerived)
        {
            _derived.Act(name, route, effects, values, at);
            return;
        }

        foreach (Effect effect in effects)
            _actions.Act(name, effect, values, at);

        // Native types go through what their __new__ gets: tuple.__new__(tuple, x) is tuple(x).
        if (route is Route.New && entry.Kind is NameKind.Class && values.All.Count > 0)
            Objects.Consumed(name.Path, values.All, at);
    }

    /// <summary>
    /// Judges a method that Python or a loader enters unasked, with what its object was made of. A class that is known not to do anything there does nothing; what an analysis cannot clear
    /// and found no harm in neither.
    /// </summary>
    public void Enter(KnownPath method, ValueShape self, IReadOnlyList<ValueShape> values, UseContext at)
    {
        method = method.AsRead();
        if (method.IsCoarse)
            return;

        if (at.Depth > MaxDepth || _steps++ > MostSteps)
        {
            _scope.Cut("methods that are entered");
            return;
        }

        CallValues all = new([self, .. values], null, values.Count > 0) { IsOpened = true };
        if (method.Entry is { IsDerived: false } entry)
        {
            foreach (Effect effect in entry.Call)
                _actions.Act(method, effect, all with { IsOpened = false, IsLoose = true }, at);
        }
        else if ((method.Entry ?? method.Told) is { } told)
        {
            _derived.Enter(method with { Entry = told }, told.Call, all, values, at);
        }
    }

    // Whatever uses a function calls it.
    private static IReadOnlyList<Effect> EffectsOf(EffectEntry entry, Route route) => route is Route.New && entry.Kind is NameKind.Class ? entry.New : entry.Call;

    /// <summary>Judges the call of a method of a value.</summary>
    public void Method(ValueShape self, string method, CallValues values, UseContext at)
    {
        if (MeaningReader.Planted(self, method) is { } planted && _scope.Meanings.IsBelieved(self, method))
        {
            Run(_scope.Meanings.Of(planted), Route.Call, values, at);
            return;
        }

        switch (_scope.Meanings.Of(self))
        {
            case Meaning.Instance { Class: Meaning.MadeClass made } when MeaningReader.Entry(made.Members, method) is { } member:
                Run(_scope.Meanings.Of(member), Route.Call, values.After([self]), at with { IsMember = true });
                break;
            case Meaning.Instance { Class: Meaning.Named named } when _scope.Names.Of(named.Name.Path, method) is var member:
                // No file calls a method of an object by name, unless it is known what that does.
                if (member.Entry is null && !_scope.IsAllowed(member))
                    _actions.StrangerCalled(member, at);
                else
                    Run(member, Route.Call, values.After([self]), at);

                // What a state has planted in the object may be what the method calls.
                foreach (Meaning kept in _scope.Planted.In(self))
                    MayRun(kept, values with { IsLoose = true }, at.Through(named.Name.Path));

                break;
            case Meaning.MadeClass type:
                OfClass(type, method, values, at);
                break;
            case Meaning.Literal { Shape: { Kind: ShapeKind.Result } made }:
                _actions.UnknownCalled(new Meaning.Unknown(made.Text), values.After([self]), at);
                break;
            case Meaning.Literal literal:
                Run(_scope.Names.Of("builtins", $"{TypeOf(literal.Shape)}.{method}"), Route.Call, values.After([self]), at);
                break;
            case Meaning.Named named:
                Run(_scope.Names.Of(named.Name.Path, method), Route.Call, values, at);
                break;
            case var other:
                _actions.UnknownCalled(other, values.After([self]), at);
                break;
        }
    }

    /// <summary>
    /// A method is called of a class that the file makes: what the class, or the class of it, has under that name; and whatever has a part in it is asked for what it is by the special methods of its own class.
    /// </summary>
    private void OfClass(Meaning.MadeClass type, string method, CallValues values, UseContext at)
    {
        Meaning? meta = _scope.Meanings.Classes.MetaclassOf(type);
        foreach (ValueShape member in _scope.Meanings.Classes.Named(type, method).Concat(meta is null ? [] : _scope.Meanings.Classes.Named(meta, method)))
        {
            Carried(member, method, at);
            if (!_scope.Finder.In(member).Any())
                Run(_scope.Meanings.Of(member), Route.Call, values with { IsLoose = true }, at.Through(method));
        }

        foreach (ValueShape given in values.All)
        {
            if (_scope.Meanings.Of(given) is not Meaning.MadeClass { Shape: not null } other || _scope.Meanings.Classes.MetaclassOf(other) is not { } own)
                continue;

            foreach ((string name, ValueShape member) in HookJudge.Entries(own.Members).Where(e => e.Name.StartsWith("__", StringComparison.Ordinal)))
                Carried(member, name, at);
        }
    }

    private bool IsOwn(KnownPath member, ValueShape value) => Carriage.IsPlain(value) || (value.Kind is ShapeKind.Import && _scope.Names.Of(value.Text).Path == member.MemberOf)
        || (value.State is null && _scope.Meanings.Of(value) is Meaning.Instance { Class: Meaning.Named { Name.Path: var type } } && type == member.MemberOf);

    /// <summary>A class that the file makes was judged when it was made; its objects are made by the constructors of what it is made from.</summary>
    private void Inherited(Meaning.MadeClass made, Route route, CallValues values, UseContext at)
    {
        if (route is Route.Call)
            Made(made, values, at);

        if (values.All.Count == 0)
            return;

        foreach (ValueShape parent in _scope.First(made.Bases, MostBases, "the bases of a class"))
        {
            Meaning what = _scope.Meanings.Of(parent);
            if (what is Meaning.MadeClass || (what is Meaning.Named { Name: var name } && (name.Entry is null or { IsDerived: true } || name.Entry.Call.Any(e => EffectKinds.IsHarm(e.Kind)))))
                Run(what, route, values, at with { Depth = at.Depth + 1 });
        }
    }

    /// <summary>A call of a class runs what the class of it does there, its constructor, and the members that constructors of its bases call.</summary>
    private void Made(Meaning.MadeClass made, CallValues values, UseContext at)
    {
        foreach (string constructor in s_constructors)
        {
            foreach (ValueShape member in _scope.Meanings.Classes.Named(made, constructor))
                Carried(member, constructor, at);
        }

        if (_scope.Meanings.Classes.MetaclassOf(made) is { } meta)
        {
            foreach (ValueShape member in _scope.Meanings.Classes.Named(meta, "__call__"))
                Carried(member, "__call__", at);
        }

        if (_scope.First(made.Bases, MostBases, "the bases of a class").Any(CallsMembers))
            _scope.Hooks.Constructed(made.Members, at.Fact);

        // What a constructor of a base is known to call of its own object.
        foreach (ValueShape parent in _scope.First(made.Bases, MostBases, "the bases of a class"))
        {
            if (_scope.Meanings.Of(parent) is not Meaning.Named { Name.Path: var path } || _scope.Names.Of(path, "__init__") is not { Entry: { IsDerived: false } known })
                continue;

            foreach (string called in known.Call.Where(e => e is { Kind: EffectKind.Call, Source: { Index: 0, Key.Length: > 0 } }).Select(e => e.Source.Key))
            {
                foreach (ValueShape member in _scope.Meanings.Classes.Named(made, called))
                {
                    Carried(member, called, at);
                    if (!_scope.Finder.In(member).Any())
                        Run(_scope.Meanings.Of(member), Route.Call, values with { IsLoose = true }, at.Through(path));
                }
            }
        }
    }

    private void Carried(ValueShape member, string name, UseContext at)
    {
        foreach (Meaning.CarriedFunction carried in _scope.Finder.In(member))
            _scope.Carried.MayRun(carried, at.Fact, $"as {name}");
    }

    // The constructors of Python's built-in types call special methods only; others call members of any name, and let classes made from them put their own there.
    private bool CallsMembers(ValueShape parent) => _scope.Meanings.Of(parent) is not Meaning.Named { Name.Path: var path } || !path.StartsWith("builtins.", StringComparison.Ordinal);

    private void Object(KnownPath made, ValueShape self, CallValues values, UseContext at)
    {
        KnownPath call = _scope.Names.Of(made.Path, "__call__");
        if (call.Entry is not null && !made.IsHarmful)
            Run(call, Route.Call, values.After([self]), at);
        else
            _actions.ResultCalled(made, values, at);
    }

    /// <summary>The built-in type of a plain value.</summary>
    public static string TypeOf(ValueShape literal) => literal.Kind switch
    {
        ShapeKind.Str => "str",
        ShapeKind.Bytes => "bytes",
        ShapeKind.ByteArray => "bytearray",
        ShapeKind.Int => "int",
        ShapeKind.Bool => "bool",
        ShapeKind.Float => "float",
        ShapeKind.Tuple => "tuple",
        ShapeKind.List => "list",
        ShapeKind.Dict => "dict",
        ShapeKind.Set => "set",
        ShapeKind.FrozenSet => "frozenset",
        _ => "object",
    };
}
