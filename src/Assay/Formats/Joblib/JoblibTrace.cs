// Traces pickles as all unpicklers read them, joblib's among them.
using Assay.Bytes;
using Assay.Pickle;

namespace Assay.Formats.Joblib;

/// <summary>Traces pickles as <see cref="PickleTrace"/> does, and follows joblib over the arrays that lie in the middle of them.</summary>
public static class JoblibTrace
{
    private const int ShapeBudget = 1 << 16;

    /// <summary>Traces <paramref name="source"/> into <paramref name="sink"/>.</summary>
    public static void Run(ByteSource source, PickleTraceSink sink, ScanBudget budget) =>
        PickleTrace.Run(source, sink, budget, new Arrays());

    private sealed class Arrays : PickleArrays
    {
        public override bool Follows(PickleMachine machine, PickleValue target) => JoblibEmbeddedArrays.Follows(machine, target);

        public override long End(PickleMachine machine, PickleValue state, long at, out bool isPickle)
        {
            JoblibArrayLayout layout = JoblibArrayLayout.FromState(machine.WholeShape(state, ShapeBudget));
            isPickle = layout.Error is null && layout.IsPickle;
            return layout.Error is null && !isPickle && layout.TryLocate(machine.Source, at, out ByteRange data, out long missing) && missing == 0 ? data.End : -1;
        }
    }
}
