// One thing that a value may be.
using Assay.Code.Scopes;

namespace Assay.Code.Values;

/// <summary>What one of the things is that a value may be.</summary>
internal enum AtomKind : byte
{
    /// <summary>What a caller gave.</summary>
    Origin,

    /// <summary>A module with source.</summary>
    Module,

    /// <summary>A class with source.</summary>
    Class,

    /// <summary>A function with source; with the class of its object where it is bound.</summary>
    Function,

    /// <summary>An object of a class with source.</summary>
    Instance,

    /// <summary>The object that the analysed method belongs to.</summary>
    Self,

    /// <summary><c>super()</c> in a class.</summary>
    Super,

    /// <summary>Something without source, by its dotted path.</summary>
    Foreign,

    /// <summary>An object of a class without source.</summary>
    ForeignInstance,

    /// <summary>A constant text.</summary>
    Text,

    /// <summary>A container that was written down: others may have put more into it.</summary>
    Container,

    /// <summary>Something that could not be found out.</summary>
    Unknown,
}

/// <summary>One thing that a value may be; equal ones are one object.</summary>
internal sealed class Atom(AtomTable table, int id, AtomKind kind, object target, ClassInfo? self)
{
    private Value? _value;

    /// <summary>Its number.</summary>
    public int Id { get; } = id;

    /// <summary>The table that holds it.</summary>
    public AtomTable Table { get; } = table;

    /// <summary>The value that it is alone.</summary>
    public Value Value => _value ??= Table.Of([this]);

    /// <summary>What it is.</summary>
    public AtomKind Kind { get; } = kind;

    /// <summary>For a bound function: the class of the object.</summary>
    public ClassInfo? SelfClass { get; } = self;

    /// <summary>Whether it came from a caller.</summary>
    public bool IsOrigin => Kind is AtomKind.Origin;

    /// <summary>Where it comes from.</summary>
    public Origin Origin => (Origin)target;

    /// <summary>The module.</summary>
    public CodeModule Module => (CodeModule)target;

    /// <summary>The class.</summary>
    public ClassInfo Class => (ClassInfo)target;

    /// <summary>The function.</summary>
    public FunctionInfo Function => (FunctionInfo)target;

    /// <summary>The dotted path, or the text.</summary>
    public string Text => (string)target;

    /// <inheritdoc/>
    public override string ToString() => $"{Kind} {target}";
}
