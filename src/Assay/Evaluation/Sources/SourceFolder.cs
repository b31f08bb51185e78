// Folds the statements of recovered Python source: what would it hand to something that runs?
using Assay.Evaluation.Functions;
using Assay.Evaluation.Values;
using Assay.Pickle;
using Assay.Python.Names;
using Assay.Python.Syntax;
using static Assay.Python.Syntax.SyntaxField;

namespace Assay.Evaluation.Sources;

/// <summary>
/// Walks statements in the order in which they stand, as if every one ran once, and folds their expressions. That is enough for source
/// that unpacks its own payload; what a loop or a branch makes of a name is not claimed to be known. Calls that leave the pure functions
/// are told to the folder's <see cref="Folder.OnReached"/>.
/// </summary>
internal sealed partial class SourceFolder
{
    private const int MaxText = 1 << 20;
    private const int LongestPath = 256;

    /// <summary>Work for each text that is parsed, and for each character of it.</summary>
    private const int ParseWork = 2000;
    private const int CharacterWork = 40;

    /// <summary>Bytes that a tree takes for each character of its source.</summary>
    private const int TreeSize = 40;
    private readonly SourceExpression _expression;
    private Stack<SyntaxNode> _waiting = new();
    private readonly Folder _folder;
    private readonly Queue<(SyntaxNode Function, Dictionary<string, FoldedValue> Around)>? _later;
    private Dictionary<string, FoldedValue> _names = new(StringComparer.Ordinal);
    private Dictionary<string, FoldedValue>? _module;
    private bool _loops;

    private SourceFolder(Folder folder, bool isScoped = false)
    {
        _folder = folder;
        _later = isScoped ? [] : null;
        _expression = new SourceExpression(folder, Lookup, (name, value) => _names[name] = value, isScoped ? lambda => _later!.Enqueue((lambda, _module is null ? [] : _names)) : null);
    }

    /// <summary>
    /// Folds a module as it is imported: first what stands outside of functions, then each function with the names of its own, so that what one of them calls a thing changes nothing for
    /// the others.
    /// </summary>
    public static void RunModule(SyntaxTree tree, Folder folder)
    {
        SourceFolder module = new(folder, isScoped: true) { _readsBeside = folder.Beside is not null && Runs(tree.Text.Slice(0, tree.Text.End)) };
        folder.Execute = module.Execute;
        module.Document(tree);
        module.Wait(tree.Root.List(Body));
        module.Statements();
        module._module = module._names;
        while (module._later!.TryDequeue(out (SyntaxNode Function, Dictionary<string, FoldedValue> Around) next) && folder.Budget.Step(1 + next.Around.Count))
        {
            module._names = new Dictionary<string, FoldedValue>(next.Around, StringComparer.Ordinal);
            foreach (SourceParameter parameter in module._expression.Parameters(next.Function[Args]))
            {
                module.Forget(parameter.Name);
            }

            if (next.Function.Kind is SyntaxKind.Lambda)
            {
                module._expression.Value(next.Function[Body]);
                continue;
            }

            module.Wait(next.Function.List(Body));
            module.Statements();
        }
    }

    /// <summary>Folds a whole source.</summary>
    public static void Run(string source, Folder folder) => Parsed(source, folder, tree =>
    {
        SourceFolder statements = new(folder);
        statements.Wait(tree.Root.List(Body));
        statements.Statements();
        return FoldedValue.None;
    });

    /// <summary>What <c>ast.literal_eval</c> gives.</summary>
    public static FoldedValue Literal(string text, Folder folder) =>
        Parsed(text, folder, tree => Single(tree) is { IsNone: false } one ? SourceConstant.Literal(one, folder) ?? FoldedValue.Unknown : FoldedValue.Unknown);

    /// <summary>What <c>eval</c> gives.</summary>
    public static FoldedValue Evaluate(string text, Folder folder) => Pinned(folder, () => Parsed(text.Trim(), folder, tree => new SourceFolder(folder)._expression.Value(Single(tree))));

    /// <summary>Reads source into a tree, which is paid for beforehand and held while it is used.</summary>
    private static FoldedValue Parsed(string source, Folder folder, Func<SyntaxTree, FoldedValue> use)
    {
        string text = source.Length > MaxText ? source[..MaxText] : source;
        long size = TreeSize * (long)text.Length;
        if (!folder.Budget.Work(ParseWork + (CharacterWork * (long)text.Length)) || !folder.Budget.TryBorrow(size))
        {
            return FoldedValue.Unknown;
        }

        try
        {
            return use(PythonParser.Parse(SourceText.OfString(text)));
        }
        finally
        {
            folder.Budget.GiveBack(size);
        }
    }

