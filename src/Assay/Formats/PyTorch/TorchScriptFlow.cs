// The functions of a source file of TorchScript, as the analysis of flows takes them.
using System.Globalization;
using Assay.Formats.Graphs;
using Assay.Python.Syntax;

namespace Assay.Formats.PyTorch;

/// <summary>
/// Takes one function apart for <see cref="FlowMachine"/>. What it calls of other modules is taken for learnt, and fields and constants of the archive for constants of which nothing is known. Source does not
/// say how many axes a value has: inputs are taken for rows.
/// </summary>
internal sealed class TorchScriptFlow
{
    private const int MostListed = 32;
    private const string Nothing = "None";

    private readonly FlowGraph _graph;
    private readonly List<Dictionary<string, string>> _scopes = [new(StringComparer.Ordinal)];
    private readonly Dictionary<int, string> _values = [];
    private readonly Stack<Dictionary<string, string>> _pending = new();

    private TorchScriptFlow(FlowGraph graph) => _graph = graph;

    /// <summary>Takes in the graph of a function whose values are tensors.</summary>
    public static FlowGraph Of(SyntaxNode function, FlowGraph graph)
    {
        TorchScriptFlow flow = new(graph);
        SyntaxNode parameters = function[SyntaxField.Args];
        bool isFirst = true;
        foreach (SyntaxNode parameter in parameters.List(SyntaxField.Args))
        {
            string name = parameter.Name(SyntaxField.Arg) ?? "";
            bool isTensor = parameter[SyntaxField.Annotation] is { Kind: SyntaxKind.Name } type && type.Name(SyntaxField.Id) is "Tensor";
            flow._graph.Main.Given["%" + name] = isTensor && !isFirst ? FlowValue.Input([-1, -1]) : FlowValue.Constant with { IsShaped = !isFirst };
            flow._scopes[0][name] = "%" + name;
            isFirst = false;
        }

        flow._graph.Main.Given[Nothing] = FlowValue.Constant with { IsShaped = true, Shape = [] };
        flow.Body(function);
        return flow._graph;
    }

    /// <summary>Goes through the statements, those of branches and loops in scopes of their own.</summary>
    private void Body(SyntaxNode function)
    {
        Stack<(SyntaxNode Owner, SyntaxField Field, int Next, string Condition)> open = new([(function, SyntaxField.Body, 0, "")]);
        while (open.TryPop(out var at))
        {
            SyntaxNodeList statements = at.Owner.List(at.Field);
            if (at.Next < statements.Count)
            {
                open.Push(at with { Next = at.Next + 1 });
                SyntaxNode statement = statements[at.Next];
                if (statement.Kind is SyntaxKind.If or SyntaxKind.While or SyntaxKind.For && _scopes.Count < 64)
                {
                    string condition = statement.Kind is SyntaxKind.For ? Nothing : Value(statement[SyntaxField.Test]);
                    _scopes.Add(new(StringComparer.Ordinal));
                    open.Push((statement, SyntaxField.Body, 0, condition));
                }
                else
                {
                    Statement(statement);
                }

                continue;
            }

            if (at.Condition.Length == 0)
            {
                continue;
            }

            Dictionary<string, string> inner = _scopes[^1];
            _scopes.RemoveAt(_scopes.Count - 1);
            if (at.Field == SyntaxField.Body && at.Owner.Kind is SyntaxKind.If)
            {
                // What the other branch gives is set against this one.
                _scopes.Add(new(StringComparer.Ordinal));
                open.Push((at.Owner, SyntaxField.OrElse, 0, at.Condition));
                _pending.Push(inner);
                continue;
            }

            Dictionary<string, string> first = at.Field == SyntaxField.OrElse ? _pending.Pop() : inner;
            Dictionary<string, string> second = at.Field == SyntaxField.OrElse ? inner : new(StringComparer.Ordinal);
            foreach (string name in first.Keys.Union(second.Keys).ToList())
            {
                string one = first.GetValueOrDefault(name) ?? Find(name);
                string other = second.GetValueOrDefault(name) ?? Find(name);
                _scopes[^1][name] = at.Owner.Kind is SyntaxKind.For ? Add("copy", FlowKind.Each, [one, other], at.Owner) : Add("if", FlowKind.Select, [at.Condition, one, other], at.Owner);
            }
        }
    }

    private void Statement(SyntaxNode statement)
    {
        switch (statement.Kind)
        {
            case SyntaxKind.Assign:
                string value = Value(statement[SyntaxField.Value]);
                foreach (SyntaxNode target in statement.List(SyntaxField.Targets))
                {
                    Assign(target, value);
                }

                break;
            case SyntaxKind.AnnAssign:
                Assign(statement[SyntaxField.Target], Value(statement[SyntaxField.Value]));
                break;
            case SyntaxKind.Return or SyntaxKind.Expr:
                Value(statement[SyntaxField.Value]);
                break;
        }
    }

