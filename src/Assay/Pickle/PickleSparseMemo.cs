// Memo entries whose index lies far from all others.
using System.Runtime.InteropServices;
using Assay.Bytes;

namespace Assay.Pickle;

/// <summary>
/// A hash table from an index to a value, sixteen bytes a slot, without a row or a bucket beside it. Whoever writes a file chooses the
/// indices, so the hash is keyed: no choice of them makes the table slow.
/// </summary>
internal sealed class PickleSparseMemo(HeldMemory held)
{
    private const int FirstSize = 64;
    private const int SlotSize = 16;
    private (long Index, PickleValue Value)[] _slots = new (long, PickleValue)[FirstSize];
    private int _used;

    /// <summary>The entry, or an empty value.</summary>
    public PickleValue Get(long index) => Find(index).Value;

    /// <summary>Writes an entry, which may be empty, and returns what was there.</summary>
    public PickleValue Put(long index, PickleValue value)
    {
        ref (long Index, PickleValue Value) slot = ref Find(index);
        PickleValue old = slot.Value;
        if (slot.Index == 0)
        {
            if (value.IsEmpty)
            {
                return old;
            }

            if ((_used + 1) * 4L > _slots.Length * 3L)
            {
                Grow();
                slot = ref Find(index);
            }

            _used++;
            slot.Index = Key(index);
        }

        slot.Value = value;
        return old;
    }

    // A slot that was never written holds zero, so that index zero is kept as another one; none is negative.
    private static long Key(long index) => ~index;

    /// <summary>The slot of an index, or the free one where it would go.</summary>
    private ref (long Index, PickleValue Value) Find(long index)
    {
        int mask = _slots.Length - 1;
        long key = Key(index);
        int at = ContentHash.Of(MemoryMarshal.AsBytes(new ReadOnlySpan<long>(in index))) & mask;
        while (_slots[at].Index != key && _slots[at].Index != 0)
        {
            at = (at + 1) & mask;
        }

        return ref _slots[at];
    }

    private void Grow()
    {
        // While the old slots are copied both are there.
        held.Add(2L * SlotSize * _slots.Length);
        (long Index, PickleValue Value)[] old = _slots;
        _slots = new (long, PickleValue)[checked(old.Length * 2)];
        foreach ((long key, PickleValue value) in old)
        {
            if (key != 0)
            {
                Find(~key) = (key, value);
            }
        }

        held.Remove((long)SlotSize * old.Length);
    }
}
