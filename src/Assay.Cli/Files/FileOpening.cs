// Opens a regular file for a scan.
using Assay.Bytes;
using Microsoft.Win32.SafeHandles;

namespace Assay.Cli.Files;

/// <summary>Opens a regular file for a scan: read-only, without keeping others from it.</summary>
internal static class FileOpening
{
    /// <summary>The bytes of the file at <paramref name="path"/>, which names a regular file and no link.</summary>
    /// <exception cref="ScanStopException">It vanished, or became something that cannot be read at random.</exception>
    public static ByteSource Open(string path)
    {
        SafeFileHandle? handle = null;
        try
        {
            handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.None);
            return new FileSource(handle);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ScanStopException(StopReason.Changed, "The file vanished before it was read.");
        }
        catch (NotSupportedException)
        {
            handle?.Dispose();
            throw new ScanStopException(StopReason.InputOutput, "It cannot be read at random, so it is no regular file.");
        }
        catch (IOException)
        {
            handle?.Dispose();
            throw;
        }
    }
}
