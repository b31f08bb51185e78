// One open bracket of braced source, with what was read in it.
namespace Assay.Formats.BracedSources;

/// <summary>What a bracket is.</summary>
internal enum BracedFrameKind
{
    /// <summary>Statements, or the whole source.</summary>
    Block,

    /// <summary>Members of a class, or what stands in a namespace.</summary>
    Declarations,

    /// <summary>An expression in parentheses.</summary>
    Group,

    /// <summary>The condition of a statement.</summary>
    Condition,

    /// <summary>Arguments.</summary>
    Call,

    /// <summary>An index.</summary>
    Index,

    /// <summary>A list or an object.</summary>
    List,
}

/// <summary>An open bracket.</summary>
internal sealed class BracedFrame(BracedFrameKind kind, BracedFunction function)
{
    public BracedFrameKind Kind { get; } = kind;

    /// <summary>The function around it.</summary>
    public BracedFunction Function { get; } = function;

    /// <summary>The class around it.</summary>
    public string Class { get; init; } = "";

    /// <summary>Whether it stands in declarations that have C's linkage, which others can call.</summary>
    public bool InExtern { get; init; }

    /// <summary>What is called or indexed.</summary>
    public BracedValue? Target { get; init; }

    /// <summary>Where that stands.</summary>
    public int At { get; init; }

    /// <summary>Whether the parentheses hold the parameters of a function that is written here.</summary>
    public bool IsParameters { get; init; }

    public List<(string? Key, BracedValue Value)> Items { get; } = [];

    /// <summary>The sum up to the last plus.</summary>
    public BracedValue? Sum { get; set; }

    /// <summary>What was read last.</summary>
    public BracedValue? Operand { get; set; }

    /// <summary>Where that stands.</summary>
    public int OperandAt { get; set; }

    /// <summary>What is assigned to.</summary>
    public BracedValue? Assigned { get; set; }

    /// <summary>The key of the item that is read.</summary>
    public string? Key { get; set; }

    /// <summary>The name before a name: the type of what is declared.</summary>
    public string? Type { get; set; }

    /// <summary>The first word of the statement.</summary>
    public string First { get; set; } = "";

    /// <summary>Where the statement begins in the tokens.</summary>
    public int Statement { get; set; }

    /// <summary>What looked like a call in this statement, and may be the head of a function.</summary>
    public BracedValue? Head { get; set; }

    public int HeadAt { get; set; }

    public List<(string? Key, BracedValue Value)> HeadItems { get; set; } = [];

    /// <summary>The name of the function whose body comes; empty for one without.</summary>
    public string? Expected { get; set; }

    /// <summary>Whether an attribute says that the function runs when the library is loaded.</summary>
    public bool IsConstructor { get; set; }

    /// <summary>Whether what is assigned lies in a section of functions that run when the library is loaded.</summary>
    public bool IsStartSection { get; set; }

    /// <summary>The class whose body was closed in this statement: what is declared behind it is an object of it.</summary>
    public string Closed { get; set; } = "";

    public bool HoldsStatements => Kind is BracedFrameKind.Block or BracedFrameKind.Declarations;

    /// <summary>Forgets the statement.</summary>
    public void Next(int token)
    {
        (Sum, Operand, Assigned, Key, Type, Head, Expected) = (null, null, null, null, null, null, null);
        (First, Closed, IsConstructor, IsStartSection, Statement) = ("", "", false, false, token);
    }
}
