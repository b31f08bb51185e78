// Functions of a source that are called with what is known, and the names that it takes from the files beside it.
using Assay.Evaluation.Functions;
using Assay.Evaluation.Values;
using Assay.Python.Syntax;
using static Assay.Python.Syntax.SyntaxField;

namespace Assay.Evaluation.Sources;

internal sealed partial class SourceFolder
{
    private const int MostStatements = 24;
    private const int MostRounds = 1 << 16;
    private const int MostNested = 6;

    /// <summary>What source has that runs or unpacks something: only then it matters what the files beside it hold.</summary>
    private static readonly string[] s_running = ["exec", "eval", "b64decode", "decompress", "marshal", "fromhex", "loads(", "getattr"];

    private readonly Dictionary<string, Dictionary<string, FoldedValue>?> _beside = new(StringComparer.Ordinal);
    private bool _readsBeside;
    private int _calls;

    private static bool Runs(ReadOnlySpan<byte> source)
    {
        foreach (string word in s_running)
        {
            if (source.IndexOf(System.Text.Encoding.UTF8.GetBytes(word)) >= 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Folds a text that runs at the place of a call.</summary>
    private static FoldedValue Pinned(Folder folder, Func<FoldedValue> fold)
    {
        bool was = folder.IsPinned;
        folder.IsPinned = true;
        try
        {
            return fold();
        }
        finally
        {
            folder.IsPinned = was;
        }
    }

    /// <summary>Runs a text among the names of the module, as <c>exec</c> does.</summary>
    private void Execute(string text)
    {
        if (_calls >= MostNested)
        {
            return;
        }

        _calls++;
        Stack<SyntaxNode> waiting = _waiting;
        _waiting = new Stack<SyntaxNode>();
        Pinned(_folder, () => Parsed(text, _folder, tree =>
        {
            Wait(tree.Root.List(Body));
            while (_waiting.TryPop(out SyntaxNode node) && _folder.Budget.Step())
            {
                // What a function of the text does is read where the text is read by itself.
                if (node.Kind is not (SyntaxKind.FunctionDef or SyntaxKind.AsyncFunctionDef or SyntaxKind.ClassDef))
                {
                    Statement(node);
                }
            }

            return FoldedValue.None;
        }));
        _waiting = waiting;
        _calls--;
    }

    /// <summary>The text with which a module begins is its <c>__doc__</c>.</summary>
    private void Document(SyntaxTree tree)
    {
        if (tree.Root.List(Body) is { Count: > 0 } body && body[0].Kind is SyntaxKind.Expr && body[0][SyntaxField.Value] is { Kind: SyntaxKind.Constant, ConstantKind: ConstantKind.Text } text)
        {
            _names["__doc__"] = SourceConstant.Of(text, _folder);
        }
    }

    /// <summary><c>from .module import name</c>: the value that the module beside gives the name, where it only puts constants together.</summary>
    private void Beside(SyntaxNode node)
    {
        string? module = node.Name(Module);
        foreach (SyntaxNode alias in node.List(Names))
        {
            if (alias.Name(Name) is not { } item || item == "*")
            {
                continue;
            }

            FoldedValue value = FoldedValue.Unknown;
            if (_readsBeside && module is { Length: <= LongestPath })
            {
                string path = string.Concat(Enumerable.Repeat("../", Math.Clamp(node.Value(Level) - 1, 0, 8))) + module.Replace('.', '/') + ".py";
                if (!_beside.TryGetValue(path, out Dictionary<string, FoldedValue>? names))
                {
                    _beside.Add(path, names = NamesOf(path));
                }

                value = names?.GetValueOrDefault(item) ?? FoldedValue.Unknown;
            }

            _names[alias.Name(AsName) ?? item] = value;
        }
    }

    private Dictionary<string, FoldedValue>? NamesOf(string path)
    {
        if (_folder.Beside!(path) is not { } bytes)
        {
            return null;
        }

        Dictionary<string, FoldedValue>? names = null;
        Folder quiet = _folder.Apart();
        Parsed(System.Text.Encoding.UTF8.GetString(bytes), quiet, tree =>
        {
            SourceFolder module = new(quiet, isScoped: true);
            module.Wait(tree.Root.List(Body));
            module.Statements();
            module._module = module._names;
            names = module._names;
            return FoldedValue.None;
        });
        return names;
    }

    /// <summary>Whether a body only computes: assignments, loops over what is known, and what it returns.</summary>
    private static bool IsPlain(SyntaxNodeList body)
    {
        if (body.Count > MostStatements || body.Count == 0)
        {
            return false;
        }

        bool returns = false;
        foreach (SyntaxNode node in body)
        {
            returns |= node.Kind is SyntaxKind.Return;
            if (node.Kind is not (SyntaxKind.Return or SyntaxKind.Assign or SyntaxKind.AugAssign or SyntaxKind.AnnAssign or SyntaxKind.Expr or SyntaxKind.Import or SyntaxKind.ImportFrom or SyntaxKind.For))
            {
                return false;
            }
        }

        return returns;
    }

    /// <summary>What a plain function gives for arguments.</summary>
    private FoldedValue Called(SyntaxNode function, IReadOnlyList<SourceParameter> parameters, IReadOnlyList<FoldedValue> arguments)
    {
        if (_calls >= MostNested || !_folder.Budget.Step(1 + _names.Count))
        {
            return FoldedValue.Unknown;
        }

        (Dictionary<string, FoldedValue> names, bool loops, int site) = (_names, _loops, _folder.Site);
        (_names, _loops) = (new Dictionary<string, FoldedValue>(_names, StringComparer.Ordinal), false);
        _calls++;
        try
        {
            for (int i = 0; i < parameters.Count; i++)
            {
                _names[parameters[i].Name] = i < arguments.Count ? arguments[i] : parameters[i].Default ?? FoldedValue.Unknown;
            }

            int left = MostRounds;
            FoldedValue? given = null;
            return Plain(function.List(Body), 0, ref left, ref given) ? given ?? FoldedValue.None : FoldedValue.Unknown;
        }
        finally
        {
            _calls--;
            (_names, _loops, _folder.Site) = (names, loops, site);
        }
    }

    /// <summary>Runs statements one after the other; false where it cannot be told what they do.</summary>
    private bool Plain(SyntaxNodeList body, int depth, ref int left, ref FoldedValue? given)
    {
        foreach (SyntaxNode node in body)
        {
            if (--left < 0 || !_folder.Budget.Step())
            {
                return false;
            }

            switch (node.Kind)
            {
                case SyntaxKind.Return:
                    given = node[SyntaxField.Value].IsNone ? FoldedValue.None : _expression.Value(node[SyntaxField.Value]);
                    return true;
                case SyntaxKind.Assign or SyntaxKind.AugAssign or SyntaxKind.AnnAssign or SyntaxKind.Expr or SyntaxKind.Import or SyntaxKind.ImportFrom:
                    Statement(node);
                    break;
                case SyntaxKind.For when depth < 3 && node.List(OrElse).Count == 0:
                    FoldedValue over = _expression.Value(node[Iter]);
                    if (over.IsUnknown || _folder.Items(over) is not { } items)
                    {
                        return false;
                    }

                    foreach (FoldedValue item in items)
                    {
                        Assign(node[Target], item);
                        if (!Plain(node.List(Body), depth + 1, ref left, ref given))
                        {
                            return false;
                        }

                        if (given is not null)
                        {
                            return true;
                        }
                    }

                    break;
                default:
                    return false;
            }
        }

        return true;
    }
}
