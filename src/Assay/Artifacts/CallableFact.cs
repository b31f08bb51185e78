// A callable that a loader would resolve, and what it would do with it.
using System.Text.Json.Serialization;

namespace Assay.Artifacts;

/// <summary>What a loader would do with a callable.</summary>
[JsonConverter(typeof(EnumNameConverter<CallableUse>))]
public enum CallableUse
{
    /// <summary>It is resolved and nothing more is known; importing runs module code.</summary>
    Imported,

    /// <summary>It is called: in a pickle by REDUCE, INST or OBJ; of a class INST and OBJ without arguments run only <c>__new__</c>.</summary>
    Called,

    /// <summary>Only its <c>__new__</c> runs: in a pickle by NEWOBJ and NEWOBJ_EX.</summary>
    Constructed,

    /// <summary>State is put into it or its instance: in a pickle by BUILD. The state is the only argument.</summary>
    State,

    /// <summary>It is handed to another callable as an argument; <see cref="CallableFact.Carrier"/> names that one.</summary>
    Argument,

    /// <summary>A method of its result is called; in a pickle by an opcode: append, extend, add or __setitem__.</summary>
    Method,
}

/// <summary>
/// A callable that a loader would resolve, and what it would do with it. Uses that look the same are one fact with a count.
/// </summary>
public sealed record CallableFact : Fact
{
    /// <summary>
    /// Where the object comes from, with names as written: <c>module.name</c>; the result of calling X is
    /// <c>X()</c>; the object of a persistent id is <c>persistent()</c>.
    /// </summary>
    public required string Callee { get; init; }

    /// <summary>
    /// The same after the loader's own renaming (Python 2 aliases), platform twins and walks: <c>os.system</c> for
    /// <c>posix.system</c>. Empty when it cannot be told.
    /// </summary>
    public required string Resolved { get; init; }

    /// <summary>The module part of <see cref="Resolved"/>, and what follows it. Empty when it cannot be told.</summary>
    public string Module { get; init; } = "";

    /// <summary>The name part of <see cref="Resolved"/>; may be dotted.</summary>
    public string Name { get; init; } = "";

    /// <summary>The object itself, where it is no plain name: the result of a call, an instance. Null otherwise.</summary>
    public ValueShape? Target { get; init; }

    /// <summary>What the loader would do.</summary>
    public required CallableUse Use { get; init; }

    /// <summary>When it runs: <c>extract</c>, <c>load</c>, <c>init</c>, <c>infer</c>, <c>use</c>.</summary>
    public string Phase { get; init; } = "load";

    /// <summary>Positional arguments of a call, the state of a BUILD, the operands of a method.</summary>
    public IReadOnlyList<ValueShape> Arguments { get; init; } = [];

    /// <summary>Keyword arguments of NEWOBJ_EX, as a dict.</summary>
    public ValueShape? Keywords { get; init; }

    /// <summary>For <see cref="CallableUse.Argument"/>: the resolved callable that gets it.</summary>
    public string Carrier { get; init; } = "";

    /// <summary>How often.</summary>
    public long Count { get; init; } = 1;

    /// <summary>The first offsets.</summary>
    public IReadOnlyList<long> Offsets { get; init; } = [];

    /// <summary>
    /// True when uses with other constant arguments were folded into this fact: a judgement that needs those constants must
    /// say that it does not know them.
    /// </summary>
    public bool ConstantsElided { get; init; }

    /// <summary>The code object that the arguments hold, where the call makes one; null otherwise.</summary>
    public CarriedCode? Code { get; init; }

    /// <summary>What a pickle knows of the use; null where the callable comes from something else.</summary>
    public PickleUse? Pickle { get; init; }

    /// <summary>Whether a loader comes here; false where it lies behind the break of every one.</summary>
    public bool Reached { get; init; } = true;

    /// <summary>What made the result or the name known, innermost first; empty for plain names. Evidence for readers.</summary>
    public IReadOnlyList<string> Derivation { get; init; } = [];

    internal override long MemorySize => BareSize + (2L * (Callee.Length + Resolved.Length)) + ValueShape.MemorySizeOf(Keywords is null ? Arguments : [.. Arguments, Keywords])
        + (Target is null ? 0 : ValueShape.MemorySizeOf([Target])) + TextSize(Derivation) + (Code?.MemorySize ?? 0);
}

/// <summary>What only a pickle knows of a use of a callable.</summary>
public sealed record PickleUse
{
    /// <summary>The opcode that does it.</summary>
    public required string Opcode { get; init; }

    /// <summary>
    /// The unpicklers in which it happens, where not in all of them: <c>c</c>, <c>c-stream</c>, <c>python</c>, <c>weights-only</c>
    /// and <c>joblib</c>, which steps over the arrays in a stream.
    /// </summary>
    public IReadOnlyList<string> Dialects { get; init; } = [];

    /// <summary>
    /// The encodings of Python 2 strings with which a loader comes here, where not with all of them: <c>ascii</c>, <c>utf-8</c>,
    /// <c>latin1</c>, <c>bytes</c>.
    /// </summary>
    public IReadOnlyList<string> Encodings { get; init; } = [];

    /// <summary>Whether a persistent id comes before it: where nothing resolves such ids, unpicklers raise there.</summary>
    public bool IsBehindPersistentId { get; init; }

    /// <summary>Whether the arguments are no tuple that the stream writes but what a call gives; then they are the only argument.</summary>
    public bool ArgumentsComputed { get; init; }

    /// <summary>The restricted unpicklers on whose list its name is, so that they do not refuse it by its name: <c>weights-only</c>.</summary>
    public IReadOnlyList<string> AllowedBy { get; init; } = [];
}
