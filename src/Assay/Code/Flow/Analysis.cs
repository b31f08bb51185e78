// The fixed point over all units of an analysis.
using Assay.Bytes;
using Assay.Code.Scopes;
using Assay.Code.Values;
using Assay.Effects;

namespace Assay.Code.Flow;

/// <summary>
/// The fixed point over all units: the bodies of modules first, so that names and bases are known, then the functions that are asked for and what they
/// call. A unit is evaluated again when something that it read has grown.
/// </summary>
internal sealed class Analysis
{
    /// <summary>A summary that grew more often than this no longer keeps parts of values apart.</summary>
    private const int MostExact = 6;

    /// <summary>A function that was evaluated more often than this is given up: what it gets meets anything.</summary>
    private const int MostEvaluations = 14;

    /// <summary>The same of the body of a module: what it has may then be anything.</summary>
    private const int MostOfModule = 60;

    /// <summary>So much work the functions of a module are worth for each node of its tree, and at least in all; what needs more is given up.</summary>
    private const long WorkForNode = 400;

    private const long LeastWork = 2_000_000;

    private static readonly IReadOnlySet<string> s_numbers = CodeData.Words("numbers.txt");
    private readonly Evaluator _evaluator;
    private readonly Dictionary<(Scope, ClassInfo?), Unit> _units = [];
    private readonly Dictionary<(ClassInfo, string), HashSet<Unit>> _fieldReaders = [];
    private readonly Dictionary<Variable, HashSet<Unit>> _readers = [];
    private readonly Dictionary<string, ClassInfo?> _classes = new(StringComparer.Ordinal);
    private readonly Dictionary<Scope, UnitCode> _codes = [];
    private readonly Worklist _open = new();

    /// <summary>An analysis of modules.</summary>
    public Analysis(CodeBase code)
    {
        Code = code;
        Classes = new ClassTable(code);
        Decorators = new DecoratorTable(code);
        _evaluator = new Evaluator(this);
    }

    /// <summary>The modules.</summary>
    public CodeBase Code { get; }

    /// <summary>The atoms.</summary>
    public AtomTable Atoms { get; } = new();

    /// <summary>The classes.</summary>
    public ClassTable Classes { get; }

    /// <summary>What decorators do.</summary>
    public DecoratorTable Decorators { get; }

    /// <summary>Where the walk stops.</summary>
    public PathList Stops { get; } = PathList.Stops;

    /// <summary>Natives that only compute: what they give back is numbers, arrays and containers of these.</summary>
    public PathList Natives { get; } = PathList.Natives;

    /// <summary>What starts programs or makes files whatever it gets.</summary>
    public PathList Acts { get; } = PathList.Acts;

    /// <summary>Methods that only move values, on what is of no known type.</summary>
    public IReadOnlySet<string> Methods { get; } = CodeData.Words("methods.txt");

    /// <summary>Methods that put nothing into what they belong to.</summary>
    public IReadOnlySet<string> Reads { get; } = CodeData.Words("reads.txt");

    /// <summary>Whether only the bodies of modules are evaluated yet.</summary>
    public bool IsPhaseOfModules { get; private set; } = true;

    /// <summary>How many evaluations there were.</summary>
    public long Evaluations { get; private set; }

    /// <summary>How many units there are.</summary>
    public int Units => _units.Count;

    /// <summary>Evaluates the bodies of all modules.</summary>
    public void RunModules()
    {
        // What is found later is evaluated first: what others import comes before them.
        IReadOnlyList<CodeModule> order = Code.ImportersFirst();
        foreach (CodeModule module in order)
            _open.Add(UnitOf(module.Scope, null));

        Drain();
        Classes.IsSettled = true;
        foreach (CodeModule module in order)
            _open.Add(UnitOf(module.Scope, null));

        Drain();
        IsPhaseOfModules = false;
    }

    /// <summary>Evaluates all that is queued, and all that follows from it.</summary>
    public void Drain()
    {
        while (_open.TryTake(_units.Values) is { } unit)
        {
            Evaluations++;
            unit.Summary.IsWidened |= ++unit.Evaluations > MostExact;
            bool isTold = _evaluator.Evaluate(unit);
            CodeModule module = unit.Root.Module;
            module.Work += _evaluator.Work;
            bool isSpent = unit.Evaluations > 1 && module.Work > LeastWork + (WorkForNode * module.Tree.Count);
            if (unit.Evaluations > (unit.Function is null ? MostOfModule : MostEvaluations) || (unit.Function is not null && (isSpent || _evaluator.IsTooMuch)))
                isTold |= _evaluator.GiveUp(unit);

            if (isTold)
            {
                foreach (Unit dependent in unit.Dependents)
                    _open.Add(dependent);
            }
        }
    }

