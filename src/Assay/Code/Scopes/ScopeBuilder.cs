// Finds the names of a module: who binds what, and where.
using Assay.Python.Syntax;

namespace Assay.Code.Scopes;

/// <summary>Finds the scopes of a module and the names that they bind, in one walk with a stack of its own.</summary>
internal sealed class ScopeBuilder
{
    private readonly CodeModule _module;
    private readonly Stack<(int Node, Scope Scope)> _open = new();

    private ScopeBuilder(CodeModule module) => _module = module;

    /// <summary>Finds the names of a module.</summary>
    public static CodeModule Build(SourceModule source, SyntaxTree tree)
    {
        CodeModule module = new(source, tree);
        new ScopeBuilder(module).Run();
        return module;
    }

    /// <summary>Whether what stands in a class is there for type checkers only: at run time the class has the member of its base.</summary>
    public static bool IsForCheckers(SyntaxNode node, Scope scope) => scope.Kind is ScopeKind.Class && node[SyntaxField.Test] is var test
        && (test.Kind is SyntaxKind.Name ? test.Name(SyntaxField.Id) : test.Kind is SyntaxKind.Attribute ? test.Name(SyntaxField.Attr) : null) is "TYPE_CHECKING";

    private void Run()
    {
        Push(_module.Tree.Root, _module.Scope);
        while (_open.TryPop(out (int Node, Scope Scope) next))
            Visit(_module.Tree[next.Node], next.Scope);
    }

    private void Visit(SyntaxNode node, Scope scope)
    {
        switch (node.Kind)
        {
            case SyntaxKind.FunctionDef or SyntaxKind.AsyncFunctionDef:
                scope.Bind(node.Name(SyntaxField.Name)!);
                Function(node, node.Name(SyntaxField.Name)!, scope);
                return;
            case SyntaxKind.Lambda:
                Function(node, "<lambda>", scope);
                return;
            case SyntaxKind.ClassDef:
                scope.Bind(node.Name(SyntaxField.Name)!);
                Class(node, scope);
                return;
            case SyntaxKind.Name when node.Context is ExpressionContext.Store:
                Store(scope, node.Name(SyntaxField.Id)!);
                return;
            case SyntaxKind.Import:
                foreach (SyntaxNode alias in node.List(SyntaxField.Names))
                    Store(scope, alias.Name(SyntaxField.AsName) ?? alias.Name(SyntaxField.Name)!.Split('.')[0]);

                return;
            case SyntaxKind.ImportFrom:
                ImportFrom(node, scope);
                return;
            case SyntaxKind.ExceptHandler when node.Name(SyntaxField.Name) is { } caught:
                Store(scope, caught);
                break;
            case SyntaxKind.MatchAs or SyntaxKind.MatchStar when node.Name(SyntaxField.Name) is { } captured:
                Store(scope, captured);
                break;
            case SyntaxKind.MatchMapping when node.Name(SyntaxField.Rest) is { } rest:
                Store(scope, rest);
                break;
            case SyntaxKind.Global:
                foreach (int name in node.Values(SyntaxField.Names))
                    Global(scope, _module.Tree.Names[name]);

                return;
            case SyntaxKind.Nonlocal:
                foreach (int name in node.Values(SyntaxField.Names))
                    Nonlocal(scope, _module.Tree.Names[name]);

                return;
            case SyntaxKind.If when IsForCheckers(node, scope):
                PushAll(node.List(SyntaxField.OrElse), scope);
                return;
            case SyntaxKind.Assign or SyntaxKind.AugAssign or SyntaxKind.AnnAssign when scope.Kind is ScopeKind.Module:
                Exports(node);
                break;
            default:
                break;
        }

        PushChildren(node, scope);
    }

