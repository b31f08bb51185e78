// Containers that calls and objects already have when something is put into them.
namespace Assay.Pickle;

internal sealed partial class PickleMachine
{
    /// <summary>Containers without a row that were handed over, by their offset.</summary>
    private HashSet<long> _handedOver = [];

    /// <summary>Whether something was put into a container that a call or a state already had.</summary>
    public bool HasLateFills { get; private set; }

    /// <summary>How deep, and how many values of it, what is handed over is looked into.</summary>
    private const int HandedDepth = 4;
    private const int HandedValues = 64;

    /// <summary>
    /// Notes that a call or a state has got the containers in a value. Picklers fill a container before they hand it over, but for one that holds what it is handed to.
    /// </summary>
    public void HandOver(PickleValue value, int depth = HandedDepth)
    {
        if (value.Kind is not (PickleKind.Tuple or PickleKind.List or PickleKind.Dict or PickleKind.Set) || (value.Kind == PickleKind.Tuple && !HoldsContainer(Items(value))))
        {
            return;
        }

        Stack<(PickleValue Value, int Depth)> open = new([(value, depth)]);
        for (int seen = 0; seen < HandedValues && open.TryPop(out (PickleValue Value, int Depth) next); seen++)
        {
            if (next.Value.IsMutable)
            {
                if (TryContainer(next.Value, out int row))
                {
                    _containers[row].IsHandedOver = true;
                }
                else if (_handedOver.Add(next.Value.Payload))
                {
                    _held.Add(LateRowSize);
                }
            }

            if (next.Depth == 0 || next.Value.Kind is < PickleKind.Tuple or > PickleKind.FrozenSet)
            {
                continue;
            }

            PushContainers(next.Value, next.Depth - 1, open);
        }
    }

    private void PushContainers(PickleValue value, int depth, Stack<(PickleValue Value, int Depth)> open)
    {
        if (!value.IsMutable)
        {
            PushContainers(Items(value), depth, open);
        }
        else if (TryContainer(value, out int row))
        {
            for (int block = _containers[row].First; block >= 0 && open.Count < HandedValues; block = _cells.Link(block) - 1)
            {
                PushContainers(_cells.Get(block), depth, open);
            }
        }
    }

    private void PushContainers(ReadOnlySpan<PickleValue> items, int depth, Stack<(PickleValue Value, int Depth)> open)
    {
        _budget?.SpendWork(items.Length);
        foreach (PickleValue item in items)
        {
            if (item.Kind is >= PickleKind.Tuple and <= PickleKind.FrozenSet && open.Count < HandedValues)
            {
                open.Push((item, depth));
            }
        }
    }

    private void NoteLate(bool isHandedOver, bool tainted, ReadOnlySpan<PickleValue> items)
    {
        HasLateFills |= isHandedOver && !items.IsEmpty;
        if (isHandedOver && (tainted || HoldsText(items)))
        {
            Odd("pickle.late-fill", "Something is put into a container that a call or an object already has.");
        }
    }

    private static bool HoldsContainer(ReadOnlySpan<PickleValue> items)
    {
        foreach (PickleValue item in items)
        {
            if (item.Kind is >= PickleKind.Tuple and <= PickleKind.FrozenSet)
            {
                return true;
            }
        }

        return false;
    }

    private static bool HoldsText(ReadOnlySpan<PickleValue> items)
    {
        foreach (PickleValue item in items)
        {
            if (item.Kind is PickleKind.Str or PickleKind.PyString or PickleKind.Bytes)
            {
                return true;
            }
        }

        return false;
    }
}
