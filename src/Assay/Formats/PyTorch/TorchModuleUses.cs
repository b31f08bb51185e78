// What a Python module calls, when it is imported and in its functions.
using System.Globalization;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Python.Names;
using Assay.Python.Syntax;

namespace Assay.Formats.PyTorch;

/// <summary>
/// What a Python module calls, by the paths of what its names stand for: imports, in whatever scope, names that are assigned such a path, <c>__import__</c>, <c>import_module</c> and
/// <c>getattr</c> with texts. Only calls of builtins and of the standard library are taken: what packages do happens to everybody who uses them.
/// </summary>
internal sealed class TorchModuleUses
{
    private const int MostUses = 20_000;
    private const int MostTexts = 256;
    private const int LongestText = 4096;
    private const int MostRounds = 4;
    private const int MostStars = 8;
    private readonly SyntaxTree _tree;
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<int, string> _paths = [];
    private readonly List<(int Start, int End)> _functions = [];
    /// <summary>Modules of the standard library whose names a star brings in: a name that nothing else gives may be theirs.</summary>
    private readonly List<string> _stars = [];
    private readonly HashSet<string> _standard = [.. KnownModules.OfStandardLibrary];

    /// <summary>Reads the calls of a module.</summary>
    public TorchModuleUses(SyntaxTree tree, ScanBudget budget)
    {
        _tree = tree;
        Import();
        int before = -1;
        for (int round = 0; round < MostRounds && before != _names.Count; round++)
        {
            before = _names.Count;
            budget.SpendWork(8L * tree.Count);
            Resolve();
        }

        Collect();
    }

    /// <summary>What runs when the module is imported.</summary>
    public List<CodeUse> AtLoad { get; } = [];

    /// <summary>What its functions call.</summary>
    public List<CodeUse> InFunctions { get; } = [];

    /// <summary>The texts of the module, perhaps not all.</summary>
    public List<string> Texts { get; } = [];

    /// <summary>Whether there is more than was kept.</summary>
    public bool IsCut { get; private set; }

    private void Import()
    {
        for (int number = 1; number < _tree.Count; number++)
        {
            SyntaxNode node = _tree[number];
            switch (node.Kind)
            {
                case SyntaxKind.Import:
                    foreach (SyntaxNode alias in node.List(SyntaxField.Names))
                    {
                        string name = alias.Name(SyntaxField.Name) ?? "";
                        _names[alias.Name(SyntaxField.AsName) ?? name.Split('.')[0]] = alias.Name(SyntaxField.AsName) is null ? name.Split('.')[0] : name;
                    }

                    break;
                case SyntaxKind.ImportFrom when node.Name(SyntaxField.Module) is { } from && node.Value(SyntaxField.Level) == 0:
                    foreach (SyntaxNode alias in node.List(SyntaxField.Names))
                    {
                        if (alias.Name(SyntaxField.Name) is "*")
                        {
                            if (_stars.Count < MostStars && _standard.Contains(from.Split('.')[0]) && !_stars.Contains(from))
                                _stars.Add(from);
                        }
                        else
                        {
                            _names[alias.Name(SyntaxField.AsName) ?? alias.Name(SyntaxField.Name) ?? ""] = $"{from}.{alias.Name(SyntaxField.Name)}";
                        }
                    }

                    break;
                case SyntaxKind.FunctionDef or SyntaxKind.AsyncFunctionDef or SyntaxKind.Lambda:
                    _functions.Add((node.Start, node.End));
                    break;
                case SyntaxKind.Constant when node.ConstantKind is ConstantKind.Text or ConstantKind.UnicodeText && Texts.Count < MostTexts && node.End - node.Start is > 5 and < LongestText:
                    Texts.Add(ConstantValue.Text(node));
                    break;
                default:
                    break;
            }
        }

        _functions.Sort();
    }

    /// <summary>Finds the paths of all expressions that have one. Children have lower numbers than their parents.</summary>
    private void Resolve()
    {
        for (int number = 1; number < _tree.Count; number++)
        {
            SyntaxNode node = _tree[number];
            switch (node.Kind)
            {
                case SyntaxKind.Name when node.Name(SyntaxField.Id) is { } name:
                    _paths[number] = _names.GetValueOrDefault(name, name);
                    break;
                case SyntaxKind.Attribute when _paths.TryGetValue(node[SyntaxField.Value].Number, out string? owner) && owner.Length < LongestText:
                    _paths[number] = $"{owner}.{node.Name(SyntaxField.Attr)}";
                    break;
                case SyntaxKind.Call when Found(node) is { } found:
                    _paths[number] = found;
                    break;
                case SyntaxKind.Assign when node.List(SyntaxField.Targets) is { Count: 1 } targets && targets[0].Kind is SyntaxKind.Name && _paths.TryGetValue(node[SyntaxField.Value].Number, out string? path)
                        && targets[0].Name(SyntaxField.Id) is { } assigned && (path.Contains('.', StringComparison.Ordinal) || path is "eval" or "exec" or "compile" or "open" or "__import__" or "getattr"):
                    _names.TryAdd(assigned, path);
                    break;
                default:
                    break;
            }
        }
    }