    private void PushChildren(SyntaxNode node, Scope scope)
    {
        ReadOnlySpan<(SyntaxField Field, SyntaxFieldType Type)> fields = SyntaxSchema.Of(node.Kind);
        for (int i = fields.Length - 1; i >= 0; i--)
        {
            if (fields[i].Type is SyntaxFieldType.Node)
            {
                Push(node[fields[i].Field], scope);
            }
            else if (fields[i].Type is SyntaxFieldType.Nodes)
            {
                SyntaxNodeList list = node.List(fields[i].Field);
                for (int j = list.Count - 1; j >= 0; j--)
                    Push(list[j], scope);
            }
        }
    }

    private void Push(SyntaxNode node, Scope scope)
    {
        if (!node.IsNone)
            _open.Push((node.Number, scope));
    }

    private void PushAll(SyntaxNodeList nodes, Scope scope)
    {
        for (int i = nodes.Count - 1; i >= 0; i--)
            Push(nodes[i], scope);
    }

    private void Function(SyntaxNode node, string name, Scope scope)
    {
        SyntaxNode arguments = node[SyntaxField.Args];
        FunctionInfo function = new()
        {
            Module = _module,
            Node = node,
            QualifiedName = Qualified(scope, name),
            Owner = scope.Class,
            Parameters = Parameters(arguments),
        };
        Scope own = new(ScopeKind.Function, scope, _module) { Function = function };
        function.Scope = own;
        foreach (Parameter parameter in function.Parameters)
            own.Bind(parameter.Name);

        _module.Functions.Add(node.Number, function);
        Form(function);
        if (function is { IsSetter: true, Owner: { } owner })
            owner.Setters[name] = function;

        if (node.Kind is SyntaxKind.Lambda)
        {
            Push(node[SyntaxField.Body], own);
        }
        else
        {
            PushAll(node.List(SyntaxField.Body), own);
            PushAll(node.List(SyntaxField.DecoratorList), scope);
        }

        if (!arguments.IsNone)
        {
            PushAll(arguments.List(SyntaxField.Defaults), scope);
            PushAll(arguments.List(SyntaxField.KwDefaults), scope);
        }
    }

    // What the decorators of the language itself make of a function.
    private static void Form(FunctionInfo function)
    {
        if (function.Owner is not null && function.Name is "__new__" or "__init_subclass__" or "__class_getitem__")
        {
            function.IsStatic = function.Name is "__new__";
            function.IsClassMethod = !function.IsStatic;
        }

        if (function.Node.Kind is SyntaxKind.Lambda)
            return;

        foreach (SyntaxNode decorator in function.Node.List(SyntaxField.DecoratorList))
        {
            string name = decorator.Kind switch
            {
                SyntaxKind.Name => decorator.Name(SyntaxField.Id)!,
                SyntaxKind.Attribute => decorator.Name(SyntaxField.Attr)!,
                _ => "",
            };
            function.IsStatic |= name is "staticmethod" or "abstractstaticmethod";
            function.IsClassMethod |= name is "classmethod" or "abstractclassmethod";
            function.IsProperty |= name is "property" or "cached_property" or "abstractproperty" or "lazy_property" or "getter";
            function.IsSetter |= decorator.Kind is SyntaxKind.Attribute && name is "setter";
            function.IsOverload |= name is "overload";
        }
    }

    private void Class(SyntaxNode node, Scope scope)
    {
        ClassInfo type = new() { Module = _module, Node = node, QualifiedName = Qualified(scope, node.Name(SyntaxField.Name)!) };
        type.Scope = new Scope(ScopeKind.Class, scope, _module) { Class = type };
        _module.Classes.Add(node.Number, type);
        PushAll(node.List(SyntaxField.Body), type.Scope);
        PushAll(node.List(SyntaxField.Keywords), scope);
        PushAll(node.List(SyntaxField.Bases), scope);
        PushAll(node.List(SyntaxField.DecoratorList), scope);
    }

    private void ImportFrom(SyntaxNode node, Scope scope)
    {
        string? module = _module.Absolute(node.Value(SyntaxField.Level), node.Name(SyntaxField.Module) ?? "");
        foreach (SyntaxNode alias in node.List(SyntaxField.Names))
        {
            string name = alias.Name(SyntaxField.Name)!;
            if (name is not "*")
                Store(scope, alias.Name(SyntaxField.AsName) ?? name);
            else if (module is not null)
                _module.Stars.Add(module);
        }
    }

