// Files that real programs wrote, kept beside the tests of their format.
namespace Assay.Tests.Formats;

/// <summary>The files in the folders <c>Files</c> beside the tests of a format: small, written by the real program, with canaries that do nothing.</summary>
internal static class RealFiles
{
    /// <summary>The bytes of the file of that name.</summary>
    public static byte[] Of(string name)
    {
        using Stream stream = typeof(RealFiles).Assembly.GetManifestResourceStream("files/" + name) ?? throw new ArgumentException($"There is no file '{name}'.", nameof(name));
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
