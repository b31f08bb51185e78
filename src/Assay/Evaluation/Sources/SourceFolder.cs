// Folds the statements of recovered Python source: what would it hand to something that runs?
using System.Text;
using Assay.Evaluation.Functions;
using Assay.Evaluation.Values;
using Assay.Pickle;
using Assay.Python.Names;

namespace Assay.Evaluation.Sources;

/// <summary>
/// Walks statements in the order in which they stand, as if every one ran once, and folds their expressions. That is enough for source
/// that unpacks its own payload; what a loop or a branch makes of a name is not claimed to be known. Calls that leave the pure functions
/// are told to the folder's <see cref="Folder.OnReached"/>.
/// </summary>
internal sealed class SourceFolder
{
    private const int MaxText = 1 << 20;
    private const int LongestPath = 256;

    /// <summary>Work for each character that is split into tokens.</summary>
    private const int TokenWork = 40;
    private readonly List<SourceToken> _tokens;
    private readonly SourceExpression _expression;
    private readonly Dictionary<string, FoldedValue> _names = new(StringComparer.Ordinal);
    private readonly Folder _folder;
    private bool _loops;

    private SourceFolder(string source, Folder folder, bool onlyConstants)
    {
        _folder = folder;
        string text = source.Length > MaxText ? source[..MaxText] : source;
        _tokens = SourceToken.Split(folder.Budget.Work(TokenWork * (long)text.Length) ? text : "");
        _expression = new SourceExpression(folder, _tokens, Lookup, onlyConstants) { Bind = (name, value) => _names[name] = value };
    }

    /// <summary>Folds a whole source.</summary>
    public static void Run(string source, Folder folder) => new SourceFolder(source, folder, false).Statements();

    /// <summary>What <c>ast.literal_eval</c> gives.</summary>
    public static FoldedValue Literal(string text, Folder folder) => new SourceFolder(text, folder, true).Single();

    /// <summary>What <c>eval</c> gives.</summary>
    public static FoldedValue Evaluate(string text, Folder folder) => new SourceFolder(text.Trim(), folder, false).Single();

    private SourceToken Current => _tokens[_expression.At];

    private FoldedValue Single()
    {
        if (Current.Kind == SourceTokenKind.End)
        {
            return FoldedValue.Unknown;
        }

        FoldedValue value = _expression.List();
        while (_expression.At < _tokens.Count - 1 && Current is { Kind: SourceTokenKind.End, Text: "\n" })
        {
            _expression.At++;
        }

        return _expression.Failed || _expression.At < _tokens.Count - 1 ? FoldedValue.Unknown : value;
    }

    private void Statements()
    {
        while (_expression.At < _tokens.Count - 1 && _folder.Budget.Step())
        {
            if (Current.Kind == SourceTokenKind.End)
            {
                _expression.At++;
                continue;
            }

            int before = _expression.At;
            _expression.Failed = false;
            Statement();
            if (_expression.Failed || _expression.At == before)
            {
                Skip();
            }
        }
    }

    private void Skip()
    {
        while (_expression.At < _tokens.Count - 1 && Current.Kind != SourceTokenKind.End)
        {
            _expression.At++;
        }
    }

    private void Statement()
    {
        switch (Current is { Kind: SourceTokenKind.Name } word ? word.Text : "")
        {
            case "import":
                Import();
                break;
            case "from":
                FromImport();
                break;
            case "def":
                Define();
                break;
            case "if" or "elif" or "while":
                _loops |= Current.Text == "while";
                _expression.At++;
                _expression.Value();
                _expression.Take(":");
                break;
            case "for":
                _loops = true;
                Skip(":");
                break;
            case "with":
                _expression.At++;
                FoldedValue opened = _expression.Value();
                if (_expression.Take("as") && Current.Kind == SourceTokenKind.Name)
                {
                    _names[Current.Text] = opened is FoldedFile ? opened : FoldedValue.Unknown;
                }

                Skip(":");
                break;
            case "else" or "try" or "finally" or "except" or "class":
                Skip(":");
                break;
            case "return" or "raise" or "assert" or "del" or "await" or "yield" or "async" or "global" or "nonlocal" or "pass" or "break" or "continue":
                _expression.At++;
                break;
            default:
                Assignment();
                break;
        }
    }

    /// <summary>Steps behind the colon that ends a header; what follows on the same line is a statement.</summary>
    private void Skip(string end)
    {
        int depth = 0;
        for (; Current.Kind != SourceTokenKind.End && _expression.At < _tokens.Count - 1; _expression.At++)
        {
            string text = Current.Kind == SourceTokenKind.Operator ? Current.Text : "";
            depth += text is "(" or "[" or "{" ? 1 : text is ")" or "]" or "}" ? -1 : 0;
            if (depth == 0 && text == end)
            {
                _expression.At++;
                return;
            }
        }
    }

    private void Import()
    {
        do
        {
            _expression.At++;
            if (Dotted() is not { } module)
            {
                return;
            }

            string top = module.Split('.')[0];
            string name = Alias() ?? "";
            _names[name.Length > 0 ? name : top] = new FoldedName(name.Length > 0 ? module : top, "");
        }
        while (Current is { Kind: SourceTokenKind.Operator, Text: "," });
    }

