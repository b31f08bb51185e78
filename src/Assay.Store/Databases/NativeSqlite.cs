// Loads the SQLite that the program carries in itself.
using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Assay.Store.Databases;

/// <summary>
/// Assay is published as one file, so SQLite lies in it as a resource. On Linux it is loaded from memory (memfd), where no other process can put another library in
/// its place; elsewhere the library lies beside the program.
/// </summary>
internal static partial class NativeSqlite
{
    private const string Library = "e_sqlite3";
    private const uint CloseOnExec = 1;
    private static readonly Lock s_lock = new();
    private static bool s_isReady;
    private static IntPtr s_loaded;

    /// <summary>Makes SQLite ready; nothing of it is touched before.</summary>
    public static void Prepare()
    {
        lock (s_lock)
        {
            if (s_isReady)
            {
                return;
            }

            NativeLibrary.SetDllImportResolver(typeof(SQLitePCL.SQLite3Provider_e_sqlite3).Assembly, Resolve);
            SQLitePCL.raw.SetProvider(new SQLitePCL.SQLite3Provider_e_sqlite3());
            s_isReady = true;
        }
    }

    private static IntPtr Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name != Library)
        {
            return IntPtr.Zero;
        }

        if (s_loaded == IntPtr.Zero && OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64)
        {
            s_loaded = FromMemory();
        }

        return s_loaded;
    }

    private static IntPtr FromMemory()
    {
        using Stream? library = typeof(NativeSqlite).Assembly.GetManifestResourceStream("sqlite/linux-x64");
        if (library is null)
        {
            return IntPtr.Zero;
        }

        using SafeFileHandle memory = MemFdCreate(Library, CloseOnExec);
        if (memory.IsInvalid)
        {
            return IntPtr.Zero;
        }

        byte[] bytes = new byte[library.Length];
        library.ReadExactly(bytes);
        RandomAccess.Write(memory, bytes, 0);
        return NativeLibrary.TryLoad($"/proc/self/fd/{memory.DangerousGetHandle()}", out IntPtr loaded) ? loaded : IntPtr.Zero;
    }

    [LibraryImport("libc", EntryPoint = "memfd_create", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial SafeFileHandle MemFdCreate(string name, uint flags);
}
