// The types of R's objects as its serialisation numbers them, and what a reader remembers of one.
namespace Assay.Formats.R;

/// <summary>The types of objects, and the pseudo types of <c>serialize.c</c>.</summary>
internal static class RType
{
    public const int Nil = 0;
    public const int Symbol = 1;
    public const int PairList = 2;
    public const int Closure = 3;
    public const int Environment = 4;
    public const int Promise = 5;
    public const int Call = 6;
    public const int Special = 7;
    public const int Builtin = 8;
    public const int Characters = 9;
    public const int Logical = 10;
    public const int Integer = 13;
    public const int Real = 14;
    public const int Complex = 15;
    public const int Strings = 16;
    public const int Dots = 17;
    public const int List = 19;
    public const int Expression = 20;
    public const int Bytecode = 21;
    public const int Pointer = 22;
    public const int WeakReference = 23;
    public const int Raw = 24;
    public const int S4 = 25;
    public const int Altrep = 238;
    public const int AttributedList = 239;
    public const int AttributedCall = 240;
    public const int BaseEnvironment = 241;
    public const int EmptyEnvironment = 242;
    public const int Repeated = 243;
    public const int Repeats = 244;
    public const int GenericReference = 245;
    public const int ClassReference = 246;
    public const int Persistent = 247;
    public const int Package = 248;
    public const int Namespace = 249;
    public const int BaseNamespace = 250;
    public const int MissingArgument = 251;
    public const int Unbound = 252;
    public const int GlobalEnvironment = 253;
    public const int Null = 254;
    public const int Reference = 255;
}

/// <summary>What a reader remembers of an object.</summary>
internal enum RKind : byte
{
    /// <summary>Data of any other kind.</summary>
    Data,

    /// <summary>NULL.</summary>
    Null,

    /// <summary>A symbol; the text is its name.</summary>
    Symbol,

    /// <summary>A vector of texts; the text is the first.</summary>
    Text,

    /// <summary>A call; the text is what is called.</summary>
    Call,

    /// <summary>A function.</summary>
    Function,

    /// <summary>A promise.</summary>
    Promise,

    /// <summary>An environment.</summary>
    Environment,

    /// <summary>A list of pairs; the text is its symbols, where it tells of which class an object of another representation is.</summary>
    Pairs,

    /// <summary>The value of a promise that is not evaluated yet.</summary>
    Unbound,
}

/// <summary>An object, in short.</summary>
internal readonly record struct RItem(RKind Kind, string Text = "");

/// <summary>What an object is to the one that it lies in.</summary>
internal enum RPlace : byte
{
    /// <summary>A value that whoever loads the file holds at once.</summary>
    Value,

    /// <summary>The bindings of a workspace: each becomes a variable.</summary>
    Workspace,

    /// <summary>The attributes of an object.</summary>
    Attributes,

    /// <summary>The bindings of an environment.</summary>
    Bindings,

    /// <summary>The buckets of an environment's bindings.</summary>
    Buckets,

    /// <summary>A value that lies in an environment or behind a pointer, where R itself keeps promises.</summary>
    Bound,

    /// <summary>A part of code.</summary>
    Code,

    /// <summary>The code vector of compiled code.</summary>
    Instructions,

    /// <summary>The class of an object of another representation.</summary>
    Representation,
}

/// <summary>When code runs.</summary>
internal enum RTime : byte
{
    /// <summary>When something evaluates it: a model's call, a formula.</summary>
    Language,

    /// <summary>When the function is called.</summary>
    Function,

    /// <summary>When an argument that was not needed yet is needed.</summary>
    Argument,

    /// <summary>When a variable of an environment is looked at.</summary>
    ActiveBinding,

    /// <summary>When the loaded object is looked at for the first time, be it to print it.</summary>
    Promise,
}
