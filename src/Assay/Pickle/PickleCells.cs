// Paged storage for the children of containers.
using System.Buffers;
using System.Runtime.InteropServices;
using Assay.Bytes;

namespace Assay.Pickle;

/// <summary>
/// Blocks of values: a header with the number of values, then the values, never split across pages and never moved. Pages come from
/// the pool of the runtime and go back to it.
/// </summary>
internal sealed class PickleCells(HeldMemory held)
{
    private const int PageBits = 15;
    private const int PageSize = 1 << PageBits;
    private readonly List<PickleValue[]> _pages = [];
    private int _page;
    private int _at;

    /// <summary>Values stored since the last reset, headers included.</summary>
    public long Used { get; private set; }

    public void Reset()
    {
        _pages.RemoveAll(p => p.Length != PageSize);
        PooledArrays.ReturnPages<PickleValue>(CollectionsMarshal.AsSpan(_pages));
        _pages.Clear();
        _page = 0;
        _at = 0;
        Used = 0;
    }

    /// <summary>Stores a block and returns its handle; the header's spare half holds <paramref name="link"/>.</summary>
    public int Add(ReadOnlySpan<PickleValue> values, int link = 0)
    {
        Span<PickleValue> block = Reserve(values.Length + 1, out int handle);
        block[0] = Header(values.Length, link);
        values.CopyTo(block[1..]);
        return handle;
    }

    public ReadOnlySpan<PickleValue> Get(int handle)
    {
        PickleValue[] page = _pages[handle >> PageBits];
        int at = handle & (PageSize - 1);
        return page.AsSpan(at + 1, (int)(page[at].Bits >> 32));
    }

    public int Link(int handle) => (int)(uint)_pages[handle >> PageBits][handle & (PageSize - 1)].Bits;

    public void SetLink(int handle, int link)
    {
        ref PickleValue header = ref _pages[handle >> PageBits][handle & (PageSize - 1)];
        header = new PickleValue((header.Bits & ~0xFFFFFFFFUL) | (uint)link);
    }

    private static PickleValue Header(int count, int link) => new(((ulong)count << 32) | (uint)link);

    private Span<PickleValue> Reserve(int count, out int handle)
    {
        while (_page >= _pages.Count || _at + count > _pages[_page].Length)
        {
            if (_page < _pages.Count)
            {
                _page++;
                _at = 0;
            }

            if (_page >= _pages.Count)
            {
                held.Add(8L * Math.Max(count, PageSize));
                _pages.Add(count <= PageSize ? ArrayPool<PickleValue>.Shared.Rent(PageSize) : GC.AllocateUninitializedArray<PickleValue>(count));
            }
        }

        handle = (_page << PageBits) | _at;
        Span<PickleValue> block = _pages[_page].AsSpan(_at, count);
        _at += count;
        if (_at >= PageSize)
        {
            // Only the start of a block must be addressable; an outsized page holds one block.
            _page++;
            _at = 0;
        }

        Used += count;
        return block;
    }
}
