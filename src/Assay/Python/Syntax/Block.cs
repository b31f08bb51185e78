// What is open while statements are read.
namespace Assay.Python.Syntax;

/// <summary>What has blocks.</summary>
internal enum BlockKind : byte
{
    Module,
    If,
    While,
    For,
    Try,
    Except,
    With,
    Function,
    Class,
    Match,
    Case,

    /// <summary>A line that is indented for no reason; its statements belong to the block around.</summary>
    Indented,

    /// <summary>A line that could not be read and that seems to have a block.</summary>
    Error,
}

/// <summary>The clauses of a compound statement, in their order.</summary>
internal enum Clause : byte
{
    Body,
    Handlers,
    OrElse,
    Final,
}

/// <summary>A compound statement whose end is not reached.</summary>
internal struct Block
{
    public BlockKind Kind;
    public SyntaxKind Node;
    public Clause Clause;

    /// <summary>The colon is read, and the lines of the block must be indented.</summary>
    public bool Expected;

    /// <summary>Its block is closed: the next line can be another clause of it, or it is complete.</summary>
    public bool Pending;

    /// <summary>An <c>elif</c>: the only statement behind the <c>else</c> of the one around.</summary>
    public bool IsElif;
    public int Start;

    /// <summary>Where its statements begin among those that are open, and its handlers or cases among theirs.</summary>
    public int Statements;
    public int Items;

    // What was read of its header, in the order of the fields.
    public int A;
    public int B;
    public int C;
    public int D;
    public int E;

    // Lists of statements that are complete.
    public int Body;
    public int OrElse;
    public int Final;
}
