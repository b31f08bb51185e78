// The calls of the C library on files that .NET has no door to: without following links, to the nanosecond, never over what is there.
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Assay.Trust.Storage;

/// <summary>Calls of the C library. The structure of <c>statx</c> is the same on every architecture, which that of <c>stat</c> is not.</summary>
internal static unsafe partial class LinuxCalls
{
    public const int Here = -100;
    public const int NoFollow = 0x100;
    public const int EmptyPath = 0x1000;
    public const uint BasicStatus = 0x7ff;
    public const int StatusSize = 256;
    public const int NoReplace = 1;
    public const int Exclusive = 2;

    public const int SeekData = 3;
    public const int SeekHole = 4;

    public const int ErrorMissing = 2;
    public const int ErrorBeyond = 6;
    public const int ErrorNotPermitted = 1;
    public const int ErrorNotDirectory = 20;
    public const int ErrorInvalid = 22;
    public const int ErrorNoCall = 38;

    private const string C = "libc";

    [LibraryImport(C, EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Status(int folder, string path, int flags, uint mask, byte* status);

    [LibraryImport(C, EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Status(SafeFileHandle file, string path, int flags, uint mask, byte* status);

    [LibraryImport(C, EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags, int mode);

    [LibraryImport(C, EntryPoint = "fsync", SetLastError = true)]
    public static partial int Flush(SafeFileHandle file);

    [LibraryImport(C, EntryPoint = "fchmod", SetLastError = true)]
    public static partial int SetMode(SafeFileHandle file, uint mode);

    [LibraryImport(C, EntryPoint = "fchown", SetLastError = true)]
    public static partial int SetOwner(SafeFileHandle file, uint user, uint group);

    [LibraryImport(C, EntryPoint = "futimens", SetLastError = true)]
    public static partial int SetTimes(SafeFileHandle file, long* times);

    [LibraryImport(C, EntryPoint = "lseek", SetLastError = true)]
    public static partial long Seek(SafeFileHandle file, long offset, int whence);

    [LibraryImport(C, EntryPoint = "flistxattr", SetLastError = true)]
    public static partial nint ListAttributes(SafeFileHandle file, byte* names, nint size);

    [LibraryImport(C, EntryPoint = "fgetxattr", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint GetAttribute(SafeFileHandle file, string name, byte* value, nint size);

    [LibraryImport(C, EntryPoint = "fsetxattr", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int SetAttribute(SafeFileHandle file, string name, byte* value, nint size, int flags);

    [LibraryImport(C, EntryPoint = "mkdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MakeFolder(string path, uint mode);

    [LibraryImport(C, EntryPoint = "rmdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int RemoveFolder(string path);

    [LibraryImport(C, EntryPoint = "unlink", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Unlink(string path);

    [LibraryImport(C, EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Link(string from, string to);

    [LibraryImport(C, EntryPoint = "symlink", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int SymbolicLink(string target, string path);

    [LibraryImport(C, EntryPoint = "renameat2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Rename(int fromFolder, string from, int toFolder, string to, uint flags);

    [LibraryImport(C, EntryPoint = "geteuid")]
    public static partial uint User();

    [LibraryImport(C, EntryPoint = "flock", SetLastError = true)]
    public static partial int Lock(SafeFileHandle file, int operation);
}
