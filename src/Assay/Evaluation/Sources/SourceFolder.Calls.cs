// Functions of folded source: how they are made, what calling them gives, and what they do that nobody in the source calls.
using Assay.Evaluation.Functions;
using Assay.Evaluation.Values;
using Assay.Python.Syntax;
using static Assay.Python.Syntax.SyntaxField;

namespace Assay.Evaluation.Sources;

internal sealed partial class SourceFolder
{
    private const int MostNested = 12;

    /// <summary>Rounds of loops that are gone through one by one; more where the source unpacks or runs something.</summary>
    private const int FewRounds = 1 << 10;
    private const int MostRounds = 1 << 16;

    /// <summary>Statements that functions may run because they are called: some for each source, and more for larger ones, so that the work stays in proportion.</summary>
    private const int FewestEntered = 1 << 10;
    private readonly HashSet<int> _served = [];
    private readonly HashSet<int> _dull = [];
    private readonly List<DefinedFunction> _inside = [];
    private int _calls;
    private long _left = FewestEntered;
    private int _rounds = FewRounds;
    private FoldedValue? _given;
    private List<FoldedValue>? _yields;

    /// <summary>Whether a function is being run.</summary>
    public bool IsInside(DefinedFunction function) => _inside.Contains(function);

    public FoldedValue? Lambda(SyntaxNode node, IReadOnlyList<SourceParameter> parameters) => _isScoped ? Later(new DefinedFunction(this, node, _scope.ForFunctions, parameters) { Captured = _expression.Inner }) : null;

    public void Yielded(FoldedValue value, bool isMany)
    {
        _yields ??= [];
        if (_yields.Count < MostRounds && _folder.Budget.Step())
        {
            _yields.AddRange(isMany ? Iterate(value) ?? [FoldedValue.Unknown] : _loops > 0 && !FoldedChoice.Matters(value) ? [FoldedValue.Unknown] : [value]);
        }
    }

    /// <summary>Calls a function of the source.</summary>
    public FoldedValue Enter(DefinedFunction function, IReadOnlyList<FoldedValue> arguments, FoldedDict keywords)
    {
        bool isPlain = !function.Parameters.Any(p => p.Default is { } otherwise && FoldedChoice.Matters(otherwise)) && !arguments.Any(a => FoldedChoice.Matters(a) || Origins.Of(a) != ValueOrigins.None) && keywords.Pairs.Count == 0;
        if (_calls >= MostNested || _left <= 0 || (isPlain && function.Node.Tree == _tree && _dull.Contains(function.Node.Number)) || !_folder.Budget.Step(4))
        {
            return Origins.Unknown(Origins.Of(arguments));
        }

        long told = _folder.Told;
        bool isPinned = _folder.IsPinned;
        SourceScope scope = new(function.Around);
        Take(function.Parameters, arguments, keywords, scope);
        int site = _folder.Site;
        _folder.Callers.Add(site);
        _folder.IsPinned |= function.Node.Tree != _tree;
        FoldedValue value = Inside(function, scope);
        _folder.IsPinned = isPinned;
        _folder.Callers.RemoveAt(_folder.Callers.Count - 1);
        _folder.Site = site;
        if (told == _folder.Told && isPlain && value is FoldedUnknown { From: ValueOrigins.None } or FoldedNone)
        {
            // It reaches nothing and gives nothing that is known, whatever plain values it gets.
            _dull.Add(function.Node.Number);
        }

        return value;
    }