    /// <summary>The only expression of a source that is one; none where it is anything else.</summary>
    private static SyntaxNode Single(SyntaxTree tree)
    {
        SyntaxNodeList body = tree.Root.List(Body);
        return tree.Errors.Count == 0 && body.Count == 1 && body[0].Kind == SyntaxKind.Expr ? body[0][SyntaxField.Value] : default;
    }

    private void Statements()
    {
        while (_waiting.TryPop(out SyntaxNode node) && _folder.Budget.Step())
        {
            Statement(node);
        }
    }

    /// <summary>These statements come next, in their order.</summary>
    private void Wait(SyntaxNodeList statements)
    {
        for (int i = statements.Count - 1; i >= 0; i--)
        {
            _waiting.Push(statements[i]);
        }
    }

    private void Values(SyntaxNodeList expressions)
    {
        foreach (SyntaxNode expression in expressions)
        {
            _expression.Value(expression);
        }
    }

    private void Statement(SyntaxNode node)
    {
        switch (node.Kind)
        {
            case SyntaxKind.Import:
                Import(node);
                break;
            case SyntaxKind.ImportFrom:
                FromImport(node);
                break;
            case SyntaxKind.FunctionDef or SyntaxKind.AsyncFunctionDef:
                Define(node);
                break;
            case SyntaxKind.ClassDef:
                Values(node.List(DecoratorList));
                Values(node.List(Bases));
                foreach (SyntaxNode keyword in node.List(Keywords))
                {
                    _expression.Value(keyword[SyntaxField.Value]);
                }

                Forget(node.Name(Name));
                Wait(node.List(Body));
                break;
            case SyntaxKind.If or SyntaxKind.While:
                _loops |= node.Kind == SyntaxKind.While;
                _expression.Value(node[Test]);
                Wait(node.List(OrElse));
                Wait(node.List(Body));
                break;
            case SyntaxKind.For or SyntaxKind.AsyncFor:
                _loops = true;
                _expression.Value(node[Iter]);
                Forget(node[Target]);
                Wait(node.List(OrElse));
                Wait(node.List(Body));
                break;
            case SyntaxKind.With or SyntaxKind.AsyncWith:
                Open(node.List(Items));
                Wait(node.List(Body));
                break;
            case SyntaxKind.Try or SyntaxKind.TryStar:
                Wait(node.List(FinalBody));
                Wait(node.List(OrElse));
                Wait(node.List(Handlers));
                Wait(node.List(Body));
                break;
            case SyntaxKind.ExceptHandler:
                Forget(node.Name(Name));
                Wait(node.List(Body));
                break;
            case SyntaxKind.Match:
                _expression.Value(node[Subject]);
                Wait(node.List(Cases));
                break;
            case SyntaxKind.MatchCase:
                _expression.Value(node[Guard]);
                Wait(node.List(Body));
                break;
            case SyntaxKind.Return or SyntaxKind.Expr:
                _expression.Value(node[SyntaxField.Value]);
                break;
            case SyntaxKind.Raise:
                _expression.Value(node[Exc]);
                _expression.Value(node[Cause]);
                break;
            case SyntaxKind.Assert:
                _expression.Value(node[Test]);
                _expression.Value(node[Msg]);
                break;
            case SyntaxKind.Error:
                // What could be read of a line that is no Python: somebody may mend it before it is run.
                Values(node.List(SyntaxField.Values));
                Wait(node.List(Body));
                break;
            case SyntaxKind.Assign:
                FoldedValue value = _expression.Value(node[SyntaxField.Value]);
                foreach (SyntaxNode target in node.List(Targets))
                {
                    Assign(target, value);
                }

                break;
            case SyntaxKind.AnnAssign when !node[SyntaxField.Value].IsNone:
                Assign(node[Target], _expression.Value(node[SyntaxField.Value]));
                break;
            case SyntaxKind.AugAssign:
                Augment(node);
                break;
        }
    }

    private void Import(SyntaxNode node)
    {
        foreach (SyntaxNode alias in node.List(Names))
        {
            if (alias.Name(Name) is { Length: <= LongestPath } module)
            {
                string top = module.Split('.')[0];
                _names[alias.Name(AsName) ?? top] = new FoldedName(alias.Name(AsName) is null ? top : module, "");
            }
        }
    }

    private void FromImport(SyntaxNode node)
    {
        if (node.Value(Level) > 0)
        {
            Beside(node);
            return;
        }

        if (node.Name(Module) is not { Length: <= LongestPath } module)
        {
            return;
        }

        foreach (SyntaxNode alias in node.List(Names))
        {
            if (alias.Name(Name) is { } item && item != "*")
            {
                _names[alias.Name(AsName) ?? item] = new FoldedName(module, item);
            }
        }
    }

