// Evaluates the body of a unit until nothing in it changes.
using Assay.Code.Scopes;
using Assay.Code.Values;
using Assay.Effects;
using Assay.Python.Syntax;

namespace Assay.Code.Flow;

/// <summary>
/// Evaluates the body of a unit: what each expression may be, and what is done with what comes from a caller. The order of statements and the conditions do
/// not count: every assignment adds to what a name may be. It is repeated until nothing changes; what a unit is only grows, so that ends.
/// </summary>
internal sealed partial class Evaluator(Analysis analysis)
{
    /// <summary>More things than these one value is not: then it may be anything.</summary>
    private const int MostAtoms = 32;

    /// <summary>More objects, functions and classes than these are anything.</summary>
    private const int MostObjects = 8;

    /// <summary>Values are followed through so many callables within one call.</summary>
    private const int MostDepth = 3;

    /// <summary>A body that is not done after so many rounds is given up.</summary>
    private const int MostRounds = 16;

    /// <summary>So much of what callees do one evaluation of a body takes over; more is given up.</summary>
    private const int MostWork = 400_000;

    private readonly CodeBase _code = analysis.Code;
    private readonly AtomTable _atoms = analysis.Atoms;
    private Value[] _values = new Value[4096];
    private Unit _unit = null!;
    private SyntaxTree _tree = null!;
    private Scope _scope = null!;
    private FunctionInfo? _function;
    private int _at;
    private int _depth;
    private int _epoch;
    private bool _changed;
    private bool _told;
    private int _work;

    /// <summary>How much the last evaluation took.</summary>
    public int Work => _work;

    /// <summary>Whether the last evaluation ended because it was too much.</summary>
    public bool IsTooMuch { get; private set; }

    private Value Unknown => Value.Of(_atoms[AtomKind.Unknown, ""]);

    /// <summary>Evaluates a unit; whether its summary says anything new.</summary>
    public bool Evaluate(Unit unit)
    {
        _unit = unit;
        _tree = unit.Root.Module.Tree;
        if (_values.Length < _tree.Count)
            _values = new Value[_tree.Count * 2];

        _told = false;
        _done.Clear();
        _fields.Clear();
        _objectFields.Clear();
        Begin(unit);
        _work = 0;
        int rounds = 0;
        do
        {
            _changed = false;
            foreach (Segment segment in unit.Code.Segments)
            {
                if (segment.Scope == unit.Root || (segment.Scope.Function is { } nested && unit.Active.Contains(nested)))
                    Run(segment);
            }

            IsTooMuch = ++rounds >= MostRounds || _work > MostWork;
        }
        while (_changed && !IsTooMuch);

        IsTooMuch &= _changed;

        return _told;
    }

    private void Run(Segment segment)
    {
        _code.Cancellation.ThrowIfCancellationRequested();
        _code.Budget?.SpendWork(segment.Steps.Length * 40L);
        _function = segment.Scope.Function;
        foreach (Step step in segment.Steps)
        {
            _scope = step.Scope;
            _at = step.Node;
            _values[step.Node] = Evaluate(_tree[step.Node]);
        }

        _work += segment.Steps.Length;

        if (_function is { Node.Kind: SyntaxKind.Lambda } lambda && segment.Steps.Length > 0)
            Return(_values[lambda.Node[SyntaxField.Body].Number]);
    }

    /// <summary>Says that anything may happen in a unit with all that it gets, and that it may give anything back; what was found of harm stays.</summary>
    public bool GiveUp(Unit unit)
    {
        unit.IsGivenUp = true;
        _unit = unit;
        _tree = unit.Root.Module.Tree;
        _told = false;
        if (unit.Function is null)
        {
            // What a module has may be anything.
            foreach (Variable variable in unit.Root.Variables.Values)
                Assign(variable, Unknown);

            return true;
        }

        _at = unit.Function.Node.Number;
        _function = unit.Function;
        Value all = unit.Self is null ? Value.None : Value.Of(_atoms[Origin.Field(Origin.AnyField)]);
        foreach (Parameter parameter in unit.Function.Parameters)
            all = all.Union(Value.Of(_atoms[Origin.Of(parameter)]));

        AddAll(EffectKind.Unknown, all, "a function that does more than is followed");
        Return(UnknownOf(all));
        return _told;
    }

    // What the parameters are.
    private void Begin(Unit unit)
    {
        if (unit.Function is not { } function)
            return;

        foreach (Parameter parameter in function.Parameters)
        {
            Value value = Value.Of(_atoms[Origin.Of(parameter)]);
            bool first = parameter is { Kind: ParameterKind.Positional, Index: 0 };
            if (first && unit.Self is { } self && function.Owner is not null)
            {
                if (function.IsClassMethod || function.Name is "__new__")
                    value = Value.Of(_atoms[AtomKind.Class, self]);
                else if (!function.IsStatic)
                    value = Value.Of(_atoms[AtomKind.Self, ""]);
            }

            if (function.DefaultsApart.TryGetValue(parameter.Name, out Value? @default))
                value = value.Union(@default);

            Assign(function.Scope.Bind(parameter.Name), value);
        }
    }

