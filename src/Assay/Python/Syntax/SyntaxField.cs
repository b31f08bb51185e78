// The fields of nodes, as CPython's ast names them.
namespace Assay.Python.Syntax;

/// <summary>A field of a node. <c>ctx</c>, <c>op</c> and what else fits into a byte is the node's <see cref="SyntaxNode.Detail"/>.</summary>
internal enum SyntaxField : byte
{
    Name,
    Id,
    Attr,
    Arg,
    Module,
    Names,
    AsName,
    Level,
    Rest,
    KwdAttrs,
    Args,
    Bases,
    Keywords,
    Body,
    OrElse,
    FinalBody,
    Handlers,
    DecoratorList,
    Returns,
    TypeParams,
    Value,
    Values,
    Targets,
    Target,
    Annotation,
    Iter,
    Ifs,
    Test,
    Msg,
    Exc,
    Cause,
    Items,
    ContextExpr,
    OptionalVars,
    Subject,
    Cases,
    Pattern,
    Patterns,
    KwdPatterns,
    Guard,
    Cls,
    Left,
    Right,
    Operand,
    Comparators,
    Ops,
    Func,
    Keys,
    Key,
    Elt,
    Elts,
    Generators,
    FormatSpec,
    Str,
    Lower,
    Upper,
    Step,
    Slice,
    Type,
    PosOnlyArgs,
    VarArg,
    KwOnlyArgs,
    KwDefaults,
    KwArg,
    Defaults,
    Bound,
    DefaultValue,

    /// <summary>The pieces of a constant that is written as several literals or as part of an f-string.</summary>
    Pieces,
}

/// <summary>How a field is stored.</summary>
internal enum SyntaxFieldType : byte
{
    /// <summary>A node, or none.</summary>
    Node,

    /// <summary>A list of nodes; some may be none (the keys of <c>**</c> in a dict, keyword-only arguments without default).</summary>
    Nodes,

    /// <summary>The number of a name, or 0 for none.</summary>
    Name,

    /// <summary>A list of numbers of names.</summary>
    Names,

    /// <summary>A number.</summary>
    Number,

    /// <summary>A list of numbers.</summary>
    Numbers,
}
