// A list of rows that never moves what it holds.
using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Assay.Bytes;

namespace Assay.Pickle;

/// <summary>A paged list: growing costs no copy. Pages come from the pool of the runtime and go back to it.</summary>
internal sealed class PickleRowList<T>(HeldMemory held)
    where T : unmanaged
{
    private const int PageBits = 12;
    private const int PageSize = 1 << PageBits;
    private readonly List<T[]> _pages = [];
    private T[] _last = [];

    public int Count { get; private set; }

    public ref T this[int index] => ref _pages[index >> PageBits][index & (PageSize - 1)];

    /// <summary>A new row, of which the caller must write every field: it may hold what was there in another run.</summary>
    public ref T Add(out int index)
    {
        index = Count++;
        int at = index & (PageSize - 1);
        if (at == 0)
        {
            int page = index >> PageBits;
            if (page == _pages.Count)
            {
                held.Add((long)PageSize * Unsafe.SizeOf<T>());
                _pages.Add(ArrayPool<T>.Shared.Rent(PageSize));
            }

            _last = _pages[page];
        }

        return ref _last[at];
    }

    public void Reset()
    {
        Count = 0;
        _last = [];
        PooledArrays.ReturnPages<T>(CollectionsMarshal.AsSpan(_pages));
        _pages.Clear();
    }
}
