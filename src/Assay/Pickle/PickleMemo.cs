// The memo of the pickle machine: an index of 2^31 costs nothing.
using System.Buffers;
using System.Runtime.CompilerServices;
using Assay.Bytes;

namespace Assay.Pickle;

/// <summary>
/// The memo. Picklers number their entries one after the other, so entries near what is there already live in pages; an index far
/// beyond lives in a hash table, and costs no more than any other.
/// </summary>
internal sealed class PickleMemo(HeldMemory held)
{
    private const int PageBits = 14;
    private const int PageSize = 1 << PageBits;
    private const int FewPages = 64;
    private PickleValue[]?[] _pages = new PickleValue[]?[FewPages];
    private PickleSparseMemo? _sparse;

    /// <summary>One more than the highest paged index that was ever written in this run; what lies above is not read.</summary>
    private long _high;

    /// <summary>How many entries are occupied; MEMOIZE writes to this index.</summary>
    public long Count { get; private set; }

    /// <summary>Forgets everything; the pages go back to the pool of the runtime.</summary>
    public void Reset()
    {
        int used = (int)((_high + PageSize - 1) >> PageBits);
        PooledArrays.ReturnPages<PickleValue>(_pages.AsSpan(0, used)!);
        _pages.AsSpan(0, used).Clear();
        if (_pages.Length > FewPages)
        {
            _pages = new PickleValue[]?[FewPages];
        }

        _high = 0;
        Count = 0;
        _sparse = null;
    }

    /// <summary>Writes an entry and returns what was there, or an empty value.</summary>
    public PickleValue Put(long index, PickleValue value)
    {
        PickleValue old = default;
        if (index == _high)
        {
            _high++;
            Slot(index) = value;
        }
        else if (index < _high)
        {
            ref PickleValue slot = ref Slot(index);
            old = slot;
            slot = value;
        }
        else if (index <= (4 * Count) + 65536)
        {
            // The gap must read as empty: pages are not cleared when they are used again.
            for (long gap = _high; gap < index; gap++)
            {
                Slot(gap) = default;
            }

            _high = index + 1;
            Slot(index) = value;
        }
        else
        {
            _sparse ??= new PickleSparseMemo(held);
            old = _sparse.Put(index, value);
            Count += old.IsEmpty ? 1 : 0;
            return old;
        }

        if (_sparse is not null && old.IsEmpty)
        {
            // An entry that was far away when it was written may be near by now.
            old = _sparse.Put(index, default);
        }

        Count += old.IsEmpty ? 1 : 0;
        return old;
    }

    /// <summary>Writes the entry behind the last one, where that is all there is to it; otherwise nothing is done.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryAppend(long index, PickleValue value)
    {
        long page = index >> PageBits;
        if (index != _high || _sparse is not null || page >= _pages.Length || _pages[page] is not { } values)
        {
            return false;
        }

        values[(int)index & (PageSize - 1)] = value;
        _high++;
        Count++;
        return true;
    }

    /// <summary>The entry where it lies in a page; empty where it does not or there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public PickleValue Near(long index) => (ulong)index < (ulong)_high ? _pages[index >> PageBits]![(int)index & (PageSize - 1)] : default;

    /// <summary>The entry, or an empty value.</summary>
    public PickleValue Get(long index)
    {
        PickleValue value = Near(index);
        return value.IsEmpty && _sparse is not null ? _sparse.Get(index) : value;
    }

    private ref PickleValue Slot(long index)
    {
        int page = (int)(index >> PageBits);
        if (page >= _pages.Length)
        {
            Array.Resize(ref _pages, Math.Max(page + 1, _pages.Length * 2));
        }

        if (_pages[page] is null)
        {
            held.Add(8L * PageSize);
            _pages[page] = ArrayPool<PickleValue>.Shared.Rent(PageSize);
        }

        return ref _pages[page]![index & (PageSize - 1)];
    }
}
