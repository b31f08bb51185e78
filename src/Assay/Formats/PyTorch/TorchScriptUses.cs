// Which operators a source file of TorchScript uses.
using Assay.Bytes;
using Assay.Python.Syntax;

namespace Assay.Formats.PyTorch;

/// <summary>
/// The operators that a source file of TorchScript uses. All names are known when it is compiled: <c>torch.f</c> is the operator <c>aten::f</c>, <c>ops.n.f</c> is
/// <c>n::f</c>, <c>__torch__.torch.classes.n.C</c> a class of a native library. Variables may stand for namespaces and operators, and <c>getattr</c> with a literal is
/// an attribute. To name an operator counts as using it. Methods of values are left out: where one is an operator, its first argument is the value itself
/// (<c>self</c>), and no operator that takes the name of a file has such.
/// </summary>
internal sealed class TorchScriptUses
{
    /// <summary>So many different uses are kept.</summary>
    public const int MostUses = 10_000;

    private const int MostRounds = 8;
    private const int LongestArgument = 256;
    private const int MostArguments = 4;
    private const string Native = "__torch__.torch.classes";

    private readonly SyntaxTree _tree;
    private readonly Dictionary<TorchScriptUse, TorchScriptUse> _uses = [];

    /// <summary>Nodes that stand for a namespace.</summary>
    private readonly Dictionary<int, string> _spaces = [];

    /// <summary>Variables that stand for a namespace, by the number of their name.</summary>
    private readonly Dictionary<int, string> _variables = [];
    private readonly List<(int Start, int End)> _loading = [];

    private TorchScriptUses(SyntaxTree tree) => _tree = tree;

    /// <summary>The uses, in the order in which they first stand.</summary>
    public IEnumerable<TorchScriptUse> All => _uses.Values.OrderBy(u => u.Offset);

    /// <summary>Whether there are more uses than are kept.</summary>
    public bool IsCut { get; private set; }

    /// <summary>How many classes there are.</summary>
    public int Classes { get; private set; }

    /// <summary>How many functions there are, methods included.</summary>
    public int Functions { get; private set; }

    /// <summary>Whether a class says how it takes its state, which loading calls.</summary>
    public bool RunsAtLoad => _loading.Count > 0;

    /// <summary>The uses of a source.</summary>
    public static TorchScriptUses Of(SyntaxTree tree, ScanBudget budget)
    {
        TorchScriptUses uses = new(tree);
        int rounds = 0;
        while (uses.Resolve())
        {
            if (++rounds == MostRounds)
            {
                uses.IsCut = true;
                break;
            }

            budget.SpendWork(4L * tree.Count);
        }

        uses.Collect();
        return uses;
    }

    /// <summary>Finds what stands for a namespace; true where a variable came to stand for one. Children have lower numbers than their parents.</summary>
    private bool Resolve()
    {
        bool grew = false;
        for (int number = 1; number < _tree.Count; number++)
        {
            SyntaxNode node = _tree[number];
            switch (node.Kind)
            {
                case SyntaxKind.Name:
                    if (node.Name(SyntaxField.Id) is "torch" or "ops" or "__torch__")
                        _spaces[number] = node.Name(SyntaxField.Id)!;
                    else if (_variables.TryGetValue(node.NameNumber(SyntaxField.Id), out string? known))
                        _spaces[number] = known;

                    break;
                case SyntaxKind.Attribute or SyntaxKind.Call:
                    if (Member(node) is { Space: { } space } member && Inner(space, member.Name) is { } inner)
                        _spaces[number] = inner;

                    break;
                case SyntaxKind.Assign:
                    foreach (SyntaxNode target in node.List(SyntaxField.Targets))
                        grew |= Assign(target, node[SyntaxField.Value]);

                    break;
                case SyntaxKind.AnnAssign:
                    grew |= Assign(node[SyntaxField.Target], node[SyntaxField.Value]);
                    break;
                default:
                    break;
            }
        }

        return grew;
    }

    private bool Assign(SyntaxNode target, SyntaxNode value) =>
        target.Kind is SyntaxKind.Name && _spaces.TryGetValue(value.Number, out string? space) && _variables.TryAdd(target.NameNumber(SyntaxField.Id), space);