    private void Return(Value value)
    {
        if (_function is null || _function == _unit.Function)
        {
            Value all = Grown(_unit.Summary.Returns, value);
            _told |= !ReferenceEquals(all, _unit.Summary.Returns);
            _unit.Summary.Returns = all;
        }
        else
        {
            Value before = _unit.Results.GetValueOrDefault(_function, Value.None);
            Value all = Grown(before, value);
            if (!ReferenceEquals(all, before))
            {
                _changed = true;
                _epoch++;
                _unit.Results[_function] = all;
            }
        }
    }

    private void Assign(Variable variable, Value value)
    {
        Value before = _unit.Variables.GetValueOrDefault(variable, Value.None);
        Value all = Grown(before, value);
        if (!ReferenceEquals(all, before))
        {
            _unit.Variables[variable] = all;
            _changed = true;
            if (_unit.Function is null)
                analysis.VariableChanged(variable);
        }
    }

    // What was widened stays so: it is not what is new.
    private Value Grown(Value before, Value value)
    {
        Value all = before.Union(value);
        if (ReferenceEquals(all, before))
            return before;

        Value limited = Limited(all);
        return SameAtoms(limited, before) ? before : limited;
    }

    /// <summary>A value that is too much is what came from callers, and otherwise anything.</summary>
    private Value Limited(Value value)
    {
        if (value.Limited is { } known)
            return known;

        Atom many = _atoms[AtomKind.Unknown, "many"];
        if (value.Count <= MostAtoms && value.Objects <= MostObjects && !value.Contains(many))
            return value;

        // The mark stays, so that what was widened does not grow again.
        List<Atom> kept = [many];
        foreach (Atom atom in value.Atoms)
        {
            if (atom.IsOrigin)
                kept.Add(_atoms[atom.Origin == atom.Origin.Whole ? atom.Origin : atom.Origin.Whole with { Deep = true }]);
            else if (atom.Kind is AtomKind.Self or AtomKind.Container)
                kept.Add(atom);
        }

        return value.Limited = Value.Of(kept);
    }

    private static bool SameAtoms(Value left, Value right) => left.Count == right.Count && left.Atoms.SequenceEqual(right.Atoms);

    private void Add(EffectKind kind, Origin source, string name, Value with, string leaf, Unit? callee = null, EffectKey key = default)
    {
        // What makes an object of what comes from nowhere is none of the caller's.
        if (_unit.Function is null)
            return;

        EffectKey added = new(kind, source.Plain, name);
        Value given = Plain(with);
        if (!_unit.Summary.Has(added, given) && _unit.Summary.Add(added, given, new Cause(_tree[_at].Start, leaf, callee, key)))
            _told = true;
    }

    private void AddAll(EffectKind kind, Value source, string leaf, Unit? callee = null, EffectKey key = default)
    {
        foreach (Origin origin in Origins(source))
            Add(kind, origin, "", Value.None, leaf, callee, key);
    }

    /// <summary>Says that something happens whatever a caller gives, where that is worth saying: it starts a program, reaches the network or changes files.</summary>
    private void AddAlways(EffectKind kind, string leaf, Unit? callee = null, EffectKey key = default)
    {
        if (kind is EffectKind.Process or EffectKind.Network or EffectKind.Write or EffectKind.Delete)
            Add(kind, Origin.Nothing, "", Value.None, leaf, callee, key);
    }

    /// <summary>Whether a value is given and is none of a caller's: a constant, or what code found out by itself.</summary>
    private static bool IsOwn(Value value) => !value.IsTainted && (value.Has(AtomKind.Text) || value.Has(AtomKind.Container) || value.Has(AtomKind.Unknown));

    /// <summary>What of a value comes from callers.</summary>
    private static List<Origin> Origins(Value value)
    {
        List<Origin> origins = [];
        foreach (Atom atom in value.Atoms)
        {
            if (atom.IsOrigin && !origins.Contains(atom.Origin.Plain))
                origins.Add(atom.Origin.Plain);
        }

        return origins;
    }

    /// <summary>What of a value comes from callers, whether it was computed or not.</summary>
    private Value Plain(Value value)
    {
        if (!value.IsTainted)
            return Value.None;

        if (value.Plain is { } known)
            return known;

        List<Atom> plain = [];
        foreach (Atom atom in value.Atoms)
        {
            if (atom.IsOrigin)
                plain.Add(atom.Origin.Derived ? _atoms[atom.Origin.Plain] : atom);
        }

        return value.Plain = Value.Of(plain);
    }

    /// <summary>What is computed from a value: it carries what came from callers, and is of a type that is not theirs to choose.</summary>
    private Value Derived(Value value)
    {
        if (value.IsNone || value.Derived is not null)
            return value.Derived ?? value;

        List<Atom>? derived = null;
        foreach (Atom atom in value.Atoms)
        {
            if (atom.IsOrigin)
                (derived ??= []).Add(atom.Origin.Derived ? atom : _atoms[atom.Origin.AsDerived]);
        }

        return value.Derived = derived is null ? Value.None : Value.Of(derived);
    }

    /// <summary>Something that could not be found out, made of a value.</summary>
    private Value UnknownOf(Value value) => Unknown.Union(Derived(value));
}
