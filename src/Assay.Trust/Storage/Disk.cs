// The operations on files of which every move is made, one by one, so that a test can end the program behind each of them.
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Assay.Trust.Storage;

/// <summary>
/// The operations on files of which every move is made. None follows a link at the end of a path, none replaces what is there, and each that fails throws an
/// <see cref="IOException"/> with the number of the system. A test overrides <see cref="Before"/> and <see cref="After"/> to fail or to end between any two.
/// </summary>
internal unsafe class Disk
{
    private const int ReadOnly = 0;
    private const int WriteOnly = 1;
    private const int ReadWrite = 2;
    private const int Create = 0x40;
    private const int MustBeNew = 0x80;
    private const int NoWait = 0x800;
    private const int CloseOnExec = 0x80000;
    private const int OwnerOnly = 0x180;
    private const int OwnerFolder = 0x1C0;

    /// <summary>The longest attribute, and the longest list of names, that Linux has.</summary>
    private const int LongestAttribute = 1 << 16;

    private const int HoleStep = 1 << 16;
    private const int MostHoles = 100_000;

    /// <summary>Two flags of <c>open</c> have other numbers on ARM.</summary>
    private static readonly bool s_arm = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm;

    private static int NoLinks => s_arm ? 0x8000 : 0x20000;

    private static int FolderOnly => s_arm ? 0x4000 : 0x10000;

    /// <summary>Whether this system has the calls.</summary>
    public static bool IsSupported => OperatingSystem.IsLinux();

    /// <summary>Called before an operation.</summary>
    protected virtual void Before(string operation, string path)
    {
    }

    /// <summary>Called after an operation that succeeded.</summary>
    protected virtual void After(string operation, string path)
    {
    }

    /// <summary>The status of what <paramref name="path"/> names, or null where there is nothing.</summary>
    public FileStatus? Status(string path)
    {
        byte* status = stackalloc byte[LinuxCalls.StatusSize];
        int result = LinuxCalls.Status(LinuxCalls.Here, path, LinuxCalls.NoFollow, LinuxCalls.BasicStatus, status);
        if (result == 0)
        {
            return new FileStatus(new ReadOnlySpan<byte>(status, LinuxCalls.StatusSize));
        }

        int error = Marshal.GetLastPInvokeError();
        return error is LinuxCalls.ErrorMissing or LinuxCalls.ErrorNotDirectory ? null : throw Fault(error, path);
    }

    /// <summary>The status of an open file.</summary>
    public FileStatus Status(SafeFileHandle file)
    {
        byte* status = stackalloc byte[LinuxCalls.StatusSize];
        Check(LinuxCalls.Status(file, "", LinuxCalls.EmptyPath, LinuxCalls.BasicStatus, status), "");
        return new FileStatus(new ReadOnlySpan<byte>(status, LinuxCalls.StatusSize));
    }

    /// <summary>Opens for reading what is no link; opening waits for nobody.</summary>
    public SafeFileHandle OpenRead(string path) => Do("open", path, () => Opened(path, ReadOnly | NoLinks | NoWait));

    /// <summary>Makes a file that only its owner can read, where nothing is.</summary>
    public SafeFileHandle Make(string path) => Do("make", path, () => Opened(path, WriteOnly | Create | MustBeNew | NoLinks));

    /// <summary>Opens a file for locking, and makes it where there is none.</summary>
    public SafeFileHandle OpenLock(string path) => Do("open-lock", path, () =>
    {
        SafeFileHandle file = Opened(path, ReadWrite | Create | NoLinks);
        Check(LinuxCalls.Lock(file, LinuxCalls.Exclusive), path);
        return file;
    });

    /// <summary>Writes at an offset.</summary>
    public void Write(SafeFileHandle file, string path, ReadOnlySpan<byte> bytes, long offset)
    {
        Before("write", path);
        RandomAccess.Write(file, bytes, offset);
        After("write", path);
    }

