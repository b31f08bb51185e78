// Reads and writes the small files by which the kernel shows and sets a control group.
using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Assay.Sandbox.Groups;

/// <summary>The files of a control group. Each write is one call, as the kernel wants it.</summary>
internal static class GroupFiles
{
    /// <summary>The words of a file; none when it cannot be read.</summary>
    public static IReadOnlyList<string> Words(string folder, string file)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, file)).Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>The number behind a name in a file of lines "name number"; 0 when there is none.</summary>
    public static long Number(string folder, string file, string name)
    {
        IReadOnlyList<string> words = Words(folder, file);
        for (int i = 0; i + 1 < words.Count; i += 2)
        {
            if (words[i] == name && long.TryParse(words[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out long number))
            {
                return number;
            }
        }

        return 0;
    }

    /// <summary>Writes to a file that is there.</summary>
    /// <exception cref="IOException">The kernel refuses it.</exception>
    public static void Write(string folder, string file, string text)
    {
        try
        {
            using SafeFileHandle handle = File.OpenHandle(Path.Combine(folder, file), FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            RandomAccess.Write(handle, Encoding.ASCII.GetBytes(text), 0);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException(e.Message, e);
        }
    }

    /// <summary>Writes where it can be written; false where not.</summary>
    public static bool TryWrite(string folder, string file, string text)
    {
        try
        {
            Write(folder, file, text);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Removes an empty group; false while something is in it.</summary>
    public static bool TryRemove(string folder)
    {
        try
        {
            // Its files cannot be deleted and need not be.
            return Kernel.Native.RemoveFolder(folder) == 0 || !Directory.Exists(folder);
        }
        catch (IOException)
        {
            return false;
        }
    }
}
