// JSON as Python's reader takes it: encodings other than UTF-8, a byte order mark, and the numbers that JSON has not.
using System.Text;
using Assay.Bytes;

namespace Assay.Formats.Json;

/// <summary>
/// A JSON document in the form that Python's <c>json</c> accepts beyond RFC 8259: UTF-16 and UTF-32, told by their zero bytes
/// (<c>json.detect_encoding</c>), and the words <c>NaN</c>, <c>Infinity</c> and <c>-Infinity</c>, which <c>json.dump</c> writes. What comes out is
/// UTF-8 that any reader of JSON takes. Offsets stay where the document is UTF-8.
/// </summary>
internal static class PythonJson
{
    /// <summary>The document as UTF-8 without those words; its first byte stands at <paramref name="start"/> of the given bytes.</summary>
    public static byte[] Plain(byte[] bytes, out int start)
    {
        start = 0;
        if (Wide(bytes) is { } encoding)
            bytes = Encoding.UTF8.GetBytes(encoding.GetString(bytes).TrimStart('\uFEFF'));
        else if (bytes is [0xEF, 0xBB, 0xBF, ..])
            start = 3;

        Words(bytes);
        return start == 0 ? bytes : bytes[start..];
    }

    private static Encoding? Wide(ReadOnlySpan<byte> bytes) => bytes switch
    {
        [0xFF, 0xFE, 0, 0, ..] => Encoding.UTF32,
        [0, 0, 0xFE, 0xFF, ..] or [0, 0, 0, not 0, ..] => new UTF32Encoding(bigEndian: true, byteOrderMark: true),
        [0xFF, 0xFE, ..] => Encoding.Unicode,
        [0xFE, 0xFF, ..] or [0, not 0, ..] => Encoding.BigEndianUnicode,
        [not 0, 0, 0, 0, ..] => Encoding.UTF32,
        [not 0, 0, ..] => Encoding.Unicode,
        _ => null,
    };

    /// <summary>Puts numbers of the same length in the place of the words, outside of texts.</summary>
    private static void Words(byte[] bytes)
    {
        int at = 0;
        while (at < bytes.Length)
        {
            int next = bytes.AsSpan(at).IndexOfAny((byte)'"', (byte)'N', (byte)'I');
            if (next < 0)
                return;

            at += next;
            if (bytes[at] == '"')
            {
                at = EndOfText(bytes, at + 1);
                continue;
            }

            Span<byte> rest = bytes.AsSpan(at);
            int length = rest.StartsWith("NaN"u8) ? 3 : rest.StartsWith("Infinity"u8) ? 8 : 0;
            if (length > 0)
            {
                rest[..length].Fill((byte)'0');
                rest[1] = (byte)'.';
            }

            at += Math.Max(1, length);
        }
    }

    private static int EndOfText(ReadOnlySpan<byte> bytes, int at)
    {
        while (at < bytes.Length)
        {
            int next = bytes[at..].IndexOfAny((byte)'"', (byte)'\\');
            if (next < 0)
                return bytes.Length;

            at += next;
            if (bytes[at] == '"')
                return at + 1;

            at += 2;
        }

        return bytes.Length;
    }
}