    /// <summary>What an attribute, or a getattr with a literal, is an attribute of, and its name; the space is null where the owner is a value.</summary>
    private (string? Space, string Name)? Member(SyntaxNode node)
    {
        if (node.Kind is not (SyntaxKind.Attribute or SyntaxKind.Call))
            return null;

        if (node.Kind is SyntaxKind.Attribute)
            return (_spaces.GetValueOrDefault(node[SyntaxField.Value].Number), node.Name(SyntaxField.Attr) ?? "");

        SyntaxNodeList arguments = node.List(SyntaxField.Args);
        if (node[SyntaxField.Func] is not { Kind: SyntaxKind.Name } callee || callee.Name(SyntaxField.Id) is not "getattr" || arguments.Count < 2)
            return null;

        return arguments[1] is { Kind: SyntaxKind.Constant, ConstantKind: ConstantKind.Text or ConstantKind.UnicodeText } name
            ? (_spaces.GetValueOrDefault(arguments[0].Number), ConstantValue.Text(name))
            : null;
    }

    /// <summary>The namespace that a member of a namespace is; null where it is an operator, a class or a function.</summary>
    private static string? Inner(string space, string name) => space switch
    {
        // torch.autograd is torch.
        "torch" => name is "autograd" ? "torch" : null,
        "ops" => $"ops.{name}",
        "__torch__" => name is "torch" ? "__torch__.torch" : null,
        "__torch__.torch" => name is "classes" ? Native : null,
        Native => $"{Native}.{name}",
        _ => null,
    };

    /// <summary>The set of operators that a namespace has; null where its members are no operators.</summary>
    private static string? Domain(string space) =>
        space is "torch" ? "aten"
        : space.StartsWith("ops.", StringComparison.Ordinal) ? space[4..]
        : space.StartsWith(Native + ".", StringComparison.Ordinal) ? space["__torch__.".Length..]
        : null;

    private void Collect()
    {
        for (int number = 1; number < _tree.Count; number++)
        {
            SyntaxNode node = _tree[number];
            switch (node.Kind)
            {
                case SyntaxKind.ClassDef:
                    Classes++;
                    break;
                case SyntaxKind.FunctionDef:
                    Functions++;
                    if (node.Name(SyntaxField.Name) is "__setstate__")
                        _loading.Add((node.Start, node.End));

                    break;
                default:
                    break;
            }
        }

        // Functions may lie in classes in functions: none that loading runs lies in another.
        _loading.Sort();
        HashSet<int> called = [];
        for (int number = _tree.Count - 1; number > 0; number--)
        {
            SyntaxNode node = _tree[number];
            SyntaxNode call = default;
            SyntaxNode named = node;
            if (node.Kind is SyntaxKind.Call && Member(node) is null)
            {
                // What is called stands below its call; it is reported with what it gets.
                call = node;
                named = node[SyntaxField.Func];
            }

            if (Member(named) is { Space: { } space } member && Domain(space) is { } domain && called.Add(named.Number))
                Add(named, domain, member.Name, call);
        }
    }

    private void Add(SyntaxNode node, string domain, string name, SyntaxNode call)
    {
        TorchScriptUse use = new(domain, name, call.Tree is null ? "" : Arguments(call), IsAtLoad(node.Start)) { Offset = node.Start };
        if (_uses.TryGetValue(use, out TorchScriptUse? known))
        {
            known.Count++;
            known.Offset = Math.Min(known.Offset, node.Start);
        }
        else if (_uses.Count < MostUses)
        {
            _uses.Add(use, use);
        }
        else
        {
            IsCut = true;
        }
    }

    private static string Arguments(SyntaxNode call)
    {
        List<string> texts = [];
        foreach (SyntaxNode argument in call.List(SyntaxField.Args))
            Take(argument, texts);

        foreach (SyntaxNode keyword in call.List(SyntaxField.Keywords))
            Take(keyword[SyntaxField.Value], texts);

        return string.Join(TorchScriptUse.Separator, texts);
    }

    private static void Take(SyntaxNode argument, List<string> texts)
    {
        if (argument is { Kind: SyntaxKind.Constant, ConstantKind: ConstantKind.Text or ConstantKind.UnicodeText } && texts.Count < MostArguments)
        {
            string text = argument.End - argument.Start > 4 * LongestArgument ? "" : ConstantValue.Text(argument);
            texts.Add(text.Length > LongestArgument ? text[..LongestArgument] : text);
        }
    }

    private bool IsAtLoad(int offset)
    {
        int low = 0;
        int high = _loading.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = _loading[middle].Start <= offset ? (middle + 1, high) : (low, middle);
        }

        return low > 0 && offset < _loading[low - 1].End;
    }
}
