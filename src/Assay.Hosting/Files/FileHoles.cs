// Where the holes of a sparse file end.
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Assay.Hosting.Files;

/// <summary>Asks Linux where the holes of a file end, so that a file of many gigabytes and little content costs what its content costs.</summary>
internal static partial class FileHoles
{
    private const int SeekData = 3;
    private const int NothingBehind = 6;

    /// <summary>The first place from <paramref name="offset"/> on that is no hole: the end of all where only a hole follows, and <paramref name="offset"/> where the system cannot tell.</summary>
    public static long NextData(SafeFileHandle file, long offset)
    {
        if (!OperatingSystem.IsLinux())
            return offset;

        // The position of the file is not used: all reads say where.
        long found = Seek(file, offset, SeekData);
        return found >= 0 ? found : Marshal.GetLastPInvokeError() == NothingBehind ? long.MaxValue : offset;
    }

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    private static partial long Seek(SafeFileHandle file, long offset, int whence);
}
