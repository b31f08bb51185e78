// Events of a trace, which unpicklers reach them, and who receives them.
namespace Assay.Pickle;

/// <summary>One thing that an unpickler would do.</summary>
public sealed record PickleTraceEvent
{
    /// <summary><c>import</c>, <c>call</c>, <c>build</c>, <c>method</c>, <c>persistent</c> or <c>extension</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The offset of the opcode.</summary>
    public required long Offset { get; init; }

    /// <summary>The opcode's name.</summary>
    public required string Opcode { get; init; }

    /// <summary>For an import: module and name as written; null where they are computed while loading.</summary>
    public string? Module { get; init; }

    /// <summary>See <see cref="Module"/>.</summary>
    public string? Name { get; init; }

    /// <summary>
    /// For call, build and method: where the object that is called or acted on comes from, with names as written:
    /// <c>module.name</c>, <c>X()</c> for the result of calling X, <c>persistent()</c> for a persistent id's object.
    /// </summary>
    public string? Callee { get; init; }

    /// <summary>The same after the loader's own renaming; empty where it cannot be told.</summary>
    public string? Resolved { get; init; }

    /// <summary>For method: <c>append</c>, <c>extend</c>, <c>add</c> or <c>setitem</c>.</summary>
    public string? Method { get; init; }

    /// <summary>For extension: the code.</summary>
    public long? Code { get; init; }
}

/// <summary>Who comes to an event.</summary>
/// <param name="Dialects">The unpicklers in which it happens; none where it lies behind the break of all of them.</param>
/// <param name="Encodings">The encodings of Python 2 strings with which it happens in them.</param>
public sealed record PickleTraceReach(IReadOnlyList<PickleDialect> Dialects, PickleEncodings Encodings)
{
    /// <summary>Nobody: the event lies behind the break of every unpickler.</summary>
    public static PickleTraceReach Nobody { get; } = new([], PickleEncodings.None);

    /// <summary>Whether an unpickler comes to it.</summary>
    public bool IsReached => Dialects.Count > 0;
}

/// <summary>Receives the streams of some bytes and their events, in order.</summary>
public abstract class PickleTraceSink
{
    /// <summary>A stream begins.</summary>
    public abstract void Begin(long offset);

    /// <summary>An event of the stream, and who comes to it.</summary>
    public abstract void Add(PickleTraceEvent traced, PickleTraceReach reach);

    /// <summary>
    /// The stream ended: the offset behind it, how the first unpickler ended and at which opcode, and how each ended where they differ.
    /// </summary>
    public abstract void End(long end, PickleEnding ending, long endingOffset, IReadOnlyDictionary<PickleDialect, PickleEnding> endings);
}