    private void Assign(SyntaxNode target, string value)
    {
        if (target.Kind is SyntaxKind.Name)
        {
            _scopes[^1][target.Name(SyntaxField.Id) ?? ""] = value;
        }
        else if (target.Kind is SyntaxKind.Tuple)
        {
            foreach (SyntaxNode part in target.List(SyntaxField.Elts))
            {
                if (part.Kind is SyntaxKind.Name)
                {
                    _scopes[^1][part.Name(SyntaxField.Id) ?? ""] = value;
                }
            }
        }
    }

    private string Find(string name)
    {
        for (int i = _scopes.Count - 1; i >= 0; i--)
        {
            if (_scopes[i].TryGetValue(name, out string? value))
            {
                return value;
            }
        }

        return "?" + name;
    }

    /// <summary>The value of an expression, with an explicit stack: a node comes again when what it takes is known.</summary>
    private string Value(SyntaxNode expression)
    {
        if (expression.IsNone)
        {
            return Nothing;
        }

        Stack<(SyntaxNode Node, bool IsReady)> open = new([(expression, false)]);
        while (open.TryPop(out (SyntaxNode Node, bool IsReady) at))
        {
            if (at.Node.Kind is SyntaxKind.Call && !at.IsReady)
            {
                open.Push((at.Node, true));
                Push(open, at.Node);
            }
            else if (at.Node.Kind is SyntaxKind.List or SyntaxKind.Tuple && !at.IsReady)
            {
                open.Push((at.Node, true));
                foreach (SyntaxNode item in at.Node.List(SyntaxField.Elts))
                {
                    open.Push((item, false));
                }
            }
            else
            {
                _values[at.Node.Number] = Made(at.Node);
            }
        }

        return _values[expression.Number];
    }

    private static void Push(Stack<(SyntaxNode Node, bool IsReady)> open, SyntaxNode call)
    {
        foreach (SyntaxNode argument in call.List(SyntaxField.Args))
        {
            open.Push((argument, false));
        }
    }

    private string Made(SyntaxNode node)
    {
        switch (node.Kind)
        {
            case SyntaxKind.Name:
                return Find(node.Name(SyntaxField.Id) ?? "");
            case SyntaxKind.Call:
                return Call(node);
            case SyntaxKind.Constant when Number(node) is { } number:
                return Constant(node, FlowConstants.Of([], [number], isCut: false));
            case SyntaxKind.Constant or SyntaxKind.UnaryOp:
                return Number(node) is { } negative ? Constant(node, FlowConstants.Of([], [negative], isCut: false)) : Nothing;
            case SyntaxKind.List or SyntaxKind.Tuple:
                List<double> numbers = [];
                List<string> items = [];
                foreach (SyntaxNode item in node.List(SyntaxField.Elts))
                {
                    if (items.Count < MostListed)
                    {
                        items.Add(_values.GetValueOrDefault(item.Number, Nothing));
                    }

                    if (Number(item) is { } one)
                    {
                        numbers.Add(one);
                    }
                }

                return numbers.Count == node.List(SyntaxField.Elts).Count ? Constant(node, FlowConstants.Of([numbers.Count], numbers, isCut: false)) : Add("list", FlowKind.Each, items, node);
            case SyntaxKind.Attribute:
                // A field of a module, or a constant of the archive.
                return Constant(node, FlowValue.Constant);
            default:
                return "?";
        }
    }

