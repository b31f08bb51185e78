// A list of rows that never moves what it holds.
namespace Assay.Pickle;

/// <summary>A paged list: growing costs no copy, and the pages are kept from run to run.</summary>
internal sealed class PickleRowList<T>
    where T : struct
{
    private const int PageBits = 12;
    private const int PageSize = 1 << PageBits;
    private readonly List<T[]> _pages = [];

    public int Count { get; private set; }

    public ref T this[int index] => ref _pages[index >> PageBits][index & (PageSize - 1)];

    public int Add(T row)
    {
        int index = Count++;
        int page = index >> PageBits;
        if (page == _pages.Count)
        {
            _pages.Add(new T[PageSize]);
        }

        _pages[page][index & (PageSize - 1)] = row;
        return index;
    }

    public void Reset()
    {
        Count = 0;
        if (_pages.Count > 2)
        {
            _pages.RemoveRange(2, _pages.Count - 2);
        }
    }
}
