// A node of a syntax tree.
namespace Assay.Python.Syntax;

/// <summary>
/// A node: a tree and a number in it. Fields are asked for by the names that <c>ast</c> gives them; to ask for one that the kind
/// does not have is a mistake of the caller and throws.
/// </summary>
internal readonly record struct SyntaxNode(SyntaxTree Tree, int Number)
{
    /// <summary>Its kind; <see cref="SyntaxKind.None"/> where an optional child is absent.</summary>
    public SyntaxKind Kind => Tree.Data(Number).Kind;

    /// <summary>Whether an optional child is absent.</summary>
    public bool IsNone => Number == 0;

    /// <summary>The offset of its first byte.</summary>
    public int Start => Tree.Data(Number).Start;

    /// <summary>The offset behind its last byte.</summary>
    public int End => Tree.Data(Number).End;

    /// <summary>The operator, the context, the type of a constant: what fits into a byte.</summary>
    public byte Detail => Tree.Data(Number).Detail;

    /// <summary>The operator of a BoolOp, BinOp, UnaryOp or AugAssign.</summary>
    public SyntaxOperator Operator => (SyntaxOperator)Detail;

    /// <summary>What is done with a Name, Attribute, Subscript, Starred, List or Tuple.</summary>
    public ExpressionContext Context => (ExpressionContext)Detail;

    /// <summary>The type of a Constant or of a MatchSingleton.</summary>
    public ConstantKind ConstantKind => (ConstantKind)Detail;

    /// <summary>Whether a comprehension is <c>async for</c>; whether the target of an AnnAssign is a name without parentheses (<c>simple</c>).</summary>
    public bool Flag => Detail != 0;

    /// <summary>The conversion of a FormattedValue or an Interpolation: <c>s</c>, <c>r</c>, <c>a</c>, or 0 for none.</summary>
    public char Conversion => (char)Detail;

    /// <summary>A child; absent ones are none.</summary>
    public SyntaxNode this[SyntaxField field] => new(Tree, Tree.Value(Number, field));

    /// <summary>A list of children.</summary>
    public SyntaxNodeList List(SyntaxField field) => new(Tree, Tree.Values(Number, field));

    /// <summary>The number of a name; 0 when there is none.</summary>
    public int NameNumber(SyntaxField field) => Tree.Value(Number, field);

    /// <summary>A name, or null when there is none.</summary>
    public string? Name(SyntaxField field) => Tree.Value(Number, field) is > 0 and int number ? Tree.Names[number] : null;

    /// <summary>A number, such as the level of an ImportFrom.</summary>
    public int Value(SyntaxField field) => Tree.Value(Number, field);

    /// <summary>Numbers as they are stored: numbers of names, operators of a Compare.</summary>
    public ReadOnlySpan<int> Values(SyntaxField field) => Tree.Values(Number, field);

    /// <summary>The source of the node.</summary>
    public ReadOnlySpan<byte> Source => Tree.Text.Slice(Start, End);
}

/// <summary>A list of nodes.</summary>
internal readonly ref struct SyntaxNodeList(SyntaxTree tree, ReadOnlySpan<int> numbers)
{
    private readonly ReadOnlySpan<int> _numbers = numbers;

    public int Count => _numbers.Length;

    public SyntaxNode this[int index] => new(tree, _numbers[index]);

    public Enumerator GetEnumerator() => new(tree, _numbers);

    /// <summary>Walks over the list.</summary>
    public ref struct Enumerator(SyntaxTree tree, ReadOnlySpan<int> numbers)
    {
        private readonly ReadOnlySpan<int> _numbers = numbers;
        private int _at = -1;

        public readonly SyntaxNode Current => new(tree, _numbers[_at]);

        public bool MoveNext() => ++_at < _numbers.Length;
    }
}
