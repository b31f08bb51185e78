// Reads the Python source of a traced graph: which calls it makes, by their full names, and whether it does nothing beside.
using Assay.Python.Syntax;

namespace Assay.Detection.Effects;

/// <summary>
/// The source that torch.fx generates for a graph: imports, and one function <c>forward</c> that assigns the results of calls to variables and returns one. Reading it fails where anything else
/// stands in it: who rebuilds a graph runs all of it, the body of <c>forward</c> included.
/// </summary>
internal sealed class GraphSource
{
    private const int MostCharacters = 1 << 17;
    private const int MostSteps = 64;
    private readonly Dictionary<string, string> _imported = new(StringComparer.Ordinal);
    private readonly HashSet<string> _local = new(StringComparer.Ordinal);
    private readonly HashSet<string> _called = new(StringComparer.Ordinal);
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);
    private readonly HashSet<string> _attributes = new(StringComparer.Ordinal);
    private readonly List<string> _texts = [];
    private readonly List<(string Callee, string Text)> _named = [];
    private string _self = "";

    private GraphSource()
    {
    }

    /// <summary>The modules that it imports, or takes names from.</summary>
    public HashSet<string> Modules { get; } = new(StringComparer.Ordinal);

    /// <summary>The full names of what it calls that is imported or a builtin.</summary>
    public IReadOnlyCollection<string> Called => _called;

    /// <summary>The full names of what it imports and hands on.</summary>
    public IReadOnlyCollection<string> Read => _read;

    /// <summary>The names of attributes that it reads or calls of values.</summary>
    public IReadOnlyCollection<string> Attributes => _attributes;

    /// <summary>The texts that it holds.</summary>
    public IReadOnlyList<string> Texts => _texts;

    /// <summary>The texts that callables get first, which may name what they open.</summary>
    public IReadOnlyList<(string Callee, string Text)> Named => _named;

    /// <summary>Reads a text; null where it is no such source.</summary>
    public static GraphSource? Of(string text)
    {
        if (text.Length is 0 or > MostCharacters)
            return null;

        SyntaxTree tree = PythonParser.Parse(SourceText.OfString(text));
        GraphSource source = new();
        return tree.Errors.Count == 0 && source.Module(tree.Root) ? source : null;
    }

    private bool Module(SyntaxNode module)
    {
        SyntaxNode forward = default;
        foreach (SyntaxNode statement in module.List(SyntaxField.Body))
        {
            bool isKnown = statement.Kind switch
            {
                SyntaxKind.Import => Import(statement),
                SyntaxKind.ImportFrom => ImportFrom(statement),
                SyntaxKind.Assign => IsTypeOfNone(statement),
                SyntaxKind.FunctionDef when forward.Tree is null && statement.Name(SyntaxField.Name) is "forward" => (forward = statement).Tree is not null,
                _ => false,
            };

            if (!isKnown)
                return false;
        }

        return forward.Tree is not null && Function(forward);
    }

    private bool Import(SyntaxNode statement)
    {
        foreach (SyntaxNode alias in statement.List(SyntaxField.Names))
        {
            string name = alias.Name(SyntaxField.Name)!;
            Modules.Add(name);
            bool isAdded = alias.Name(SyntaxField.AsName) is { } other ? Bind(other, name) : Bind(name.Split('.')[0], name.Split('.')[0]);
            if (!isAdded)
                return false;
        }

        return true;
    }

    private bool ImportFrom(SyntaxNode statement)
    {
        if (statement.Value(SyntaxField.Level) > 0 || statement.Name(SyntaxField.Module) is not { } module)
            return false;

        Modules.Add(module);
        foreach (SyntaxNode alias in statement.List(SyntaxField.Names))
        {
            string name = alias.Name(SyntaxField.Name)!;
            if (name is "*" || !Bind(alias.Name(SyntaxField.AsName) ?? name, $"{module}.{name}"))
                return false;
        }

        return true;
    }

    /// <summary>A name that stands for two things stands for the later one, which no generator writes.</summary>
    private bool Bind(string name, string path) => _imported.TryAdd(name, path) || _imported[name] == path;

    /// <summary><c>NoneType = type(None)</c>.</summary>
    private bool IsTypeOfNone(SyntaxNode statement)
    {
        SyntaxNodeList targets = statement.List(SyntaxField.Targets);
        SyntaxNode value = statement[SyntaxField.Value];
        if (targets.Count != 1 || targets[0].Kind is not SyntaxKind.Name || value.Kind is not SyntaxKind.Call || value[SyntaxField.Func] is not { Kind: SyntaxKind.Name } function || function.Name(SyntaxField.Id) is not "type")
            return false;

        SyntaxNodeList arguments = value.List(SyntaxField.Args);
        return arguments.Count == 1 && value.List(SyntaxField.Keywords).Count == 0 && arguments[0] is { Kind: SyntaxKind.Constant, ConstantKind: ConstantKind.None }
            && !_imported.ContainsKey("type") && Bind(targets[0].Name(SyntaxField.Id)!, "types.NoneType");
    }

    private bool Function(SyntaxNode forward)
    {
        if (forward.List(SyntaxField.DecoratorList).Count > 0 || forward.List(SyntaxField.TypeParams).Count > 0)
            return false;

        foreach (SyntaxNode node in SyntaxWalk.Of(forward))
        {
            if (node.Kind is SyntaxKind.Arg)
            {
                _self = _self.Length == 0 ? node.Name(SyntaxField.Arg)! : _self;
                _local.Add(node.Name(SyntaxField.Arg)!);
            }
            else if (node is { Kind: SyntaxKind.Name, Context: ExpressionContext.Store })
            {
                // Who assigns something else to the module itself hides what its attributes are.
                if (node.Name(SyntaxField.Id) == _self)
                    return false;

                _local.Add(node.Name(SyntaxField.Id)!);
            }
        }

        return SyntaxWalk.Of(forward).All(n => n == forward || IsPlain(n));
    }

    private bool IsPlain(SyntaxNode node) => node.Kind switch
    {
        SyntaxKind.Assign or SyntaxKind.AnnAssign => Assigns(node),
        SyntaxKind.Call => Call(node),
        SyntaxKind.Attribute => Attribute(node),
        SyntaxKind.Name => NameOf(node),
        SyntaxKind.Constant => Constant(node),
        SyntaxKind.BinOp => !IsText(node[SyntaxField.Left]) && !IsText(node[SyntaxField.Right]) && !(IsFixed(node[SyntaxField.Left]) && IsFixed(node[SyntaxField.Right])),
        SyntaxKind.Subscript => !IsText(node[SyntaxField.Value]) && node.Context is ExpressionContext.Load,
        SyntaxKind.Return or SyntaxKind.Expr or SyntaxKind.Pass or SyntaxKind.UnaryOp or SyntaxKind.Compare or SyntaxKind.Tuple or SyntaxKind.List or SyntaxKind.Dict or SyntaxKind.Slice or SyntaxKind.Starred
            or SyntaxKind.Keyword or SyntaxKind.Arguments or SyntaxKind.Arg => true,
        _ => false,
    };

    private static bool IsText(SyntaxNode node) => node is { Kind: SyntaxKind.Constant, ConstantKind: ConstantKind.Text or ConstantKind.UnicodeText or ConstantKind.Bytes };

    /// <summary>Whether an operand stands in the source as it is: a generator computes with such itself, and what is left would grow without bounds.</summary>
    private static bool IsFixed(SyntaxNode node) => node.Kind is SyntaxKind.Constant or SyntaxKind.UnaryOp or SyntaxKind.List or SyntaxKind.Tuple;

    private static bool Assigns(SyntaxNode node)
    {
        if (node.Kind is SyntaxKind.AnnAssign)
            return node[SyntaxField.Target].Kind is SyntaxKind.Name;

        foreach (SyntaxNode target in node.List(SyntaxField.Targets))
        {
            if (target.Kind is not (SyntaxKind.Name or SyntaxKind.Tuple or SyntaxKind.List))
                return false;
        }

        return true;
    }

    /// <summary>A call of a method of a value, of what is imported, of a builtin; and of a part of the module that only <c>getattr</c> can name.</summary>
    private bool Call(SyntaxNode call)
    {
        SyntaxNode function = call[SyntaxField.Func];
        if (IsGetAttribute(call))
            return true;

        if (function.Kind is SyntaxKind.Call)
            return IsGetAttribute(function);

        if (Path(function) is { } path)
        {
            _called.Add(path);
            SyntaxNodeList arguments = call.List(SyntaxField.Args);
            if (arguments.Count > 0 && IsText(arguments[0]) && arguments[0].ConstantKind is not ConstantKind.Bytes)
                _named.Add((path, ConstantValue.Text(arguments[0])));

            return path is not "builtins.getattr";
        }

        return function.Kind is SyntaxKind.Attribute && !IsText(function[SyntaxField.Value]) && !(IsOfModule(function) && (HasText(call) || (function[SyntaxField.Value].Kind is not SyntaxKind.Name && call.List(SyntaxField.Args).Count + call.List(SyntaxField.Keywords).Count == 0)));
    }

    /// <summary>Whether an expression is a path from the module itself: a part of it, which gets tensors.</summary>
    private bool IsOfModule(SyntaxNode node)
    {
        SyntaxNode next = node;
        for (int step = 0; next.Kind is SyntaxKind.Attribute or SyntaxKind.Call && step < MostSteps; step++)
            next = next.Kind is SyntaxKind.Attribute ? next[SyntaxField.Value] : IsGetAttribute(next) ? next.List(SyntaxField.Args)[0] : next[SyntaxField.Func];

        return next.Kind is SyntaxKind.Name && next.Name(SyntaxField.Id) == _self;
    }

    private static bool HasText(SyntaxNode call)
    {
        foreach (SyntaxNode argument in call.List(SyntaxField.Args))
        {
            if (IsText(argument))
                return true;
        }

        foreach (SyntaxNode argument in call.List(SyntaxField.Keywords))
        {
            if (IsText(argument[SyntaxField.Value]))
                return true;
        }

        return false;
    }

    /// <summary><c>getattr(self, "0")</c>, which is how parts are named that are called by numbers.</summary>
    private bool IsGetAttribute(SyntaxNode call)
    {
        SyntaxNodeList arguments = call.List(SyntaxField.Args);
        if (Path(call[SyntaxField.Func]) is not "builtins.getattr" || arguments.Count != 2 || call.List(SyntaxField.Keywords).Count > 0 || Path(arguments[0]) is not null || arguments[1] is not { Kind: SyntaxKind.Constant, ConstantKind: ConstantKind.Text })
            return false;

        string name = ConstantValue.Text(arguments[1]);
        _attributes.Add(name);
        return !name.StartsWith("__", StringComparison.Ordinal) && !name.Contains('.', StringComparison.Ordinal);
    }

    private bool Attribute(SyntaxNode node)
    {
        string name = node.Name(SyntaxField.Attr)!;
        if (node.Context is not ExpressionContext.Load || name.StartsWith("__", StringComparison.Ordinal))
            return false;

        if (Path(node) is { } path)
            _read.Add(path);
        else
            _attributes.Add(name);

        return true;
    }

    private bool NameOf(SyntaxNode node)
    {
        if (Path(node) is { } path)
            _read.Add(path);

        return true;
    }

    private bool Constant(SyntaxNode node)
    {
        if (node.ConstantKind is ConstantKind.Bytes)
            return false;

        if (node.ConstantKind is ConstantKind.Text or ConstantKind.UnicodeText)
            _texts.Add(ConstantValue.Text(node));

        return true;
    }

    /// <summary>The full name of an expression that is a path from what is imported, or a builtin; null where it begins with a variable or is no path.</summary>
    private string? Path(SyntaxNode node)
    {
        Stack<string> steps = new();
        SyntaxNode next = node;
        while (next.Kind is SyntaxKind.Attribute && steps.Count < MostSteps)
        {
            steps.Push(next.Name(SyntaxField.Attr)!);
            next = next[SyntaxField.Value];
        }

        if (next.Kind is not SyntaxKind.Name || next.Name(SyntaxField.Id) is not { } root || _local.Contains(root))
            return null;

        return string.Join('.', [_imported.GetValueOrDefault(root) ?? $"builtins.{root}", .. steps]);
    }
}
