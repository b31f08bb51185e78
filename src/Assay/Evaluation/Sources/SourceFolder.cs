// Folds the statements of recovered Python source: what would it hand to something that runs?
using Assay.Evaluation.Functions;
using Assay.Evaluation.Values;
using Assay.Pickle;
using Assay.Python.Names;
using Assay.Python.Syntax;
using static Assay.Python.Syntax.SyntaxField;

namespace Assay.Evaluation.Sources;

/// <summary>
/// Runs statements on folded values: a module as its import runs it, and then each function by itself with arguments that are not known. Functions and classes of the source are called where the source calls
/// them, with what they get. Of branches that cannot be decided both are gone through; what a loop makes of a name whose rounds cannot be counted is not claimed to be known. Calls that leave the pure functions
/// are told to the folder's <see cref="Folder.OnReached"/>, with <see cref="Folder.Phase"/> for when they happen.
/// </summary>
internal sealed partial class SourceFolder : ISourceNames
{
    private const int MaxText = 1 << 20;
    private const int LongestPath = 256;
    private const int MostStars = 4;

    /// <summary>Work for each text that is parsed, and for each character of it.</summary>
    private const int ParseWork = 2000;
    private const int CharacterWork = 40;

    /// <summary>Bytes that a tree takes for each character of its source.</summary>
    private const int TreeSize = 40;
    private readonly SourceExpression _expression;
    private readonly Folder _folder;
    private readonly SyntaxTree? _tree;
    private readonly bool _isScoped;
    private readonly Queue<DefinedFunction> _later = new();
    private readonly HashSet<int> _seen = [];
    private SourceScope _scope = new(null);
    private SourceScope _module;
    private List<Block> _blocks = [];
    private int _unsure;
    private int _loops;

    /// <summary>Statements of one body that run one after the other.</summary>
    private sealed class Block(SyntaxNode parent, SyntaxField list)
    {
        public SyntaxNode Parent => parent;

        public SyntaxField Field => list;

        public int Next { get; set; }

        /// <summary>Whether they run whenever what is around them does.</summary>
        public bool IsSure { get; init; } = true;

        /// <summary>Whether they run again and again, and nobody knows how often.</summary>
        public bool IsUncounted { get; init; }

        /// <summary>Whether it is the body of a loop.</summary>
        public bool IsLoop { get; init; }

        /// <summary>What a loop goes through, where that is known.</summary>
        public IReadOnlyList<FoldedValue>? Items { get; init; }

        public int Item { get; set; }

        /// <summary>When what follows happens, where the body is for another time.</summary>
        public string? After { get; init; }
    }

    private SourceFolder(Folder folder, SyntaxTree? tree = null)
    {
        _folder = folder;
        _tree = tree;
        _isScoped = tree is not null;
        _module = _scope;
        _expression = new SourceExpression(folder, this);
    }

    /// <summary>
    /// Folds a module as it is imported: first what stands outside of functions, then each function with the names of its own, so that what one of them calls a thing changes nothing for
    /// the others.
    /// </summary>
    public static void RunModule(SyntaxTree tree, Folder folder)
    {
        SourceFolder module = new(folder, tree) { _readsBeside = folder.Beside is not null && Has(tree.Text.Slice(0, tree.Text.End), s_running) };
        folder.Source = module;
        module._left = FewestEntered + tree.Count;
        module._rounds = Has(tree.Text.Slice(0, tree.Text.End), s_unpacking) ? MostRounds : FewRounds;
        module.Document(tree);
        module.Push(tree.Root, Body);
        module.Statements();
        SourceReach? reach = folder.Interest is { } interest && module._later.Count > 0 ? new SourceReach(tree, module._module, interest, module._written.Count > 0) : null;
        while (module._later.TryDequeue(out DefinedFunction? next) && folder.Budget.Step())
        {
            if (reach?.Matters(next.Node) != false)
            {
                module.Visit(next);
            }
        }

        folder.Budget.GiveBack(module._kept);
    }

