// Opens files that a user names beside models: packs, policies, facts, evidence.
namespace Assay.Hosting.Files;

/// <summary>Opens files that a user names beside models. What cannot be read is the user's to mend, and is said in one sentence.</summary>
public static class SettingFile
{
    /// <summary>Opens <paramref name="file"/>; <paramref name="what"/> it is stands in errors (<c>policy</c>).</summary>
    /// <exception cref="SettingException">It is not there, is no regular file, or the system refuses.</exception>
    public static FileStream Open(string what, string file)
    {
        ArgumentException.ThrowIfNullOrEmpty(file);
        string? real = RealPath.Of(file);
        string? refusal = (real is null ? FileKind.Missing : FileKinds.Of(real)) switch
        {
            FileKind.Missing => "there is no such file",
            FileKind.Directory => "it is a directory",
            FileKind.Special => "it is a FIFO, a device or a socket, which is never opened",
            _ => null,
        };
        try
        {
            return refusal is null ? new FileStream(real!, FileMode.Open, FileAccess.Read, FileShare.Read) : throw Unreadable(what, file, refusal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(what, file, FileFault.Of(e));
        }
    }

    /// <summary>The bytes of <paramref name="file"/> as a whole: it may change while a scan runs, and what was read must not.</summary>
    /// <exception cref="SettingException">It cannot be read, or is larger than <paramref name="largest"/> bytes.</exception>
    internal static byte[] Read(string what, string file, int largest)
    {
        using FileStream stream = Open(what, file);
        try
        {
            if (stream.Length > largest)
            {
                throw new SettingException($"The {what} {file} is larger than {largest} bytes.");
            }

            byte[] bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(what, file, FileFault.Of(e));
        }
    }

    internal static SettingException Unreadable(string what, string file, string why) => new($"The {what} {file} cannot be read: {why}.");
}
