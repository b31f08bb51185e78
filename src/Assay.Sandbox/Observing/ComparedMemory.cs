// Looks from outside whether what is compared before and after a load still is as it was.
using System.Buffers.Binary;
using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Assay.Sandbox.Observing;

/// <summary>
/// The pieces of memory in which a box's Python keeps what is compared, each with a number of what it belongs to, and what they hold before any load. All loads of
/// a box begin with the same memory at the same addresses. Whether a page of a load is still the one that it shares with the process that started it, the kernel
/// says; only what was written since is read. A page that was shared anew (by a child of the load, by merging) may be another, so after those all is read.
/// </summary>
internal sealed class ComparedMemory
{
    private const int PageSize = 4096;
    private const int Record = 24;
    private const int MostPages = 1 << 16;
    private const int MostPieces = 1 << 20;

    /// <summary>Pages between two that are asked about together: to ask once more costs as much as some.</summary>
    private const int Gap = 16;
    private const ulong Present = 1UL << 63;
    private const ulong Frame = (1UL << 55) - 1;

    /// <summary>There, in no file, not swapped out, and mapped by more processes than this one.</summary>
    private const ulong Shared = Present | (1UL << 62) | (1UL << 61) | (1UL << 56);

    private readonly long[] _pages;
    private readonly Piece[][] _pieces;
    private readonly ulong[] _entries;
    private readonly byte[] _before;
    private readonly Lock _lock = new();
    private bool _known;
    private int _layout;

    private ComparedMemory(SortedDictionary<long, List<Piece>> pages)
    {
        _pages = [.. pages.Keys];
        _pieces = [.. pages.Values.Select(p => p.ToArray())];
        _entries = new ulong[_pages.Length];
        _before = new byte[_pages.Length * PageSize];
    }

    /// <summary>A part of a page, and what it belongs to.</summary>
    private readonly record struct Piece(int Offset, int Length, int Number);

    /// <summary>Reads records of three numbers: address, length, what it belongs to; null where they are none.</summary>
    public static ComparedMemory? Read(ReadOnlySpan<byte> records)
    {
        SortedDictionary<long, List<Piece>> pages = [];
        for (int at = 0, pieces = 0; at + Record <= records.Length; at += Record)
        {
            ulong address = BinaryPrimitives.ReadUInt64LittleEndian(records[at..]);
            ulong length = BinaryPrimitives.ReadUInt64LittleEndian(records[(at + 8)..]);
            ulong number = BinaryPrimitives.ReadUInt64LittleEndian(records[(at + 16)..]);
            if (address > long.MaxValue / 2 || length > MostPages * (ulong)PageSize || number > int.MaxValue)
            {
                return null;
            }

            for (long from = (long)address, end = from + (long)length; from < end;)
            {
                long page = from / PageSize;
                int offset = (int)(from % PageSize);
                int part = (int)Math.Min(PageSize - offset, end - from);
                if (!pages.TryGetValue(page, out List<Piece>? list))
                {
                    pages.Add(page, list = []);
                }

                list.Add(new Piece(offset, part, (int)number));
                from += part;
                if (pages.Count > MostPages || ++pieces > MostPieces)
                {
                    return null;
                }
            }
        }

        return pages.Count == 0 ? null : new ComparedMemory(pages);
    }

    /// <summary>
    /// The memory of the box is put into other pages, with what it holds: loads to come find it there. Of those that have begun no page is one of these, so of them all is read.
    /// </summary>
    public void Move()
    {
        lock (_lock)
        {
            _layout++;
            _known = false;
        }
    }

    /// <summary>Keeps what a load finds that has not begun; once for all loads of the box with this layout.</summary>
    public void Remember(uint process, int layout = 0)
    {
        lock (_lock)
        {
            if (!_known && layout == _layout && Open(process, "mem") is { } memory)
            {
                using (memory)
                {
                    for (int i = 0; i < _pages.Length; i++)
                    {
                        if (!ReadPage(memory, _pages[i], _before.AsSpan(i * PageSize, PageSize)))
                        {
                            return;
                        }
                    }
                }

                _known = Entries(process, _entries);
            }
        }
    }

    /// <summary>The numbers of what is another than before; null where that cannot be told. <paramref name="all"/> takes no page for one that was not written.</summary>
    public IReadOnlyCollection<int>? Changed(uint process, bool all)
    {
        ulong[] now = new ulong[_pages.Length];
        if (!_known || !Entries(process, now) || Open(process, "mem") is not { } memory)
        {
            return null;
        }

        using (memory)
        {
            SortedSet<int> changed = [];
            byte[] page = new byte[PageSize];
            for (int i = 0; i < _pages.Length; i++)
            {
                if (!all && (now[i] & Shared) == Present && (now[i] & Frame) == (_entries[i] & Frame))
                {
                    continue;
                }

                bool read = ReadPage(memory, _pages[i], page);
                ReadOnlySpan<byte> before = _before.AsSpan(i * PageSize, PageSize);
                foreach (Piece piece in _pieces[i])
                {
                    if (!read || !before.Slice(piece.Offset, piece.Length).SequenceEqual(page.AsSpan(piece.Offset, piece.Length)))
                    {
                        _ = changed.Add(piece.Number);
                    }
                }
            }

            return changed;
        }
    }

    /// <summary>What the kernel says of each page.</summary>
    private bool Entries(uint process, ulong[] entries)
    {
        if (Open(process, "pagemap") is not { } map)
        {
            return false;
        }

        using (map)
        {
            for (int first = 0; first < _pages.Length;)
            {
                int last = first;
                while (last + 1 < _pages.Length && _pages[last + 1] - _pages[last] <= Gap)
                {
                    last++;
                }

                byte[] part = new byte[8 * (_pages[last] - _pages[first] + 1)];
                try
                {
                    if (RandomAccess.Read(map, part, 8 * _pages[first]) != part.Length)
                    {
                        return false;
                    }
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    return false;
                }

                for (int i = first; i <= last; i++)
                {
                    entries[i] = BinaryPrimitives.ReadUInt64LittleEndian(part.AsSpan((int)(8 * (_pages[i] - _pages[first]))));
                }

                first = last + 1;
            }

            return true;
        }
    }

    private static bool ReadPage(SafeFileHandle memory, long page, Span<byte> into)
    {
        try
        {
            return RandomAccess.Read(memory, into, page * PageSize) == PageSize;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static SafeFileHandle? Open(uint process, string file)
    {
        try
        {
            return File.OpenHandle(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/{file}"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