    private void FromImport()
    {
        _expression.At++;
        if (Dotted() is not { } module || Current.Text != "import")
        {
            _expression.Failed = true;
            return;
        }

        do
        {
            _expression.At++;
            _expression.Take("(");
            if (Current.Kind != SourceTokenKind.Name)
            {
                return;
            }

            string item = Current.Text;
            _expression.At++;
            _names[Alias() ?? item] = new FoldedName(module, item);
        }
        while (Current is { Kind: SourceTokenKind.Operator, Text: "," });
        _expression.Take(")");
    }

    private string? Dotted()
    {
        StringBuilder path = new();
        while (Current.Kind == SourceTokenKind.Name)
        {
            if (path.Length <= LongestPath)
            {
                path.Append(Current.Text);
            }

            _expression.At++;
            if (!_expression.Take("."))
            {
                break;
            }

            path.Append('.');
        }

        return path.Length is 0 or > LongestPath ? null : path.ToString();
    }

    private string? Alias()
    {
        if (!_expression.Take("as") || Current.Kind != SourceTokenKind.Name)
        {
            return null;
        }

        return _tokens[_expression.At++].Text;
    }

    /// <summary>A function whose body is to return one expression is known; of any other only its statements are read.</summary>
    private void Define()
    {
        _expression.At++;
        string name = Current.Text;
        _expression.At++;
        if (!_expression.Take("("))
        {
            _expression.Failed = true;
            return;
        }

        IReadOnlyList<SourceParameter> parameters = _expression.Parameters(")");
        _expression.Take(")");
        Skip(":");
        int body = _expression.At;
        while (body < _tokens.Count - 1 && _tokens[body].Kind == SourceTokenKind.End)
        {
            body++;
        }

        bool known = _tokens[body] is { Kind: SourceTokenKind.Name, Text: "return" };
        _names[name] = known && !_expression.Failed ? _expression.Function(parameters, body + 1) : FoldedValue.Unknown;
        foreach (SourceParameter parameter in parameters)
        {
            _names[parameter.Name] = FoldedValue.Unknown;
        }

        if (known)
        {
            // Its parameters are known only when it is called.
            _expression.At = body;
            Skip();
        }
    }

    private void Assignment()
    {
        int start = _expression.At;
        int end = start;
        List<string> targets = [];
        while (_tokens[end].Kind == SourceTokenKind.Name)
        {
            targets.Add(_tokens[end++].Text);
            if (_tokens[end] is not { Kind: SourceTokenKind.Operator, Text: "," })
            {
                break;
            }

            end++;
        }

        SourceToken sign = _tokens[Math.Min(end, _tokens.Count - 1)];
        if (targets.Count > 0 && sign is { Kind: SourceTokenKind.Operator, Text: "=" })
        {
            _expression.At = end + 1;
            FoldedValue value = Chain(targets);
            Assign(targets, value);
            return;
        }

        if (targets.Count == 1 && sign is { Kind: SourceTokenKind.Operator, Text.Length: >= 2 } && sign.Text[^1] == '=' && sign.Text is not ("==" or "!=" or "<=" or ">=" or ":="))
        {
            _expression.At = end + 1;
            FoldedValue more = _expression.List();
            // How often a loop adds is not known.
            _names[targets[0]] = _loops ? FoldedValue.Unknown : _expression.Binary(sign.Text[..^1], Lookup(targets[0]), more);
            return;
        }

        _expression.List();
        while (_expression.Take("=") || _expression.Take(":"))
        {
            _expression.List();
        }
    }

    /// <summary>The value of <c>a = b = value</c>; every name on the way gets it.</summary>
    private FoldedValue Chain(List<string> targets)
    {
        while (Current.Kind == SourceTokenKind.Name && _tokens[_expression.At + 1] is { Kind: SourceTokenKind.Operator, Text: "=" } && targets.Count == 1)
        {
            string other = Current.Text;
            _expression.At += 2;
            FoldedValue value = _expression.List();
            _names[other] = value;
            return value;
        }

        return _expression.List();
    }

    private void Assign(List<string> targets, FoldedValue value)
    {
        if (targets.Count == 1)
        {
            _names[targets[0]] = value;
            return;
        }

        IReadOnlyList<FoldedValue>? items = value.IsUnknown ? null : _folder.Items(value);
        for (int i = 0; i < targets.Count; i++)
        {
            _names[targets[i]] = items?.Count == targets.Count ? items[i] : FoldedValue.Unknown;
        }
    }

    /// <summary>What a name means: what the source made of it, a builtin, or a module that whoever runs the source has imported.</summary>
    private FoldedValue Lookup(string name)
    {
        if (_names.TryGetValue(name, out FoldedValue? known))
        {
            return known;
        }

        string builtin = "builtins." + name;
        return PureFunctions.Find(builtin) is not null || CallableSinks.Of(builtin) is not null || name is "print" or "object" or "setattr" or "__builtins__" or "delattr" or "input"
            ? new FoldedName("builtins", name == "__builtins__" ? "" : name)
            : KnownModules.Has(name) ? new FoldedName(name, "") : FoldedValue.Unknown;
    }
}
