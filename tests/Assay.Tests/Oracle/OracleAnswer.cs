// What the recorder says of one stream.
using Assay.Pickle;

namespace Assay.Tests.Oracle;

/// <summary>
/// What the recorder says of one stream: a trace for each unpickler with Latin-1, and for each with one further encoding where the
/// stream may hold strings of Python 2.
/// </summary>
internal sealed class OracleAnswer
{
    private readonly Dictionary<(OracleDialect, PickleEncodings), OracleTrace> _traces = [];

    /// <summary>All traces.</summary>
    public IEnumerable<OracleTrace> All => _traces.Values;

    /// <summary>The trace of an unpickler; null where it was not asked.</summary>
    public OracleTrace? this[OracleDialect dialect, PickleEncodings encoding = PickleEncodings.Latin1]
    {
        get => _traces.GetValueOrDefault((dialect, encoding));
        set => _traces[(dialect, encoding)] = value!;
    }
}
