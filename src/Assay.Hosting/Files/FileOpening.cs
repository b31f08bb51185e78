// Opens regular files for a scan.
using Assay.Bytes;
using Microsoft.Win32.SafeHandles;

namespace Assay.Hosting.Files;

/// <summary>Opens regular files for a scan: read-only, without keeping others from them, and never anything that waits or acts when it is opened.</summary>
public static class FileOpening
{
    /// <summary>The bytes of the file at <paramref name="path"/>, over links where the path has any.</summary>
    /// <exception cref="ScanStopException">There is no such file, it is no regular file, or the system refuses.</exception>
    public static ByteSource Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string? real = RealPath.Of(path);
        FileKind kind = real is null ? FileKind.Missing : FileKinds.Of(real);
        if (kind != FileKind.Regular)
        {
            throw new ScanStopException(StopReason.InputOutput, kind switch
            {
                FileKind.Missing when path == "-" => "There is no such file, and this command reads no standard input: name a file.",
                FileKind.Missing when path.Contains("://", StringComparison.Ordinal) => "It is an address, and this command takes files: assay pull brings what lies there.",
                FileKind.Missing => Missing(path),
                FileKind.Directory => "It is a directory; name a file in it.",
                _ => "It is a FIFO, a device or a socket, which is never opened.",
            });
        }

        return OpenReal(real!);
    }

    /// <summary>Why there is nothing at a path: in a folder that may not be entered the system does not say whether there is something.</summary>
    private static string Missing(string path)
    {
        try
        {
            File.GetAttributes(path);
        }
        catch (UnauthorizedAccessException e)
        {
            return $"The system refused to open it: {FileFault.Of(e)}.";
        }
        catch (Exception e) when (e is IOException or ArgumentException or NotSupportedException)
        {
        }

        return "There is no such file.";
    }

    /// <summary>
    /// The bytes of the file at the real path <paramref name="path"/>, which was seen to be a regular file. .NET opens no file without following
    /// links, so what was opened is asked for its path afterwards, where the system tells it.
    /// </summary>
    /// <exception cref="ScanStopException">It vanished, became something else, or the system refuses.</exception>
    internal static ByteSource OpenReal(string path)
    {
        SafeFileHandle? handle = null;
        try
        {
            handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.None);
            if (!IsAt(handle, path))
            {
                throw new ScanStopException(StopReason.Changed, "It was exchanged for something else before it was opened.");
            }

            FileSource source = new(handle, FileHoles.NextData);
            handle = null;
            return source;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ScanStopException(StopReason.Changed, "The file vanished before it was read.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ScanStopException(StopReason.InputOutput, $"The system refused to open it: {FileFault.Of(e)}.");
        }
        catch (NotSupportedException)
        {
            throw new ScanStopException(StopReason.InputOutput, "It cannot be read at random, so it is no regular file.");
        }
        finally
        {
            handle?.Dispose();
        }
    }

    /// <summary>Whether what was opened lies at <paramref name="path"/>, as far as the system tells.</summary>
    private static bool IsAt(SafeFileHandle handle, string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return true;
        }

        string? opened = new FileInfo($"/proc/self/fd/{handle.DangerousGetHandle()}").LinkTarget;
        return opened is null || opened == path || opened == path + " (deleted)" || opened is not ['/', ..];
    }
}
