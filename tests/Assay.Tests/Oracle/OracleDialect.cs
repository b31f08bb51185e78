// The unpicklers that the oracle asks.
using Assay.Pickle;

namespace Assay.Tests.Oracle;

/// <summary>Which of our runs an unpickler's events are looked for in.</summary>
internal enum OracleRunKind
{
    /// <summary>The machine's run as that unpickler.</summary>
    Followed,

    /// <summary>
    /// The machine's run as the C unpickler. A scan runs the other dialects only where that run met a place at which they part ways; where
    /// it met none, it must itself have everything that they do.
    /// </summary>
    Unmarked,

    /// <summary>What <c>assay pickle trace</c> says of that unpickler.</summary>
    Traced,
}

/// <summary>What is compared: an unpickler's events with a run of ours.</summary>
internal readonly record struct OracleView(OracleDialect Dialect, OracleRunKind Kind, PickleEncodings Encoding = PickleEncodings.Latin1)
{
    public override string ToString()
    {
        string encoding = Encoding == PickleEncodings.Latin1 ? "" : $" in {Encoding}";
        return Kind switch
        {
            OracleRunKind.Followed => Dialect + encoding,
            OracleRunKind.Unmarked => $"{Dialect}{encoding} (no differential met)",
            _ => $"{Dialect}{encoding} (as traced)",
        };
    }
}

/// <summary>An unpickler; the recorder runs all of them on each stream.</summary>
internal enum OracleDialect
{
    /// <summary>The C unpickler with all bytes at hand.</summary>
    C,

    /// <summary>The C unpickler on a file without peek.</summary>
    CStream,

    /// <summary>The unpickler written in Python.</summary>
    Python,

    /// <summary>PyTorch's restricted unpickler.</summary>
    WeightsOnly,

    /// <summary>joblib's unpickler, in a process of its own.</summary>
    Joblib,
}

/// <summary>What one unpickler, or our machine in its place, did with a stream.</summary>
/// <param name="Events">
/// In order: <c>import module\nname</c>, <c>call origin</c>, <c>build origin</c>, <c>method origin</c>, <c>persistent</c>,
/// <c>extension code</c>.
/// </param>
/// <param name="Ending">How it ended: <c>stop</c>, the exception, or our own word for it.</param>
/// <param name="Detail">The exception's message.</param>
internal sealed record OracleTrace(IReadOnlyList<string> Events, string Ending, string Detail);
