// What is known about a group of callables: what they can do, and how their arguments must look.
using Assay.Detection.Packs;

namespace Assay.Detection;

/// <summary>What a group of callables is.</summary>
internal enum CallableKind
{
    /// <summary>Does harm when it is called; the capability says which.</summary>
    Harmful,

    /// <summary>Does what models need, provided that its arguments pass the group's check.</summary>
    Benign,

    /// <summary>Reaches another callable that its arguments choose.</summary>
    Trampoline,

    /// <summary>Makes a function or a class from code that the file carries.</summary>
    CodeCarrier,
}

/// <summary>How the arguments of a benign callable or a trampoline are checked.</summary>
internal enum ArgumentCheck
{
    /// <summary>Anything but a harmful callable.</summary>
    Any,

    /// <summary>Constants and containers of constants.</summary>
    Plain,

    /// <summary>No argument may be a callable of the file's choosing, except classes.</summary>
    Data,

    /// <summary>(class, base type, state) of <c>copyreg._reconstructor</c>.</summary>
    Reconstructor,

    /// <summary>The first argument is a known, harmless callable that is called with the others.</summary>
    KnownCallable,

    /// <summary>The first argument is a callable that is kept for later.</summary>
    KeptCallable,

    /// <summary>(object, attribute name) of <c>getattr</c>.</summary>
    Attribute,

    /// <summary>Attribute or method names of <c>attrgetter</c> and <c>methodcaller</c>.</summary>
    AttributePath,

    /// <summary>One bytes object, whose content is examined as an artifact of its own.</summary>
    Bytes,

    /// <summary>A module name and a name in it, both of a numeric library.</summary>
    NumericName,

    /// <summary>(name, bases, namespace) of <c>type</c>; one argument is harmless.</summary>
    ClassSynthesis,

    /// <summary>The name of a type of the standard library.</summary>
    TypeName,

    /// <summary>A text and the name of a codec that only maps characters to bytes.</summary>
    TextEncoding,

    /// <summary>The first argument is an object that the stream made, not a module, a class or a function that it imported.</summary>
    MadeObject,

    /// <summary>No arguments pass: nothing that a model needs is done this way.</summary>
    Never,
}

/// <summary>How the target of a trampoline follows from its arguments.</summary>
internal enum Folding
{
    /// <summary>It does not.</summary>
    None,

    /// <summary>Argument 0 is an object, argument 1 the name of its attribute.</summary>
    Attribute,

    /// <summary>Argument 0 is the name of a module.</summary>
    Module,

    /// <summary>Argument 0 is a dotted name, perhaps with a colon before the attribute.</summary>
    DottedName,

    /// <summary>Argument 0 is the name of a type in <c>types</c>.</summary>
    TypeName,

    /// <summary>Argument 0 is the callable.</summary>
    First,
}

/// <summary>What importing a callable means when nothing else is done with it.</summary>
internal enum ImportWeight
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Cannot be shown to be harmless.</summary>
    Suspicious,

    /// <summary>As bad as calling it.</summary>
    Harmful,
}

/// <summary>What is known about a group of callables, with the reason.</summary>
internal sealed record CallableGroup
{
    public required string Id { get; init; }

    public required CallableKind Kind { get; init; }

    /// <summary>What a harmful callable does, as a stable word; rules refer to it.</summary>
    public string Capability { get; init; } = "";

    /// <summary>Why the group is what it is; reports print it.</summary>
    public required string Reason { get; init; }

    public ArgumentCheck Check { get; init; }

    public Folding Folding { get; init; }

    public ImportWeight Imported { get; init; }

    /// <summary>Whether <c>__new__</c> alone acts.</summary>
    public bool NewActs { get; init; }

    /// <summary>Whether what it returns is again made from code that the file carries.</summary>
    public bool ResultCarriesCode { get; init; }

    public IReadOnlyList<string> References { get; init; } = [];

    /// <summary>Where the group stands.</summary>
    public PackPlace Place { get; init; }

    /// <summary>Whether it says otherwise of callables that a group of an earlier pack lists.</summary>
    public bool Replaces { get; init; }
}
