// What folding needs to know about values of the pickle machine.
using Assay.Bytes;

namespace Assay.Pickle;

internal sealed partial class PickleMachine
{
    /// <summary>The meter of the current run.</summary>
    public ScanBudget? Budget => _budget;

    /// <summary>What is held on behalf of the open pickle, until another one is opened.</summary>
    public HeldMemory Held => _held;

    /// <summary>So many bytes more are about to be held on behalf of the open pickle, until another one is opened.</summary>
    public void Hold(long bytes) => _held.Add(bytes);

    /// <summary>So many of those bytes are held no longer.</summary>
    public void Unhold(long bytes) => _held.Remove(bytes);

    /// <summary>
    /// A number that changes when a list, dict or set in the value grows, or -1 when the value holds none; tuples are entered a few steps
    /// deep.
    /// </summary>
    public long Mutables(PickleValue value)
    {
        int visits = MaxVisits;
        return Mutables(value, 0, ref visits);
    }

    private const int MaxVisits = 1024;
    private const int VisitWork = 8;

    private long Mutables(PickleValue value, int depth, ref int visits)
    {
        _budget?.SpendWork(VisitWork);
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
            // The same tuple may stand in one many times, at each level.
            if (--visits < 0)
            {
                break;
            }

            long inside = Mutables(item, depth + 1, ref visits);
            found = inside < 0 ? found : Math.Max(0, found) + inside + 1;
        }

        return found;
    }
}
