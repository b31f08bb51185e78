// What folding needs to know about values of the pickle machine.
using Assay.Bytes;

namespace Assay.Pickle;

internal sealed partial class PickleMachine
{
    /// <summary>The meter of the current run.</summary>
    public ScanBudget? Budget => _budget;

    /// <summary>
    /// A number that changes when a list, dict or set in the value grows, or -1 when the value holds none; tuples are entered a few steps
    /// deep.
    /// </summary>
    public long Mutables(PickleValue value, int depth = 0)
    {
        if (value.IsMutable)
        {
            return Math.Max(0, CountOf(value));
        }

        if (value.Kind is not (PickleKind.Tuple or PickleKind.FrozenSet) || value.IsSummary || depth > 3)
        {
            return -1;
        }

        long found = -1;
        ReadOnlySpan<PickleValue> items = _cells.Get(value.Row);
        foreach (PickleValue item in items[..Math.Min(64, items.Length)])
        {
            long inside = Mutables(item, depth + 1);
            found = inside < 0 ? found : Math.Max(0, found) + inside + 1;
        }

        return found;
    }
}