    /// <summary>Folds a whole source.</summary>
    public static void Run(string source, Folder folder) => Parsed(source, folder, tree =>
    {
        SourceFolder statements = new(folder);
        statements.Push(tree.Root, Body);
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
        while (_blocks.Count > 0 && _folder.Budget.Step())
        {
            Block top = _blocks[^1];
            SyntaxNodeList body = top.Parent.List(top.Field);
            if (top.Next < body.Count)
            {
                Statement(body[top.Next++]);
            }
            else if (!Again(top))
            {
                Pop();
            }
        }

        while (_blocks.Count > 0)
        {
            Pop();
        }
    }

    /// <summary>These statements come next.</summary>
    private void Push(Block block)
    {
        _blocks.Add(block);
        _unsure += block.IsSure ? 0 : 1;
        _loops += block.IsUncounted ? 1 : 0;
    }

    private void Push(SyntaxNode parent, SyntaxField field, bool isSure = true)
    {
        if (parent.List(field).Count > 0)
        {
            Push(new Block(parent, field) { IsSure = isSure });
        }
    }

    private void Pop()
    {
        Block top = _blocks[^1];
        _blocks.RemoveAt(_blocks.Count - 1);
        _unsure -= top.IsSure ? 0 : 1;
        _loops -= top.IsUncounted ? 1 : 0;
        _folder.Phase = top.After ?? _folder.Phase;
    }

    /// <summary>Begins another round of a loop; false where it has ended, or the block is none.</summary>
    private bool Again(Block block)
    {
        if (!block.IsLoop || block.IsUncounted || --_rounds < 0)
        {
            return false;
        }

        if (block.Items is { } items)
        {
            if (++block.Item >= items.Count)
            {
                return false;
            }

            Assign(block.Parent[Target], items[block.Item]);
        }
        else if (Arguments.Truth(_expression.Value(block.Parent[Test])) is not true)
        {
            return false;
        }

        block.Next = 0;
        return true;
    }

    /// <summary>Leaves what is run, up to a loop or altogether, as far as it is sure that it is left.</summary>
    private void Leave(bool toLoop, bool again = false)
    {
        if (_calls == 0 && !(toLoop && _blocks.Exists(b => b.IsLoop)))
        {
            // What stands behind is read all the same: nothing of the source is passed over.
            return;
        }

        while (_blocks.Count > 0)
        {
            Block top = _blocks[^1];
            if (toLoop && top.IsLoop)
            {
                if (again)
                {
                    top.Next = top.Parent.List(top.Field).Count;
                }
                else
                {
                    Pop();
                }

                return;
            }

            if (_calls == 0 && !top.IsSure)
            {
                return;
            }

            Pop();
            if (!top.IsSure)
            {
                return;
            }
        }
    }

    private void Values(SyntaxNodeList expressions)
    {
        foreach (SyntaxNode expression in expressions)
        {
            _expression.Value(expression);
        }
    }

    /// <summary>What a name means: what the source made of it, a builtin, or a module that whoever runs the source has imported.</summary>
    public FoldedValue Lookup(string name)
    {
        if (_scope.TryGet(name, out FoldedValue known))
        {
            return known;
        }

        if (name is "__file__" && _folder.Beside is not null)
        {
            return new FoldedText(BesideFiles.Here + "__file__");
        }

        if (name is "__loader__" or "__spec__")
        {
            return new FoldedName("importlib", "machinery.SourceFileLoader");
        }

        string builtin = "builtins." + name;
        return PureFunctions.Find(builtin) is not null || CallableSinks.Of(builtin) is not null || name is "print" or "object" or "setattr" or "__builtins__" or "delattr" or "input" or "globals" or "vars" or "super" or "dir" or "iter" or "format"
            ? new FoldedName("builtins", name == "__builtins__" ? "" : name)
            : KnownModules.Has(name) ? new FoldedName(name, "")
            : _module.Stars.Count > 0 ? _module.Stars.Select(m => (FoldedValue)new FoldedName(m, name)).Aggregate(FoldedChoice.Of) : FoldedValue.Unknown;
    }

    /// <summary>Gives a name a value; where it is not sure that this happens, callables that it had before stay.</summary>
    public void Bind(string name, FoldedValue value) => _scope.Set(name, _unsure > 0 && _scope.Own(name) is { } before ? FoldedChoice.Of(before, value) : value);

    private void Forget(string? name)
    {
        if (name is not null)
        {
            _scope.Set(name, FoldedValue.Unknown);
        }
    }

    private void Forget(SyntaxNode target, ValueOrigins from = ValueOrigins.None)
    {
        foreach (SyntaxNode node in SyntaxWalk.Of(target))
        {
            if (node.Kind == SyntaxKind.Name && node.Context == ExpressionContext.Store)
            {
                _scope.Set(node.Name(Id) ?? "", Origins.Unknown(from));
            }
        }
    }
}