    /// <summary>Reads a function that was made, with arguments that nobody knows.</summary>
    private void Visit(DefinedFunction function)
    {
        SourceScope scope = new(function.Around);
        bool asked = ServedFunctions.Is(function.Node) || _served.Contains(function.Node.Number) || (ServedFunctions.IsServed(function.Owner) && function.Node.Kind is not SyntaxKind.Lambda && function.Node.Name(Name) is not "__init__");
        for (int i = 0; i < function.Parameters.Count; i++)
        {
            SourceParameter parameter = function.Parameters[i];
            scope.Names[parameter.Name] = i == 0 && function is { Owner: { } owner, Kind: not MethodKind.Static }
                ? function.Kind is MethodKind.OfClass || parameter.Name is "cls" or "mcs" ? owner : owner.Typical
                : parameter is { Kind: ParameterKind.Plain or ParameterKind.Named, Default: { } otherwise and not FoldedNone and not FoldedBool and not FoldedInt } ? otherwise : Origins.Unknown(asked || ServedFunctions.IsRequest(function.Node, parameter.Name) ? ValueOrigins.Request : ValueOrigins.None);
        }

        SyntaxNode body = function.Node.Kind is SyntaxKind.Lambda ? function.Node[Body] : function.Node.List(Body) is { Count: > 0 } statements ? statements[0] : default;
        _folder.Phase = body.IsNone ? "call" : _folder.PhaseAt?.Invoke(body.Start) ?? "call";
        int calls = _calls;
        _calls = -1;
        Inside(function, scope);
        _calls = calls;
    }

    /// <summary>Runs the body of a function among names of its own.</summary>
    private FoldedValue Inside(DefinedFunction function, SourceScope scope)
    {
        (SourceScope Scope, List<Block> Blocks, int Unsure, int Loops, FoldedValue? Given, List<FoldedValue>? Yields, object? Inner, string Phase) was = (_scope, _blocks, _unsure, _loops, _given, _yields, _expression.Inner, _folder.Phase);
        (_scope, _blocks, _unsure, _loops, _given, _yields) = (scope, [], 0, 0, null, null);
        _calls++;
        _inside.Add(function);
        FoldedValue value;
        if (function.Node.Kind is SyntaxKind.Lambda)
        {
            _expression.Inner = null;
            _expression.Inner = function.Captured;
            _left -= 2;
            value = _expression.Value(function.Node[Body]);
        }
        else
        {
            _expression.Inner = null;
            _left -= 1 + function.Node.List(Body).Count;
            Push(function.Node, Body);
            Statements();
            value = _yields is { } yields ? new FoldedSequence(SequenceKind.Iterator, yields) { Layers = Arguments.Layers(yields) } : _given ?? FoldedValue.None;
        }

        _inside.RemoveAt(_inside.Count - 1);
        _calls--;
        (_scope, _blocks, _unsure, _loops, _given, _yields, _expression.Inner, _folder.Phase) = was;
        return value;
    }

    /// <summary>A definition: its decorators are called with it, and what the last of them gives has its name.</summary>
    private void Define(SyntaxNode node)
    {
        List<FoldedValue> decorators = [];
        foreach (SyntaxNode decorator in node.List(DecoratorList))
        {
            decorators.Add(_expression.Value(decorator));
        }

        IReadOnlyList<SourceParameter> parameters = _expression.Parameters(node[Args]);
        if (!_isScoped)
        {
            Plain(node, parameters);
            return;
        }

        FoldedValue made = Later(new DefinedFunction(this, node, _scope.ForFunctions, parameters) { Captured = _expression.Inner, Kind = KindOf(decorators) });
        for (int i = decorators.Count - 1; i >= 0; i--)
        {
            _folder.Site = node.Start;
            made = Decorated(decorators[i], made);
        }

        if (node.Name(Name) is { } name)
        {
            Bind(name, made);
        }
    }

    /// <summary>What a decorator makes of what it gets; one that is not of the source is taken to give it back.</summary>
    private FoldedValue Decorated(FoldedValue decorator, FoldedValue made)
    {
        if (decorator is FoldedDefined or FoldedPartial { Target: FoldedDefined } or FoldedFunction or FoldedChoice || (decorator is FoldedName name && CallableSinks.IsHandable(_folder.Canonical(name))))
        {
            return _folder.Apply(decorator, [made]) is { IsUnknown: false } and not FoldedNone and var given ? given : made;
        }

        return made;
    }

