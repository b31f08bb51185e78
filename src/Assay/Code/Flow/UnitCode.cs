// The body of a unit in the order in which it is evaluated.
using Assay.Code.Scopes;
using Assay.Python.Syntax;

namespace Assay.Code.Flow;

/// <summary>A node and the scope in which its names are looked for.</summary>
internal readonly record struct Step(int Node, Scope Scope);

/// <summary>The body of one function, without those of the functions in it.</summary>
/// <param name="Scope">Its names.</param>
/// <param name="Steps">Its nodes, each behind those that it needs.</param>
internal sealed record Segment(Scope Scope, Step[] Steps);

/// <summary>The body of a unit: its own segment first, then one for each function in it.</summary>
internal sealed class UnitCode
{
    private readonly SyntaxTree _tree;
    private readonly CodeModule _module;
    private readonly Stack<(int Node, Scope Scope, bool IsReady)> _open = new();
    private readonly Queue<FunctionInfo> _nested = new();
    private readonly List<Step> _steps = [];

    private UnitCode(CodeModule module)
    {
        _module = module;
        _tree = module.Tree;
    }

    /// <summary>The segments.</summary>
    public IReadOnlyList<Segment> Segments { get; private set; } = [];

    /// <summary>The code of a module or a function.</summary>
    public static UnitCode Of(Scope root)
    {
        UnitCode code = new(root.Module);
        List<Segment> segments = [code.Read(root)];
        while (code._nested.TryDequeue(out FunctionInfo? function))
            segments.Add(code.Read(function.Scope));

        code.Segments = segments;
        return code;
    }

    private Segment Read(Scope scope)
    {
        _steps.Clear();
        if (scope.Function is not { } function)
            PushAll(_tree.Root.List(SyntaxField.Body), scope);
        else if (function.Node.Kind is SyntaxKind.Lambda)
            Push(function.Node[SyntaxField.Body], scope);
        else
            PushAll(function.Node.List(SyntaxField.Body), scope);

        while (_open.TryPop(out (int Node, Scope Scope, bool IsReady) next))
        {
            if (next.IsReady)
                _steps.Add(new Step(next.Node, next.Scope));
            else
                Expand(_tree[next.Node], next.Scope);
        }

        return new Segment(scope, [.. _steps]);
    }

    // What is pushed last is evaluated first.
    private void Expand(SyntaxNode node, Scope scope)
    {
        switch (node.Kind)
        {
            case SyntaxKind.FunctionDef or SyntaxKind.AsyncFunctionDef or SyntaxKind.Lambda:
                FunctionInfo function = _module.Functions[node.Number];
                if (function.IsNested)
                    _nested.Enqueue(function);

                Ready(node, scope);
                PushAll(node[SyntaxField.Args].IsNone ? default : node[SyntaxField.Args].List(SyntaxField.Defaults), scope);
                PushAll(node[SyntaxField.Args].IsNone ? default : node[SyntaxField.Args].List(SyntaxField.KwDefaults), scope);
                if (node.Kind is not SyntaxKind.Lambda)
                    PushAll(node.List(SyntaxField.DecoratorList), scope);

                break;
            case SyntaxKind.ClassDef:
                PushAll(node.List(SyntaxField.Body), _module.Classes[node.Number].Scope);
                Ready(node, scope);
                PushAll(node.List(SyntaxField.Keywords), scope);
                PushAll(node.List(SyntaxField.Bases), scope);
                PushAll(node.List(SyntaxField.DecoratorList), scope);
                break;
            case SyntaxKind.If when ScopeBuilder.IsForCheckers(node, scope):
                PushAll(node.List(SyntaxField.OrElse), scope);
                break;
            case SyntaxKind.For or SyntaxKind.AsyncFor:
                PushAll(node.List(SyntaxField.OrElse), scope);
                PushAll(node.List(SyntaxField.Body), scope);
                Ready(node, scope);
                Push(node[SyntaxField.Target], scope);
                Push(node[SyntaxField.Iter], scope);
                break;
            case SyntaxKind.ListComp or SyntaxKind.SetComp or SyntaxKind.GeneratorExp:
                Ready(node, scope);
                Push(node[SyntaxField.Elt], scope);
                PushAll(node.List(SyntaxField.Generators), scope);
                break;
            case SyntaxKind.DictComp:
                Ready(node, scope);
                Push(node[SyntaxField.Value], scope);
                Push(node[SyntaxField.Key], scope);
                PushAll(node.List(SyntaxField.Generators), scope);
                break;
            case SyntaxKind.Comprehension:
                PushAll(node.List(SyntaxField.Ifs), scope);
                Ready(node, scope);
                Push(node[SyntaxField.Target], scope);
                Push(node[SyntaxField.Iter], scope);
                break;
            case SyntaxKind.Match:
                PushAll(node.List(SyntaxField.Cases), scope);
                Ready(node, scope);
                Push(node[SyntaxField.Subject], scope);
                break;
            case SyntaxKind.MatchCase:
                PushAll(node.List(SyntaxField.Body), scope);
                Push(node[SyntaxField.Guard], scope);
                break;
            case SyntaxKind.AnnAssign:
                Ready(node, scope);
                Push(node[SyntaxField.Target], scope);
                Push(node[SyntaxField.Value], scope);
                break;
            case SyntaxKind.Global or SyntaxKind.Nonlocal or SyntaxKind.Pass or SyntaxKind.TypeAlias or SyntaxKind.Delete:
                break;
            default:
                Ready(node, scope);
                PushChildren(node, scope);
                break;
        }
    }

    private void PushChildren(SyntaxNode node, Scope scope)
    {
        ReadOnlySpan<(SyntaxField Field, SyntaxFieldType Type)> fields = SyntaxSchema.Of(node.Kind);
        for (int i = fields.Length - 1; i >= 0; i--)
        {
            if (fields[i].Type is SyntaxFieldType.Node)
                Push(node[fields[i].Field], scope);
            else if (fields[i].Type is SyntaxFieldType.Nodes)
                PushAll(node.List(fields[i].Field), scope);
        }
    }

    private void Ready(SyntaxNode node, Scope scope) => _open.Push((node.Number, scope, true));

    private void Push(SyntaxNode node, Scope scope)
    {
        if (!node.IsNone)
            _open.Push((node.Number, scope, false));
    }

    private void PushAll(SyntaxNodeList nodes, Scope scope)
    {
        for (int i = nodes.Count - 1; i >= 0; i--)
            Push(nodes[i], scope);
    }
}
