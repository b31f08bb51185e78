// UTF-8 in which a surrogate may stand alone, as Python strings may hold it.
using System.Text;

namespace Assay.Python.Literals;

/// <summary>UTF-8 with the error handler <c>surrogatepass</c>: lone surrogates have three bytes of their own, and stay lone.</summary>
internal static class SurrogateText
{
    /// <summary>Whether the bytes are UTF-8, lone surrogates allowed where <paramref name="surrogatePass"/>.</summary>
    public static bool IsUtf8(ReadOnlySpan<byte> bytes, bool surrogatePass = true)
    {
        if (System.Text.Unicode.Utf8.IsValid(bytes))
        {
            return true;
        }

        return surrogatePass && System.Text.Unicode.Utf8.IsValid(MaskSurrogates(bytes));
    }

    /// <summary>The text; other bad bytes become U+FFFD.</summary>
    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        if (System.Text.Unicode.Utf8.IsValid(bytes))
        {
            return Encoding.UTF8.GetString(bytes);
        }

        StringBuilder text = new(bytes.Length);
        while (!bytes.IsEmpty)
        {
            int plain = 0;
            while (plain < bytes.Length && !IsSurrogate(bytes[plain..]))
            {
                plain++;
            }

            text.Append(Encoding.UTF8.GetString(bytes[..plain]));
            bytes = bytes[plain..];
            if (!bytes.IsEmpty)
            {
                text.Append((char)(((bytes[0] & 0x0F) << 12) | ((bytes[1] & 0x3F) << 6) | (bytes[2] & 0x3F)));
                bytes = bytes[3..];
            }
        }

        return text.ToString();
    }

    private static bool IsSurrogate(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= 3 && bytes[0] == 0xED && bytes[1] is >= 0xA0 and <= 0xBF && (bytes[2] & 0xC0) == 0x80;

    private static byte[] MaskSurrogates(ReadOnlySpan<byte> bytes)
    {
        byte[] masked = bytes.ToArray();
        for (int i = 0; i + 2 < masked.Length; i++)
        {
            if (IsSurrogate(masked.AsSpan(i)))
            {
                masked.AsSpan(i, 3).Fill((byte)'?');
                i += 2;
            }
        }

        return masked;
    }
}
