// Recognises model formats that are plain text or XML.
using System.Text;
using Assay.Artifacts;

namespace Assay.Formats.Signatures;

/// <summary>Recognises model formats that are plain text or XML, by the first 4,096 bytes.</summary>
internal static class TextSignatures
{
    /// <summary>The magic number of a parameter file, as digits.</summary>
    public static ClaimStrength? Ncnn(ProbeView view) =>
        view.StartsWith("7767517\n"u8) || view.StartsWith("7767517\r\n"u8) ? ClaimStrength.Certain : null;

    /// <summary>YAML with flavors, of which one names a loader.</summary>
    public static ClaimStrength? MlFlow(ProbeView view) =>
        Head(view) is { } text && ("\n" + text).Contains("\nflavors:", StringComparison.Ordinal)
        && (text.Contains("loader_module:", StringComparison.Ordinal) || text.Contains("python_function:", StringComparison.Ordinal)) ? ClaimStrength.Certain : null;

    /// <summary>Statements of Jinja that go over the messages of a chat.</summary>
    public static ClaimStrength? ChatTemplate(ProbeView view) =>
        Head(view) is { } text && text.Contains("{%", StringComparison.Ordinal) && text.Contains("%}", StringComparison.Ordinal)
        && text.Contains("message", StringComparison.Ordinal)
        && (text.Contains("role", StringComparison.Ordinal) || text.Contains("content", StringComparison.Ordinal))
        && text.TrimStart() is ['{', '%' or '{' or '#', ..] ? ClaimStrength.Weak : null;

    // Null when the bytes are no text. UTF-16 loses its zero bytes, which is enough to look for words.
    private static string? Head(ProbeView view)
    {
        ReadOnlySpan<byte> head = view.Head.Span;
        if (head is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..])
        {
            return (head[0] == 0xFF ? Encoding.Unicode : Encoding.BigEndianUnicode).GetString(head[2..]);
        }

        if (head is [0xEF, 0xBB, 0xBF, ..])
        {
            head = head[3..];
        }

        return head.IsEmpty || head.Contains((byte)0) ? null : Encoding.UTF8.GetString(head);
    }
}
