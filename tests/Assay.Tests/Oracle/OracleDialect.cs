// The unpicklers that the oracle asks.
namespace Assay.Tests.Oracle;

/// <summary>What is compared: an unpickler's events with a run of our machine.</summary>
/// <param name="Dialect">The unpickler.</param>
/// <param name="Unmarked">
/// Whether the machine's run is the one as the C unpickler. A scan runs other dialects only where that run met a place at which they part
/// ways; where it met none, it must itself have everything that they do.
/// </param>
internal readonly record struct OracleView(OracleDialect Dialect, bool Unmarked = false)
{
    public override string ToString() => Unmarked ? $"{Dialect} (no differential met)" : Dialect.ToString();
}

/// <summary>An unpickler of CPython; the recorder runs all of them on each stream.</summary>
internal enum OracleDialect
{
    /// <summary>The C unpickler with all bytes at hand.</summary>
    C,

    /// <summary>The C unpickler on a file without peek.</summary>
    CStream,

    /// <summary>The unpickler written in Python.</summary>
    Python,
}

/// <summary>What one unpickler, or our machine in its place, did with a stream.</summary>
/// <param name="Events">
/// In order: <c>import module\nname</c>, <c>call origin</c>, <c>build origin</c>, <c>method origin</c>, <c>persistent</c>,
/// <c>extension code</c>.
/// </param>
/// <param name="Ending">How it ended: <c>stop</c>, the exception, or our own word for it.</param>
/// <param name="Detail">The exception's message.</param>
internal sealed record OracleTrace(IReadOnlyList<string> Events, string Ending, string Detail);