    private string Call(SyntaxNode call)
    {
        SyntaxNode callee = call[SyntaxField.Func];
        List<SyntaxNode> arguments = [];
        foreach (SyntaxNode argument in call.List(SyntaxField.Args))
        {
            arguments.Add(argument);
        }

        string Given(int index) => index < arguments.Count ? _values.GetValueOrDefault(arguments[index].Number, Nothing) : Nothing;
        bool isOperator = callee.Kind is SyntaxKind.Attribute && IsSpace(callee[SyntaxField.Value]);
        string name = callee.Kind is SyntaxKind.Attribute ? callee.Name(SyntaxField.Attr) ?? "" : callee.Kind is SyntaxKind.Name ? callee.Name(SyntaxField.Id) ?? "" : "";
        if (callee.Kind is SyntaxKind.Name)
        {
            return name is "annotate" or "unchecked_cast" or "uninitialized" ? Given(1) : name is "int" or "bool" or "float" ? Add(name, FlowKind.Cast, [Given(0)], call, whole: name is "int") : Opaque();
        }

        if (!isOperator)
        {
            return Opaque();
        }

        FlowKind kind = FlowKinds.Of(name.TrimEnd('_'), "torch");
        double[] Numbers(int index) => index < arguments.Count && _graph.Main.Given.GetValueOrDefault(Given(index))?.Known is { } known ? [.. known] : [];
        switch (kind)
        {
            case FlowKind.Reduce or FlowKind.Extreme or FlowKind.Index when name is not ("norm" or "linalg_vector_norm"):
                double[] axes = Numbers(1);
                // Inputs are taken for rows: more axes than those are all that a sample has.
                return Add(name, kind, [Given(0)], call, axes.Length == 0 || axes.Any(a => a is > 1 or < -1) ? null : [.. axes.Select(a => (long)a)]);
            case FlowKind.Reduce:
                return Add(name, kind, [Given(0)], call);
            case FlowKind.Slice when name is "select":
                return Add(name, kind, [Given(0)], call, axis: Numbers(1) is [var axis] ? (long)axis : 1);
            case FlowKind.Slice:
                double start = Numbers(2) is [var from] ? from : 0;
                double end = Numbers(3) is [var to] ? to : long.MaxValue;
                string Held(double number) => Constant(call, FlowConstants.Of([1], [number], isCut: false), number.ToString(CultureInfo.InvariantCulture));
                return Add(name, kind, [Given(0), Held(start), Held(end), Held(Numbers(1) is [var along] ? along : 0)], call);
            case FlowKind.Select when name is "where":
                return Add(name, kind, [Given(0), Given(1), Given(2)], call);
            case FlowKind.Scatter when name.StartsWith("masked_fill", StringComparison.Ordinal):
                return Add(name, FlowKind.Select, [Given(1), Given(2), Given(0)], call);
            case FlowKind.Contract when name is "addmm" or "baddbmm":
                return Add(name, kind, [Given(1), Given(2), Given(0)], call);
            case FlowKind.Top:
                return Add(name, kind, [Given(0), Given(1)], call, axis: Numbers(2) is [var by] ? (long)by : -1);
            case FlowKind.Contract or FlowKind.Clip or FlowKind.Scatter:
                return Add(name, kind, [Given(0), Given(1), Given(2)], call, kind == FlowKind.Clip && Numbers(1).Length > 0 && Numbers(2).Length > 0 ? [0, 1] : null);
            case FlowKind.Shape or FlowKind.Made:
                return Add(name, kind, [], call);
            case FlowKind.Squeeze or FlowKind.Unsqueeze:
                return Add(name, kind, [Given(0)], call, [.. Numbers(1).Select(a => (long)a)]);
            case FlowKind.Each or FlowKind.Move or FlowKind.Warp or FlowKind.Cast or FlowKind.Reshape or FlowKind.Flatten or FlowKind.Transpose or FlowKind.Expand or FlowKind.Sign or FlowKind.Scan:
                return Add(name, kind, [Given(0)], call, whole: name is "int" or "long" or "Int");
            default:
                return Add(name, kind, [Given(0), .. arguments.Count > 1 && Given(1) != Nothing ? (string[])[Given(1)] : []], call);
        }

        string Opaque() => Add(name, FlowKind.Opaque, [.. Enumerable.Range(0, Math.Min(arguments.Count, MostListed)).Select(Given)], call);
    }

    private static bool IsSpace(SyntaxNode owner) =>
        (owner.Kind is SyntaxKind.Name && owner.Name(SyntaxField.Id) is "torch") || (owner.Kind is SyntaxKind.Attribute && owner[SyntaxField.Value] is { Kind: SyntaxKind.Name } space && space.Name(SyntaxField.Id) is "ops");

    private string Constant(SyntaxNode node, FlowValue value, string more = "")
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"#{node.Number}{more}");
        _graph.Main.Given[name] = value;
        return name;
    }

    private string Add(string name, FlowKind kind, IReadOnlyList<string> inputs, SyntaxNode node, IReadOnlyList<long>? axes = null, long? axis = null, bool whole = false)
    {
        string output = string.Create(CultureInfo.InvariantCulture, $"@{_graph.Main.Nodes.Count}");
        _graph.Take(0);
        _graph.Main.Nodes.Add(new FlowNode(name, kind, inputs, [output], node.Start) { Axes = axes, Axis = axis, GivesWhole = whole });
        return output;
    }

    private static double? Number(SyntaxNode node) => node.Kind switch
    {
        SyntaxKind.Constant when node.ConstantKind is ConstantKind.Integer => (double?)ConstantValue.Integer(node),
        SyntaxKind.Constant when node.ConstantKind is ConstantKind.Float => ConstantValue.Real(node),
        SyntaxKind.UnaryOp when node[SyntaxField.Operand] is { Kind: SyntaxKind.Constant } inner && Number(inner) is { } number => -number,
        _ => null,
    };
}
