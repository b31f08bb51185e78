// Traces pickles as all unpicklers read them, joblib's among them.
using Assay.Bytes;
using Assay.Pickle;

namespace Assay.Formats.Joblib;

/// <summary>Traces pickles as <see cref="PickleTrace"/> does, and follows joblib over the arrays that lie in the middle of them.</summary>
public static class JoblibTrace
{
    /// <summary>Traces <paramref name="source"/> into <paramref name="sink"/>.</summary>
    public static void Run(ByteSource source, PickleTraceSink sink, ScanBudget budget) =>
        PickleTrace.Run(source, sink, budget, JoblibArrays.Instance);

    /// <summary>The disassembly of <see cref="PickleListing"/>, over such arrays and through those that are pickles.</summary>
    public static IEnumerable<PickleListingLine> Lines(ByteSource source, ScanLimits limits) =>
        PickleListing.Lines(source, limits, JoblibArrays.Instance);
}