    private static MethodKind KindOf(List<FoldedValue> decorators)
    {
        MethodKind kind = MethodKind.Plain;
        foreach (FoldedValue decorator in decorators)
        {
            if (decorator is FoldedName name)
            {
                string last = name.Path[(name.Path.LastIndexOf('.') + 1)..];
                kind = last switch { "staticmethod" => MethodKind.Static, "classmethod" => MethodKind.OfClass, "property" or "cached_property" or "setter" or "getter" => MethodKind.Property, _ => kind };
            }
        }

        return kind;
    }

    /// <summary>A function that is read by itself as well, once everything else is done.</summary>
    private DefinedFunction Later(DefinedFunction function)
    {
        if (function.Node.Tree == _tree && _seen.Add(function.Node.Number))
        {
            _later.Enqueue(function);
        }

        return function;
    }

    /// <summary>A function of a text that runs by itself: one whose body is to return one expression is known, of any other only its statements are read.</summary>
    private void Plain(SyntaxNode node, IReadOnlyList<SourceParameter> parameters)
    {
        SyntaxNodeList body = node.List(Body);
        bool isKnown = node.Kind == SyntaxKind.FunctionDef && body.Count > 0 && body[0].Kind == SyntaxKind.Return;
        if (node.Name(Name) is { } name)
        {
            _scope.Set(name, isKnown ? _expression.Function(parameters, body[0][SyntaxField.Value]) : FoldedValue.Unknown);
        }

        foreach (SourceParameter parameter in parameters)
        {
            Forget(parameter.Name);
        }

        // The parameters of one that is known are known only when it is called.
        if (!isKnown)
        {
            Push(node, Body);
        }
    }

    /// <summary>Gives parameters what a call hands over.</summary>
    private static void Take(IReadOnlyList<SourceParameter> parameters, IReadOnlyList<FoldedValue> arguments, FoldedDict keywords, SourceScope scope)
    {
        Dictionary<string, FoldedValue> named = keywords.Pairs.Count == 0 ? [] : KeywordArguments.ByName(keywords);
        int next = 0;
        foreach (SourceParameter parameter in parameters)
        {
            scope.Names[parameter.Name] = parameter.Kind switch
            {
                ParameterKind.Rest => new FoldedSequence(SequenceKind.Tuple, [.. arguments.Skip(next)]),
                ParameterKind.NamedRest => new FoldedDict(named.Select(n => ((FoldedValue)new FoldedText(n.Key), n.Value)).ToList()),
                ParameterKind.Plain when next < arguments.Count => arguments[next++],
                _ => named.Remove(parameter.Name, out FoldedValue? given) ? given : parameter.Default ?? FoldedValue.Unknown,
            };
            next = parameter.Kind is ParameterKind.Rest ? arguments.Count : next;
        }
    }

    /// <summary>What going through a value gives; null where that cannot be told.</summary>
    private IReadOnlyList<FoldedValue>? Iterate(FoldedValue value)
    {
        if (value is DefinedObject { Class: { } kind } made)
        {
            FoldedValue from = kind.Method("__iter__") is { } iterate ? Enter(iterate, [made], FoldedDict.Empty) : made;
            if (from is DefinedObject { Class: { } other } steps && other.Method("__next__") is { } next)
            {
                return [Enter(next, [steps], FoldedDict.Empty)];
            }

            return from is DefinedObject ? kind.Method("__getitem__") is { } item ? [Enter(item, [made, new FoldedInt(0)], FoldedDict.Empty)] : null : _folder.Items(from);
        }

        return value is FoldedInstance { IsTyped: true } or FoldedName { Path: FoldedInstance.CommandLine } ? [new FoldedInstance(new FoldedName("sys", "argv"))] : _folder.Items(value);
    }
}