    private static void Store(Scope scope, string name)
    {
        if (scope.Globals.Contains(name))
            scope.Module.Scope.Bind(name).IsAssignedElsewhere = true;
        else if (scope.Nonlocals.Contains(name))
            Outer(scope, name);
        else
            scope.Bind(name);
    }

    private static void Global(Scope scope, string name)
    {
        scope.Module.Scope.Bind(name).IsAssignedElsewhere = true;
        if (scope.Kind is not ScopeKind.Module)
            scope.Globals.Add(name);
    }

    private static void Nonlocal(Scope scope, string name)
    {
        scope.Nonlocals.Add(name);
        Outer(scope, name);
    }

    private static void Outer(Scope scope, string name)
    {
        for (Scope? around = scope.Parent; around is not null; around = around.Parent)
        {
            if (around.Kind is ScopeKind.Function && around.Variables.TryGetValue(name, out _))
                return;
        }
    }

    // __all__ = [...] and __all__ += [...] of plain texts; anything else leaves it open what is exported.
    private void Exports(SyntaxNode node)
    {
        SyntaxNode target = node.Kind is SyntaxKind.Assign ? node.List(SyntaxField.Targets)[0] : node[SyntaxField.Target];
        if (target.Kind is not SyntaxKind.Name || target.Name(SyntaxField.Id) is not "__all__")
            return;

        SyntaxNode value = node[SyntaxField.Value];
        if (value.Kind is not (SyntaxKind.List or SyntaxKind.Tuple))
        {
            _module.ExportsUnknown = true;
            return;
        }

        _module.Exports ??= new HashSet<string>(StringComparer.Ordinal);
        foreach (SyntaxNode item in value.List(SyntaxField.Elts))
        {
            if (item.Kind is SyntaxKind.Constant && item.ConstantKind is ConstantKind.Text or ConstantKind.UnicodeText)
                _module.Exports.Add(ConstantValue.Text(item));
            else
                _module.ExportsUnknown = true;
        }
    }

    private static string Qualified(Scope scope, string name) =>
        scope.Class is { } type ? $"{type.QualifiedName}.{name}" : scope.Function is { } function ? $"{function.QualifiedName}.<locals>.{name}" : name;

    private static List<Parameter> Parameters(SyntaxNode arguments)
    {
        List<Parameter> all = [];
        if (arguments.IsNone)
            return all;

        SyntaxNodeList first = arguments.List(SyntaxField.PosOnlyArgs);
        SyntaxNodeList second = arguments.List(SyntaxField.Args);
        SyntaxNodeList defaults = arguments.List(SyntaxField.Defaults);
        int positional = first.Count + second.Count;
        for (int i = 0; i < positional; i++)
        {
            SyntaxNode argument = i < first.Count ? first[i] : second[i - first.Count];
            int at = i - (positional - defaults.Count);
            all.Add(new Parameter(ParameterKind.Positional, i, argument.Name(SyntaxField.Arg)!, at >= 0 ? defaults[at].Number : 0));
        }

        if (!arguments[SyntaxField.VarArg].IsNone)
            all.Add(new Parameter(ParameterKind.Rest, positional, arguments[SyntaxField.VarArg].Name(SyntaxField.Arg)!, 0));

        SyntaxNodeList keywords = arguments.List(SyntaxField.KwOnlyArgs);
        SyntaxNodeList keywordDefaults = arguments.List(SyntaxField.KwDefaults);
        for (int i = 0; i < keywords.Count; i++)
            all.Add(new Parameter(ParameterKind.Keyword, 0, keywords[i].Name(SyntaxField.Arg)!, i < keywordDefaults.Count ? keywordDefaults[i].Number : 0));

        if (!arguments[SyntaxField.KwArg].IsNone)
            all.Add(new Parameter(ParameterKind.AnyKeyword, 0, arguments[SyntaxField.KwArg].Name(SyntaxField.Arg)!, 0));

        return all;
    }
}
