// What is open while an expression is read.
namespace Assay.Python.Syntax;

/// <summary>What waits for an operand.</summary>
internal enum FrameKind : byte
{
    // Containers: they say what may come between and behind their elements.
    Root,
    Parenthesis,
    List,
    Brace,
    Call,
    Subscript,
    Comprehension,
    Parameters,
    Strings,
    Field,
    Specification,
    Yield,

    // Parts of elements: when their operand is complete, the container goes on.
    Starred,
    Named,
    Keyword,
    Unpack,
    Default,
    Annotation,
    YieldFrom,

    // Operators.
    Unary,
    Await,
    Binary,
    Compare,
    Bool,
    Condition,
    Otherwise,
    LambdaBody,
}

/// <summary>How strongly operators bind, weakest first; an operand takes in what binds at least as strongly as its place demands.</summary>
internal static class Precedence
{
    public const byte None = 0;
    public const byte Test = 2;
    public const byte Or = 3;
    public const byte And = 4;
    public const byte Not = 5;
    public const byte Comparison = 6;
    public const byte BitOr = 7;
    public const byte BitXor = 8;
    public const byte BitAnd = 9;
    public const byte Shift = 10;
    public const byte Sum = 11;
    public const byte Term = 12;
    public const byte Factor = 13;
    public const byte Power = 14;
    public const byte Await = 15;
    public const byte Primary = 16;

    /// <summary>Demanded of an operand that stands alone: not even a dot goes on with it.</summary>
    public const byte Atom = 17;

    private static readonly (byte Precedence, SyntaxOperator Operator)[] s_infix = Infix();

    /// <summary>How strongly a token binds behind an operand, and as which operator; <see cref="None"/> for one that does not.</summary>
    public static (byte Precedence, SyntaxOperator Operator) Of(TokenKind kind) => s_infix[(int)kind];

    private static (byte Precedence, SyntaxOperator Operator)[] Infix()
    {
        (byte, SyntaxOperator)[] infix = new (byte, SyntaxOperator)[256];
        void Is(TokenKind kind, byte precedence, SyntaxOperator @operator) => infix[(int)kind] = (precedence, @operator);
        Is(TokenKind.If, Test, SyntaxOperator.None);
        Is(TokenKind.Or, Or, SyntaxOperator.Or);
        Is(TokenKind.And, And, SyntaxOperator.And);
        Is(TokenKind.EqEqual, Comparison, SyntaxOperator.Eq);
        Is(TokenKind.NotEqual, Comparison, SyntaxOperator.NotEq);
        Is(TokenKind.Less, Comparison, SyntaxOperator.Lt);
        Is(TokenKind.LessEqual, Comparison, SyntaxOperator.LtE);
        Is(TokenKind.Greater, Comparison, SyntaxOperator.Gt);
        Is(TokenKind.GreaterEqual, Comparison, SyntaxOperator.GtE);
        Is(TokenKind.Is, Comparison, SyntaxOperator.Is);
        Is(TokenKind.In, Comparison, SyntaxOperator.In);
        Is(TokenKind.Not, Comparison, SyntaxOperator.NotIn);
        Is(TokenKind.VBar, BitOr, SyntaxOperator.BitOr);
        Is(TokenKind.Circumflex, BitXor, SyntaxOperator.BitXor);
        Is(TokenKind.Amper, BitAnd, SyntaxOperator.BitAnd);
        Is(TokenKind.LeftShift, Shift, SyntaxOperator.LShift);
        Is(TokenKind.RightShift, Shift, SyntaxOperator.RShift);
        Is(TokenKind.Plus, Sum, SyntaxOperator.Add);
        Is(TokenKind.Minus, Sum, SyntaxOperator.Sub);
        Is(TokenKind.Star, Term, SyntaxOperator.Mult);
        Is(TokenKind.Slash, Term, SyntaxOperator.Div);
        Is(TokenKind.DoubleSlash, Term, SyntaxOperator.FloorDiv);
        Is(TokenKind.Percent, Term, SyntaxOperator.Mod);
        Is(TokenKind.At, Term, SyntaxOperator.MatMult);
        Is(TokenKind.DoubleStar, Power, SyntaxOperator.Pow);
        Is(TokenKind.Dot, Primary, SyntaxOperator.None);
        Is(TokenKind.LPar, Primary, SyntaxOperator.None);
        Is(TokenKind.LSqb, Primary, SyntaxOperator.None);
        return infix;
    }
}

/// <summary>What a container has seen, and what it allows.</summary>
[Flags]
internal enum FrameFlags : ushort
{
    None = 0,

    // What may stand in a root.
    Stars = 1,
    Tuples = 2,
    Yields = 4,
    Walrus = 8,

    // What was seen in a container.
    Comma = 16,
    Generators = 32,
    YieldSeen = 64,

    // Braces.
    Keys = 128,
    Value = 256,
    UnpackedValue = 512,

    // Calls.
    KeywordSeen = 1024,
    UnpackSeen = 2048,
    Bases = 4096,

    // Fields of f-strings.
    ValueDone = 8192,
    Debug = 16384,

    // Text of f-strings.
    Raw = 32768,
}

/// <summary>Something that waits for an operand.</summary>
internal struct ExpressionFrame
{
    public FrameKind Kind;

    /// <summary>How strongly an operator must bind to belong to the operand.</summary>
    public byte Minimum;
    public SyntaxOperator Operator;

    /// <summary>How far a container has come; each kind has its own meaning.</summary>
    public byte State;
    public FrameFlags Flags;
    public int Start;

    /// <summary>How many operands there were before those of this frame.</summary>
    public int Base;

    // What else a kind must keep.
    public int A;
    public int B;
    public int C;
    public int D;
}
