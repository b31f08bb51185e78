// A file that is written whole or not at all.
namespace Assay.Hosting.Files;

/// <summary>Writes files whole or not at all: beside their place under a temporary name, and then renamed. What ends the writing early leaves what was there.</summary>
public static class WholeFile
{
    /// <summary>Writes a file in a folder that is there.</summary>
    /// <param name="path">Its place; no link is followed at its end.</param>
    /// <param name="write">Writes the content.</param>
    /// <param name="replace">Whether what is there is replaced; else that is an error.</param>
    /// <param name="isSecret">Whether only its owner can read it.</param>
    /// <param name="isLasting">Whether it is on the disk before it has its name; what can be had again need not be.</param>
    /// <param name="temporary">The temporary name, in the same folder; null for one that <see cref="AbandonedOutput"/> knows.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static void Write(string path, Action<Stream> write, bool replace, bool isSecret = false, bool isLasting = true, string? temporary = null)
    {
        ArgumentNullException.ThrowIfNull(write);
        temporary ??= AbandonedOutput.NewName(Path.GetDirectoryName(Path.GetFullPath(path))!);
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        if (isSecret && !OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        try
        {
            using (FileStream stream = new(temporary, options))
            {
                write(stream);
                stream.Flush(isLasting);
            }

            File.Move(temporary, path, replace);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