    /// <summary>What a call finds by constant texts: a module by its name, an attribute by its.</summary>
    private string? Found(SyntaxNode call)
    {
        SyntaxNodeList arguments = call.List(SyntaxField.Args);
        string callee = _paths.GetValueOrDefault(call[SyntaxField.Func].Number, "");
        return callee switch
        {
            "__import__" or "importlib.import_module" when arguments.Count > 0 => Text(arguments[0]),
            "getattr" when arguments.Count > 1 && Text(arguments[1]) is { } name && _paths.TryGetValue(arguments[0].Number, out string? owner) => $"{owner}.{name}",
            _ => null,
        };
    }

    private void Collect()
    {
        HashSet<(string, bool)> told = [];
        for (int number = 1; number < _tree.Count; number++)
        {
            SyntaxNode node = _tree[number];
            if (node.Kind is not SyntaxKind.Call)
                continue;

            if (AtLoad.Count + InFunctions.Count >= MostUses)
            {
                IsCut = true;
                return;
            }

            string callee = _paths.GetValueOrDefault(node[SyntaxField.Func].Number, "");
            if (callee.Length == 0)
                continue;

            if (node[SyntaxField.Func].Kind is SyntaxKind.Name && !_names.ContainsKey(callee))
            {
                List<ValueShape> given = [.. Shapes(node)];
                foreach (string star in _stars)
                    (IsInFunction(node.Start) ? InFunctions : AtLoad).Add(new CodeUse($"{star}.{callee}", true) { Arguments = given });
            }

            string root = callee.Split('.')[0];
            bool isLoad = !IsInFunction(node.Start);
            if (IsOrdinary(callee, root))
                continue;

            List<ValueShape> arguments = [.. Shapes(node)];
            bool isConstant = arguments.Exists(a => a.Kind is not ShapeKind.Unknown);
            if (!isConstant && !told.Add((callee, isLoad)))
                continue;

            (isLoad ? AtLoad : InFunctions).Add(new CodeUse(callee, callee.Contains('.', StringComparison.Ordinal) || _names.ContainsValue(callee)) { Arguments = arguments });
        }
    }

    /// <summary>
    /// Whether every such module may call it: functions of packages, which handlers are made of; logging and parsing of options; modules that are chosen by what is at hand; a file that
    /// is removed again, a folder that is made.
    /// </summary>
    private bool IsOrdinary(string callee, string root) =>
        (callee.Contains('.', StringComparison.Ordinal) && !_standard.Contains(root)) || root is "logging" or "argparse" or "warnings" or "importlib" || callee is "os.remove" or "os.unlink" or "os.makedirs" or "os.mkdir";

    private IEnumerable<ValueShape> Shapes(SyntaxNode call)
    {
        List<ValueShape> shapes = [];
        foreach (SyntaxNode argument in call.List(SyntaxField.Args))
            shapes.Add(Shape(argument));

        foreach (SyntaxNode keyword in call.List(SyntaxField.Keywords))
            shapes.Add(Shape(keyword[SyntaxField.Value]));

        return shapes.Take(16);
    }

    private ValueShape Shape(SyntaxNode node)
    {
        if (Text(node) is { } text)
            return new ValueShape(ShapeKind.Str, text.Length > LongestText ? text[..LongestText] : text) { Count = text.Length };

        if (node.Kind is SyntaxKind.Constant && node.ConstantKind is ConstantKind.Integer && ConstantValue.Integer(node) is { } number)
            return new ValueShape(ShapeKind.Int, number.ToString(CultureInfo.InvariantCulture));

        if (node.Kind is SyntaxKind.List or SyntaxKind.Tuple)
        {
            List<ValueShape> items = [];
            foreach (SyntaxNode item in node.List(SyntaxField.Elts))
                items.Add(Text(item) is { } inner ? new ValueShape(ShapeKind.Str, inner) : new ValueShape(ShapeKind.Unknown));

            return new ValueShape(ShapeKind.List) { Items = items, Count = items.Count };
        }

        return _paths.TryGetValue(node.Number, out string? path) && path.Contains('.', StringComparison.Ordinal) ? new ValueShape(ShapeKind.Import, path) : new ValueShape(ShapeKind.Unknown);
    }

    private static string? Text(SyntaxNode node) =>
        node is { Kind: SyntaxKind.Constant, ConstantKind: ConstantKind.Text or ConstantKind.UnicodeText } && node.End - node.Start < 1 << 20 ? ConstantValue.Text(node) : null;

    private bool IsInFunction(int offset)
    {
        // Functions lie in each other or apart: the last that begins before may have ended, and one around it not.
        int low = 0;
        int high = _functions.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = _functions[middle].Start <= offset ? (middle + 1, high) : (low, middle);
        }

        for (int i = low - 1, steps = 0; i >= 0 && steps < 256; i--, steps++)
        {
            if (_functions[i].End > offset)
                return true;
        }

        return false;
    }
}