    private void Open(SyntaxNodeList items)
    {
        foreach (SyntaxNode item in items)
        {
            FoldedValue opened = _expression.Value(item[ContextExpr]);
            if (!item[OptionalVars].IsNone)
            {
                Assign(item[OptionalVars], opened is FoldedFile ? opened : FoldedValue.Unknown);
            }
        }
    }

    /// <summary>A function whose body is to return one expression is known; of any other only its statements are read.</summary>
    private void Define(SyntaxNode node)
    {
        foreach (SyntaxNode decorator in node.List(DecoratorList))
        {
            if (_expression.Value(decorator) is FoldedFunction applied && _later is not null)
            {
                applied.Body([FoldedValue.Unknown]);
            }
        }

        IReadOnlyList<SourceParameter> parameters = _expression.Parameters(node[Args]);
        SyntaxNodeList body = node.List(Body);
        bool isKnown = node.Kind == SyntaxKind.FunctionDef && body.Count > 0 && body[0].Kind == SyntaxKind.Return;
        if (node.Name(Name) is { } name)
        {
            _names[name] = isKnown ? _expression.Function(parameters, body[0][SyntaxField.Value])
                : _later is not null && node.Kind == SyntaxKind.FunctionDef && IsPlain(body) ? new FoldedFunction(arguments => Called(node, parameters, arguments)) : FoldedValue.Unknown;
        }

        if (_later is not null)
        {
            // A function of the module sees the module's names as they are in the end; one in a function those around it.
            _later.Enqueue((node, _module is null ? [] : _names));
            return;
        }

        foreach (SourceParameter parameter in parameters)
        {
            Forget(parameter.Name);
        }

        // The parameters of one that is known are known only when it is called.
        if (!isKnown)
        {
            Wait(body);
        }
    }

    private void Augment(SyntaxNode node)
    {
        FoldedValue more = _expression.Value(node[SyntaxField.Value]);
        if (node[Target].Kind == SyntaxKind.Name && node[Target].Name(Id) is { } name)
        {
            // How often a loop adds is not known.
            _names[name] = _loops ? FoldedValue.Unknown : _expression.Binary(node.Operator, Lookup(name), more);
        }
        else
        {
            _expression.Value(node[Target]);
        }
    }

    private void Assign(SyntaxNode target, FoldedValue value)
    {
        switch (target.Kind)
        {
            case SyntaxKind.Name when target.Name(Id) is { } name:
                _names[name] = value;
                break;
            case SyntaxKind.Tuple or SyntaxKind.List:
                SyntaxNodeList targets = target.List(Elts);
                IReadOnlyList<FoldedValue>? items = value.IsUnknown ? null : _folder.Items(value);
                for (int i = 0; i < targets.Count; i++)
                {
                    if (targets[i].Kind == SyntaxKind.Name && targets[i].Name(Id) is { } one)
                    {
                        _names[one] = items?.Count == targets.Count ? items[i] : FoldedValue.Unknown;
                    }
                    else
                    {
                        Forget(targets[i]);
                    }
                }

                break;
            default:
                // What an item or an attribute is taken of is folded like any other expression.
                _expression.Value(target);
                break;
        }
    }

    private void Forget(string? name)
    {
        if (name is not null)
        {
            _names[name] = FoldedValue.Unknown;
        }
    }

    private void Forget(SyntaxNode target)
    {
        foreach (SyntaxNode node in SyntaxWalk.Of(target))
        {
            if (node.Kind == SyntaxKind.Name && node.Context == ExpressionContext.Store)
            {
                Forget(node.Name(Id));
            }
        }
    }

    /// <summary>What a name means: what the source made of it, a builtin, or a module that whoever runs the source has imported.</summary>
    private FoldedValue Lookup(string name)
    {
        if (_names.TryGetValue(name, out FoldedValue? known) || _module?.TryGetValue(name, out known) is true)
        {
            return known;
        }

        if (name is "__file__" && _folder.Beside is not null)
        {
            return new FoldedText(BesideFiles.Here + "__file__");
        }

        string builtin = "builtins." + name;
        return PureFunctions.Find(builtin) is not null || CallableSinks.Of(builtin) is not null || name is "print" or "object" or "setattr" or "__builtins__" or "delattr" or "input" or "globals" or "vars"
            ? new FoldedName("builtins", name == "__builtins__" ? "" : name)
            : KnownModules.Has(name) ? new FoldedName(name, "") : FoldedValue.Unknown;
    }
}
