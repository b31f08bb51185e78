// Small files of ours.
using Assay.Hosting;
using Assay.Hosting.Files;

namespace Assay.Trust.Storage;

/// <summary>Small files of ours: read up to a bound, and written whole or not at all.</summary>
internal static class SmallFile
{
    /// <summary>The longest file of ours.</summary>
    public const int Longest = 4 << 20;

    /// <summary>Writes a file that only its owner can read where <paramref name="isSecret"/>; what is there is replaced only with <paramref name="replace"/>.</summary>
    /// <exception cref="SettingException">It cannot be written, and what was there is there still.</exception>
    public static void Write(string path, byte[] bytes, bool replace, bool isSecret = false)
    {
        if (!FileKinds.IsReplaceable(path))
        {
            throw new SettingException($"{path} cannot be written: it is no regular file.");
        }

        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            WholeFile.Write(path, stream => stream.Write(bytes), replace, isSecret);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SettingException($"{path} cannot be written: {FileFault.Of(e)}.");
        }
    }
}