    /// <summary>The unit of a function for objects of a class; whoever asks depends on it.</summary>
    public Unit UnitOf(FunctionInfo function, ClassInfo? self, Unit? reader)
    {
        Unit unit = UnitOf(function.Scope, self);
        if (reader is not null)
            unit.Dependents.Add(reader);

        return unit;
    }

    /// <summary>What a name of a module may be.</summary>
    public Value Read(Variable variable, Unit reader)
    {
        Unit unit = UnitOf(variable.Scope.Root, null);
        if (reader != unit && IsPhaseOfModules)
        {
            if (!_readers.TryGetValue(variable, out HashSet<Unit>? readers))
                _readers.Add(variable, readers = []);

            readers.Add(reader);
        }

        return unit.Variables.GetValueOrDefault(variable, Value.None);
    }

    /// <summary>What a name of a module may be, once the modules were evaluated.</summary>
    public Value Read(Variable variable) => UnitOf(variable.Scope.Root, null).Variables.GetValueOrDefault(variable, Value.None);

    /// <summary>What objects of known types a field of a class may be.</summary>
    public Value Fields(ClassInfo type, string name, Unit reader)
    {
        Value all = Value.None;
        foreach (ClassInfo owner in Classes.Order(type))
        {
            if (!_fieldReaders.TryGetValue((owner, name), out HashSet<Unit>? readers))
                _fieldReaders.Add((owner, name), readers = []);

            readers.Add(reader);
            all = all.Union(owner.Fields.GetValueOrDefault(name, Value.None));
        }

        return all;
    }

    /// <summary>Says that a name of a module may be more than before.</summary>
    public void VariableChanged(Variable variable)
    {
        foreach (Unit reader in _readers.GetValueOrDefault(variable) ?? [])
            _open.Add(reader);
    }

    /// <summary>Says that a field of a class may be more than before.</summary>
    public void FieldChanged(ClassInfo type, string name)
    {
        foreach (Unit reader in _fieldReaders.GetValueOrDefault((type, name)) ?? [])
        {
            // What modules make at import is settled before functions are looked at.
            if (IsPhaseOfModules || reader.Function is not null)
                _open.Add(reader);
        }
    }

    /// <summary>The setter of a property; null where a class has none of that name.</summary>
    public FunctionInfo? Setter(ClassInfo type, string name)
    {
        foreach (ClassInfo owner in Classes.Order(type))
        {
            if (owner.Setters.TryGetValue(name, out FunctionInfo? setter))
                return setter;

            if (owner.Scope.Variables.ContainsKey(name))
                return null;
        }

        return null;
    }

    /// <summary>The class of a dotted path; null where there is none with source.</summary>
    public ClassInfo? ClassOf(string path)
    {
        if (_classes.TryGetValue(path, out ClassInfo? known))
            return known;

        ClassInfo? found = null;
        if (path.LastIndexOf('.') is > 0 and int dot && Code.Module(path[..dot]) is { } module && module.Scope.Variables.TryGetValue(path[(dot + 1)..], out Variable? variable))
        {
            foreach (ClassInfo type in module.Classes.Values)
                found = type.QualifiedName == variable.Name ? type : found;
        }

        _classes.Add(path, found);
        return found;
    }

    /// <summary>Whether what a function returns carries nothing of what it gets: a number, a flag.</summary>
    public static bool CarriesNothing(string path) => s_numbers.Contains(path);

    private Unit UnitOf(Scope root, ClassInfo? self)
    {
        if (!_units.TryGetValue((root, self), out Unit? unit))
        {
            if (!_codes.TryGetValue(root, out UnitCode? code))
                _codes.Add(root, code = UnitCode.Of(root));

            // What is found later is called by what was found before.
            _units.Add((root, self), unit = new Unit(root, self, code, -_units.Count));
            _open.Add(unit);
        }

        return unit;
    }
}
