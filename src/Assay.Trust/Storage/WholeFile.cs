// Small files of ours, written whole or not at all.
using Assay.Hosting;
using Assay.Hosting.Files;

namespace Assay.Trust.Storage;

/// <summary>Small files of ours: read up to a bound, and written whole or not at all.</summary>
internal static class WholeFile
{
    /// <summary>The longest file of ours.</summary>
    public const int Longest = 4 << 20;

    /// <summary>Writes a file that only its owner can read where <paramref name="isSecret"/>; what is there is replaced only with <paramref name="replace"/>.</summary>
    /// <exception cref="SettingException">It cannot be written, and what was there is there still.</exception>
    public static void Write(string path, ReadOnlySpan<byte> bytes, bool replace, bool isSecret = false)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        string temporary = AbandonedOutput.NewName(folder);
        try
        {
            Directory.CreateDirectory(folder);
            FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0 };
            if (isSecret && !OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using (FileStream stream = new(temporary, options))
            {
                stream.Write(bytes);
                stream.Flush(flushToDisk: true);
            }

            if (!FileKinds.IsReplaceable(path))
            {
                throw new SettingException($"{path} cannot be written: it is no regular file.");
            }

            File.Move(temporary, path, replace);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SettingException($"{path} cannot be written: {FileFault.Of(e)}.");
        }
        finally
        {
            if (Directory.Exists(folder))
            {
                File.Delete(temporary);
            }
        }
    }
}
