// Why the system does not give or take a file, in words for people.
using System.Runtime.InteropServices;

namespace Assay.Hosting.Files;

/// <summary>Says what is wrong with a file: the texts of the runtime's exceptions name paths that the user did not write, and differ from system to system.</summary>
public static class FileFault
{
    /// <summary>What <paramref name="fault"/> means, as the end of a sentence without its dot.</summary>
    public static string Of(Exception fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        return fault switch
        {
            FileNotFoundException => "there is no such file",
            DirectoryNotFoundException => "there is no such directory",
            UnauthorizedAccessException => "permission is denied",
            PathTooLongException => "the path is too long",
            IOException io when !OperatingSystem.IsWindows() && io.HResult is > 0 and < 4096 => Lower(Marshal.GetPInvokeErrorMessage(io.HResult)),
            IOException io when OperatingSystem.IsWindows() && (io.HResult >>> 16) == Win32 => Lower(Marshal.GetPInvokeErrorMessage(io.HResult & 0xFFFF)),
            _ => "the system refuses",
        };
    }

    /// <summary>The upper half of results that hold an error of Windows.</summary>
    private const int Win32 = 0x8007;

    private static string Lower(string message)
    {
        string text = message.Trim().TrimEnd('.');
        return text.Length == 0 ? "the system refuses" : char.ToLowerInvariant(text[0]) + text[1..];
    }
}
