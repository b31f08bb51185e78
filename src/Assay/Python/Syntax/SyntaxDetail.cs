// The parts of nodes that fit into a byte.
namespace Assay.Python.Syntax;

/// <summary>What is done with a name, attribute, item, starred expression, list or tuple (<c>ctx</c>).</summary>
internal enum ExpressionContext : byte
{
    Load,
    Store,
    Del,
}

/// <summary>Operators, as <c>ast</c> names them.</summary>
internal enum SyntaxOperator : byte
{
    None,

    And,
    Or,

    Add,
    Sub,
    Mult,
    MatMult,
    Div,
    Mod,
    Pow,
    LShift,
    RShift,
    BitOr,
    BitXor,
    BitAnd,
    FloorDiv,

    Invert,
    Not,
    UAdd,
    USub,

    Eq,
    NotEq,
    Lt,
    LtE,
    Gt,
    GtE,
    Is,
    IsNot,
    In,
    NotIn,
}

/// <summary>The type of a constant. Its value is read where it is asked for: <see cref="ConstantValue"/>.</summary>
internal enum ConstantKind : byte
{
    None,
    True,
    False,
    Ellipsis,

    /// <summary>An <c>int</c>.</summary>
    Integer,

    /// <summary>A <c>float</c>.</summary>
    Float,

    /// <summary>A <c>complex</c> without real part.</summary>
    Imaginary,

    /// <summary>A <c>str</c>.</summary>
    Text,

    /// <summary>A <c>str</c> that is written with the prefix <c>u</c> (<c>kind</c> in <c>ast</c>).</summary>
    UnicodeText,

    /// <summary>A <c>bytes</c>.</summary>
    Bytes,
}
