// What the system says of a file without opening it, and when that is enough to know its bytes again.
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Assay.Store.Scans;

/// <summary>
/// What the system says of a file: inode, size, and the times of its content and of its inode to the nanosecond. Two stamps that are equal mean the same bytes only under
/// <see cref="IsTrusted"/>.
/// </summary>
/// <param name="Ground">The boot of the machine and the mount of the file system: both are new when the file system could have been exchanged.</param>
/// <param name="Text">The stamp.</param>
/// <param name="Changed">When the inode last changed, in milliseconds since 1970.</param>
/// <param name="Size">The size in bytes.</param>
/// <param name="IsLocal">Whether the file system lies on this machine and sets the time of the inode itself.</param>
internal sealed partial record FileStamp(string Ground, string Text, long Changed, long Size, bool IsLocal)
{
    /// <summary>
    /// For so long a file must have been left alone before its digest was made. Bytes that are written through a mapping set the time of the inode when the page is first
    /// written, and again after the system has saved it, which it does within 35 seconds.
    /// </summary>
    public const long Quiet = 60_000;

    private const int NoFollow = 0x100;
    private const uint BasicAndMount = 0x7ff | 0x4000;
    private const int Size256 = 256;
    private static readonly ConcurrentDictionary<ulong, bool> s_local = new();
    private static string? s_boot;

    /// <summary>File systems of this machine whose times of inodes nobody but the system sets: ext, XFS, btrfs, F2FS, overlay, ZFS. Network file systems, FUSE, FAT and tmpfs are not among them.</summary>
    private static readonly long[] s_systems = [0xEF53, 0x58465342, 0x9123683E, 0xF2F52010, 0x794C7630, 0x2FC12FC1];

    /// <summary>
    /// Whether an equal stamp means the same bytes, where their digest was made at <paramref name="made"/>: the file had been left alone for <see cref="Quiet"/> by then, so that
    /// whatever was done to it since has set another time of the inode. No call sets that time; who can set the clock or write to the disk below the file system can forge it.
    /// </summary>
    public bool IsTrusted(long made) => IsLocal && Changed + Quiet <= made;

    /// <summary>The stamp of a regular file; null where the system does not tell enough, or it is something else.</summary>
    public static FileStamp? Of(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        Span<byte> told = stackalloc byte[Size256];
        if (Statx(-100, path, NoFollow, BasicAndMount, ref told[0]) != 0)
        {
            return null;
        }

        uint mask = BinaryPrimitives.ReadUInt32LittleEndian(told);
        const int TypeMask = 0xF000, Regular = 0x8000;
        if ((mask & 0x7ff) != 0x7ff || (BinaryPrimitives.ReadUInt16LittleEndian(told[28..]) & TypeMask) != Regular)
        {
            return null;
        }

        ulong inode = BinaryPrimitives.ReadUInt64LittleEndian(told[32..]);
        long size = BinaryPrimitives.ReadInt64LittleEndian(told[40..]);
        long changed = BinaryPrimitives.ReadInt64LittleEndian(told[96..]);
        uint changedNanoseconds = BinaryPrimitives.ReadUInt32LittleEndian(told[104..]);
        long written = BinaryPrimitives.ReadInt64LittleEndian(told[112..]);
        uint writtenNanoseconds = BinaryPrimitives.ReadUInt32LittleEndian(told[120..]);
        ulong mount = BinaryPrimitives.ReadUInt64LittleEndian(told[144..]);
        bool isLocal = (mask & 0x4000) != 0 && s_local.GetOrAdd(mount, (_, p) => IsOn(p), path);
        return new FileStamp(
            string.Create(CultureInfo.InvariantCulture, $"{Boot}:{mount}"),
            string.Create(CultureInfo.InvariantCulture, $"{inode}:{size}:{written}.{writtenNanoseconds}:{changed}.{changedNanoseconds}"),
            (changed * 1000) + (changedNanoseconds / 1_000_000) + 1,
            size,
            isLocal && Boot.Length > 0);
    }

    private static string Boot => s_boot ??= ReadBoot();

    private static string ReadBoot()
    {
        try
        {
            return File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static bool IsOn(string path)
    {
        Span<byte> told = stackalloc byte[Size256];
        return Statfs(path, ref told[0]) == 0 && Array.IndexOf(s_systems, BinaryPrimitives.ReadInt64LittleEndian(told)) >= 0;
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint mask, ref byte told);

    [LibraryImport("libc", EntryPoint = "statfs", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statfs(string path, ref byte told);
}
