// What the system says of a file without opening it.
namespace Assay.Trust.Storage;

/// <summary>What a path names.</summary>
internal enum EntryKind
{
    /// <summary>A file with bytes.</summary>
    Regular,

    /// <summary>A directory.</summary>
    Folder,

    /// <summary>A symbolic link.</summary>
    Link,

    /// <summary>A FIFO, a device or a socket.</summary>
    Special,
}

/// <summary>What the system says of a file. Times are nanoseconds since 1970.</summary>
internal readonly record struct FileStatus
{
    private const int TypeMask = 0xF000;

    /// <summary>Reads what <c>statx</c> gave.</summary>
    public FileStatus(ReadOnlySpan<byte> status)
    {
        Links = Word(status, 16);
        User = Word(status, 20);
        Group = Word(status, 24);
        int mode = BitConverter.ToUInt16(status[28..]);
        Kind = (mode & TypeMask) switch { 0x8000 => EntryKind.Regular, 0x4000 => EntryKind.Folder, 0xA000 => EntryKind.Link, _ => EntryKind.Special };
        Mode = mode & ~TypeMask;
        Inode = BitConverter.ToUInt64(status[32..]);
        Size = BitConverter.ToInt64(status[40..]);
        Accessed = Time(status, 64);
        Changed = Time(status, 96);
        Modified = Time(status, 112);
        Device = ((ulong)Word(status, 136) << 32) | Word(status, 140);
    }

    public EntryKind Kind { get; init; }

    /// <summary>Permissions, with the bits for set-user, set-group and sticky.</summary>
    public int Mode { get; init; }

    public uint User { get; init; }

    public uint Group { get; init; }

    /// <summary>How many names it has.</summary>
    public uint Links { get; init; }

    public ulong Device { get; init; }

    public ulong Inode { get; init; }

    public long Size { get; init; }

    public long Accessed { get; init; }

    public long Modified { get; init; }

    /// <summary>When its bytes or its status last changed; no program can set it.</summary>
    public long Changed { get; init; }

    /// <summary>Whether both are one file.</summary>
    public bool IsSameFile(FileStatus other) => Device == other.Device && Inode == other.Inode;

    /// <summary>Whether nothing was written into it between the two.</summary>
    public bool IsUnwritten(FileStatus since) => IsSameFile(since) && Kind == since.Kind && Size == since.Size && Modified == since.Modified;

    private static uint Word(ReadOnlySpan<byte> status, int at) => BitConverter.ToUInt32(status[at..]);

    private static long Time(ReadOnlySpan<byte> status, int at) => checked((BitConverter.ToInt64(status[at..]) * 1_000_000_000) + Word(status, at + 8));
}
