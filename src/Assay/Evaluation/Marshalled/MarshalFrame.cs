// A marshalled container or code object whose parts are still being read.
namespace Assay.Evaluation.Marshalled;

/// <summary>What is being read.</summary>
internal enum MarshalKind
{
    Items,
    Pairs,
    Code,
}

/// <summary>The parts of a code object, in the order in which they are stored.</summary>
/// <param name="Parts">The parts.</param>
/// <param name="HasLocalKinds">Whether the kinds of the local variables are among them, as since 3.11.</param>
/// <param name="Numbers">How many numbers stand before the bytecode.</param>
/// <param name="Flags">The last of them, which says what kind of code it is (<c>inspect.CO_*</c>).</param>
/// <param name="FirstLine">The line of the source with which it begins.</param>
internal sealed record MarshalledCode(IReadOnlyList<object?> Parts, bool HasLocalKinds, int Numbers, int Flags, int FirstLine);

/// <summary>A marshalled container or code object whose parts are still being read.</summary>
internal sealed class MarshalFrame(MarshalKind kind, int count, int reference)
{
    private const int BeforeLine = 8;
    private readonly List<object?> _parts = [];
    private bool _ended;

    /// <summary>The slot of the reference table that the value will take, or -1.</summary>
    public int Reference => reference;

    /// <summary>Of code, what kind it is.</summary>
    public int Flags { get; init; }

    /// <summary>Of code, the line with which it begins.</summary>
    public int FirstLine { get; set; }

    /// <summary>Whether a bare number comes next.</summary>
    public bool NeedsLine { get; set; }

    /// <summary>Since 3.11 a bytes object tells the kinds of the local variables, and three objects follow the line instead of one.</summary>
    private bool HasLocalKinds => _parts.Count > 4 && _parts[4] is byte[];

    public bool IsFull => kind switch
    {
        MarshalKind.Items => _parts.Count == count,
        MarshalKind.Pairs => _ended,
        _ => _parts.Count == (HasLocalKinds ? 10 : 9),
    };

    public void Add(object? value, bool isNull)
    {
        if (kind == MarshalKind.Pairs && isNull)
        {
            _ended = true;
            return;
        }

        _parts.Add(value);
        NeedsLine = kind == MarshalKind.Code && _parts.Count == BeforeLine;
    }

    public object ToValue() => kind == MarshalKind.Code ? new MarshalledCode(_parts, HasLocalKinds, count, Flags, FirstLine) : _parts;
}