    /// <summary>Waits until the bytes of a file are on the disk.</summary>
    public void Flush(SafeFileHandle file, string path) => Do("flush", path, () => Check(LinuxCalls.Flush(file), path));

    /// <summary>Waits until the names in a folder are on the disk.</summary>
    public void FlushFolder(string path) => Do("flush-folder", path, () =>
    {
        using SafeFileHandle folder = Opened(path, ReadOnly | FolderOnly);
        int result = LinuxCalls.Flush(folder);

        // Some file systems have nothing to flush there, and say so.
        return result == 0 || Marshal.GetLastPInvokeError() == LinuxCalls.ErrorInvalid ? 0 : Check(result, path);
    });

    /// <summary>Makes a folder for its owner only.</summary>
    public void MakeFolder(string path) => Do("make-folder", path, () => Check(LinuxCalls.MakeFolder(path, OwnerFolder), path));

    /// <summary>
    /// Holds a folder: what is done below the path of the answer is done in this folder, whatever its name leads to meanwhile. A folder that is reached by a link is none.
    /// </summary>
    public static HeldFolder Hold(string path)
    {
        SafeFileHandle folder = Opened(path, ReadOnly | FolderOnly | NoLinks);
        try
        {
            HeldFolder held = new(folder);
            return new FileInfo(held.Path).LinkTarget == path ? held : throw new IOException("Its directory is reached by a link, or was exchanged meanwhile.");
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Gives a file or a folder another name, where nothing has that name.</summary>
    public void Rename(string from, string to) => Do("rename", to, () =>
    {
        int result = LinuxCalls.Rename(LinuxCalls.Here, from, LinuxCalls.Here, to, LinuxCalls.NoReplace);
        if (result == 0 || Marshal.GetLastPInvokeError() is not (LinuxCalls.ErrorInvalid or LinuxCalls.ErrorNoCall))
        {
            return Check(result, to);
        }

        // A file system without that promise: a second name cannot replace anything either. A folder goes only where nothing is.
        return Status(from) is { Kind: EntryKind.Folder }
            ? Check(Status(to) is null ? LinuxCalls.Rename(LinuxCalls.Here, from, LinuxCalls.Here, to, 0) : -1, to)
            : Check(LinuxCalls.Link(from, to), to) + Check(LinuxCalls.Unlink(from), from);
    });

    /// <summary>Gives a file a second name.</summary>
    public void Link(string from, string to) => Do("link", to, () => Check(LinuxCalls.Link(from, to), to));

    /// <summary>Makes a symbolic link.</summary>
    public void SymbolicLink(string target, string path) => Do("symlink", path, () => Check(LinuxCalls.SymbolicLink(target, path), path));

    /// <summary>Takes a name away.</summary>
    public void Unlink(string path) => Do("unlink", path, () => Check(LinuxCalls.Unlink(path), path));

    /// <summary>Takes an empty folder away.</summary>
    public void RemoveFolder(string path) => Do("remove-folder", path, () => Check(LinuxCalls.RemoveFolder(path), path));

    /// <summary>The extended attributes of a file, among them its access control list (<c>system.posix_acl_access</c>); those that may not be read are not there.</summary>
    public IReadOnlyDictionary<string, byte[]> Attributes(SafeFileHandle file)
    {
        SortedDictionary<string, byte[]> attributes = new(StringComparer.Ordinal);
        byte[] names = new byte[LongestAttribute];
        fixed (byte* list = names)
        {
            nint length = LinuxCalls.ListAttributes(file, list, names.Length);
            foreach (string name in length <= 0 ? [] : Encoding.UTF8.GetString(names, 0, (int)length).Split('\0', StringSplitOptions.RemoveEmptyEntries))
            {
                byte[] value = new byte[LongestAttribute];
                fixed (byte* bytes = value)
                {
                    nint size = LinuxCalls.GetAttribute(file, name, bytes, value.Length);
                    if (size >= 0)
                    {
                        attributes[name] = value[..(int)size];
                    }
                }
            }
        }

        return attributes;
    }

    /// <summary>The ranges of a file in which nothing was ever written, of those that are worth leaving out; none where the file system does not tell.</summary>
    public static IReadOnlyList<(long From, long To)> Holes(SafeFileHandle file, long size)
    {
        List<(long From, long To)> holes = [];
        for (long at = 0; at < size && holes.Count < MostHoles;)
        {
            long hole = LinuxCalls.Seek(file, at, LinuxCalls.SeekHole);
            if (hole < 0 || hole >= size)
            {
                break;
            }

            long data = LinuxCalls.Seek(file, hole, LinuxCalls.SeekData);
            data = data >= 0 ? data : Marshal.GetLastPInvokeError() == LinuxCalls.ErrorBeyond ? size : -1;
            if (data < 0)
            {
                break;
            }

            // Bytes are coded by blocks: a hole begins and ends with one, or with the file.
            (long from, long to) = ((hole + HoleStep - 1) / HoleStep * HoleStep, data >= size ? size : data / HoleStep * HoleStep);
            if (to - from >= HoleStep)
            {
                holes.Add((from, to));
            }

            at = data;
        }

        return holes;
    }

    /// <summary>Makes a file so long, by a hole at its end.</summary>
    public void SetLength(SafeFileHandle file, string path, long length) => Do("truncate", path, () =>
    {
        RandomAccess.SetLength(file, length);
        return 0;
    });

    /// <summary>
    /// Sets owner, extended attributes, permissions and times, in the order in which one does not undo the other. Whoever may not give a file away keeps it; what could not be set is named in <paramref name="lost"/>.
    /// </summary>
    public void Restore(SafeFileHandle file, string path, FileStatus status, IReadOnlyDictionary<string, byte[]> attributes, List<string> lost)
    {
        Do("set-status", path, () =>
        {
            bool owned = true;
            FileStatus now = Status(file);
            if ((now.User, now.Group) != (status.User, status.Group) && LinuxCalls.SetOwner(file, status.User, status.Group) != 0)
            {
                owned = false;
                lost.Add($"it belongs to you now: only the administrator can give it back to its owner ({status.User}:{status.Group})");
            }

            foreach ((string name, byte[] value) in attributes)
            {
                fixed (byte* bytes = value)
                {
                    if (LinuxCalls.SetAttribute(file, name, bytes, value.Length, 0) != 0)
                    {
                        lost.Add($"the attribute {name} could not be set: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
                    }
                }
            }

            // Set-user and set-group bits are for the owner that the file had.
            Check(LinuxCalls.SetMode(file, (uint)(owned ? status.Mode : status.Mode & 0x1FF)), path);
            long* times = stackalloc long[4];
            (times[0], times[1]) = Parts(status.Accessed);
            (times[2], times[3]) = Parts(status.Modified);
            return Check(LinuxCalls.SetTimes(file, times), path);
        });
    }

    private static (long Seconds, long Nanoseconds) Parts(long time)
    {
        (long seconds, long rest) = Math.DivRem(time, 1_000_000_000);
        return rest < 0 ? (seconds - 1, rest + 1_000_000_000) : (seconds, rest);
    }

    private static SafeFileHandle Opened(string path, int flags)
    {
        int file = LinuxCalls.Open(path, flags | CloseOnExec, OwnerOnly);
        return file >= 0 ? new SafeFileHandle(file, ownsHandle: true) : throw Fault(Marshal.GetLastPInvokeError(), path);
    }

    private T Do<T>(string operation, string path, Func<T> work)
    {
        Before(operation, path);
        T result = work();
        try
        {
            After(operation, path);
            return result;
        }
        catch
        {
            (result as IDisposable)?.Dispose();
            throw;
        }
    }

    private static int Check(int result, string path) => result == 0 ? 0 : throw Fault(Marshal.GetLastPInvokeError(), path);

    private static IOException Fault(int error, string path) => new($"{Marshal.GetPInvokeErrorMessage(error)}: {path}", error);
}
