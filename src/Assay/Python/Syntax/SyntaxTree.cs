// The syntax tree of a piece of source.
namespace Assay.Python.Syntax;

/// <summary>
/// A tree equal to that of CPython's <c>ast</c>, in arrays. Nodes are numbered; the children of a node have lower numbers than the
/// node, so a walk over all numbers upwards meets every child before its parent. A tree can be deeper than any stack: walk it with
/// <see cref="SyntaxWalk"/> or with a stack of your own, never by recursion.
/// </summary>
internal sealed class SyntaxTree
{
    private readonly SyntaxNodeData[] _nodes;
    private readonly int[] _slots;

    internal SyntaxTree(SourceText text, NameTable names, SyntaxNodeData[] nodes, int count, int[] slots, int root, IReadOnlyList<SyntaxError> errors, long work)
    {
        Text = text;
        Names = names;
        _nodes = nodes;
        _slots = slots;
        Count = count;
        Root = new SyntaxNode(this, root);
        Errors = errors;
        Work = work;
    }

    /// <summary>The source.</summary>
    public SourceText Text { get; }

    /// <summary>The names in it.</summary>
    public NameTable Names { get; }

    /// <summary>One more than the highest number of a node.</summary>
    public int Count { get; }

    /// <summary>The module.</summary>
    public SyntaxNode Root { get; }

    /// <summary>Why CPython would not accept the source, by offset; the first is the one that counts. At most <see cref="PythonParser.MaxErrors"/>.</summary>
    public IReadOnlyList<SyntaxError> Errors { get; }

    /// <summary>The steps that it took to read, for tests that they grow with the source and no faster.</summary>
    public long Work { get; }

    /// <summary>The node of a number.</summary>
    public SyntaxNode this[int number] => new(this, number);

    internal ref readonly SyntaxNodeData Data(int number) => ref _nodes[number];

    internal int Value(int number, SyntaxField field)
    {
        ref readonly SyntaxNodeData node = ref _nodes[number];
        int slot = SyntaxSchema.Slot(node.Kind, field);
        return SyntaxSchema.IsInline(node.Kind) ? node.Slot : _slots[node.Slot + slot];
    }

    internal ReadOnlySpan<int> Values(int number, SyntaxField field)
    {
        int list = Value(number, field);
        return _slots.AsSpan(list + 1, _slots[list]);
    }
}

/// <summary>A node as it is stored.</summary>
internal struct SyntaxNodeData
{
    public int Start;
    public int End;

    /// <summary>Where its fields begin, or the one field that it has.</summary>
    public int Slot;
    public SyntaxKind Kind;
    public byte Detail;
}
