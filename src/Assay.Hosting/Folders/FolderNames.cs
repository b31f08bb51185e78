// The names in one folder, in order, without an object for each: a folder may hold a million.
using System.IO.Enumeration;

namespace Assay.Hosting.Folders;

/// <summary>
/// The names in one folder. A folder's name counts as if it ended in <c>/</c>, so that folders, walked in turn, give their files in the ordinal
/// order of paths. Names are characters in blocks and a row each of sixteen bytes.
/// </summary>
internal sealed class FolderNames
{
    private const int BlockSize = 1 << 16;
    private static readonly EnumerationOptions s_all = new() { AttributesToSkip = 0, IgnoreInaccessible = false, ReturnSpecialDirectories = false };
    private readonly List<char[]> _blocks = [];
    private readonly List<Row> _rows = [];
    private int _free;

    private FolderNames()
    {
    }

    private readonly record struct Row(int Start, ushort Length, Marks Marks, long Size);

    [Flags]
    private enum Marks : ushort
    {
        None = 0,
        Folder = 1,
        ReparsePoint = 2,
        Device = 4,
    }

    /// <summary>How many names there are.</summary>
    public int Count => _rows.Count;

    /// <summary>Why the folder could not be listed, or not to the end; null where it was.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Lists the folder at <paramref name="path"/>; what was listed before a failure stays.</summary>
    public static FolderNames Read(string path)
    {
        FolderNames names = new();
        Exception? failure = null;
        try
        {
            foreach (bool _ in new FileSystemEnumerable<bool>(path, names.Take, s_all))
            {
                // Taking an entry was the work.
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            failure = e;
        }

        names._rows.Sort(names.Compare);
        names.Failure = failure;
        return names;
    }

    /// <summary>The name at <paramref name="index"/>.</summary>
    public string Name(int index) => new(Span(_rows[index]));

    /// <summary>Whether it is a folder and no link to one.</summary>
    public bool IsFolder(int index) => _rows[index].Marks.HasFlag(Marks.Folder) && !IsReparsePoint(index);

    /// <summary>Whether it is a link, or on Windows something that may be one.</summary>
    public bool IsReparsePoint(int index) => _rows[index].Marks.HasFlag(Marks.ReparsePoint);

    /// <summary>Whether the system calls it a device.</summary>
    public bool IsDevice(int index) => _rows[index].Marks.HasFlag(Marks.Device);

    /// <summary>How many bytes it has; 0 for a folder.</summary>
    public long Size(int index) => _rows[index].Size;

    /// <summary>Whether the name before it is the same: two names whose bytes differ and that no text can tell apart.</summary>
    public bool IsAgain(int index) => index > 0 && Span(_rows[index]).SequenceEqual(Span(_rows[index - 1]));

    private bool Take(ref FileSystemEntry entry)
    {
        ReadOnlySpan<char> name = entry.FileName;
        if (_blocks.Count == 0 || BlockSize - _free < name.Length)
        {
            _blocks.Add(new char[BlockSize]);
            _free = 0;
        }

        name.CopyTo(_blocks[^1].AsSpan(_free));
        FileAttributes attributes = entry.Attributes;
        Marks marks = (attributes.HasFlag(FileAttributes.Directory) ? Marks.Folder : 0)
            | (attributes.HasFlag(FileAttributes.ReparsePoint) ? Marks.ReparsePoint : 0)
            | (attributes.HasFlag(FileAttributes.Device) ? Marks.Device : 0);
        _rows.Add(new Row(checked(((_blocks.Count - 1) * BlockSize) + _free), (ushort)name.Length, marks, entry.IsDirectory ? 0 : entry.Length));
        _free += name.Length;
        return true;
    }

    private ReadOnlySpan<char> Span(Row row) => _blocks[row.Start / BlockSize].AsSpan(row.Start % BlockSize, row.Length);

    private int Compare(Row left, Row right)
    {
        ReadOnlySpan<char> a = Span(left);
        ReadOnlySpan<char> b = Span(right);
        int common = Math.Min(a.Length, b.Length);
        int order = a[..common].SequenceCompareTo(b[..common]);
        return order != 0 ? order : Next(a, common, left).CompareTo(Next(b, common, right));
    }

    /// <summary>What stands behind the part that two names have in common: a character, the end of a folder's name, or nothing.</summary>
    private static int Next(ReadOnlySpan<char> name, int at, Row row)
    {
        bool folder = row.Marks.HasFlag(Marks.Folder) && !row.Marks.HasFlag(Marks.ReparsePoint);
        return at < name.Length ? name[at] : folder ? '/' : -1;
    }
}
