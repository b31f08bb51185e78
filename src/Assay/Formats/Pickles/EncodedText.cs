// Bytes that were written as text.
using System.Buffers;
using System.Buffers.Text;

namespace Assay.Formats.Pickles;

/// <summary>Bytes that were written as text: base64 or hex, as a whole.</summary>
internal static class EncodedText
{
    private static readonly SearchValues<byte> s_hex = SearchValues.Create("0123456789abcdefABCDEF"u8);

    private static readonly SearchValues<byte> s_base64 =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=\r\n"u8);

    /// <summary>The bytes, or null when the text is neither.</summary>
    public static byte[]? TryDecode(ReadOnlySpan<byte> text)
    {
        text = text.Trim(" \t\r\n"u8);
        if (text.Length % 2 == 0 && text.IndexOfAnyExcept(s_hex) < 0)
        {
            byte[] bytes = new byte[text.Length / 2];
            return Convert.FromHexString(text, bytes, out _, out int written) == OperationStatus.Done ? bytes[..written] : null;
        }

        if (text.Length > 0 && text.IndexOfAnyExcept(s_base64) < 0)
        {
            byte[] bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length)];
            return Base64.DecodeFromUtf8(text, bytes, out _, out int written) == OperationStatus.Done ? bytes[..written] : null;
        }

        return null;
    }
}
