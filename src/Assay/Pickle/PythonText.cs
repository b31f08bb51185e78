// Decodes text as Python's unpickler does.
using System.Text;

namespace Assay.Pickle;

/// <summary>Decodes text as Python's unpickler does; lone surrogates stay lone surrogates.</summary>
internal static class PythonText
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

    /// <summary>Decodes UTF-8 with the error handler <c>surrogatepass</c>; other bad bytes become U+FFFD.</summary>
    public static string DecodeUtf8(ReadOnlySpan<byte> bytes)
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

    /// <summary>Decodes the escapes of a Python 2 str literal's inside; null where the unpickler raises.</summary>
    public static byte[]? Unescape(ReadOnlySpan<byte> text)
    {
        List<byte> bytes = new(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != (byte)'\\')
            {
                bytes.Add(text[i]);
                continue;
            }

            if (++i == text.Length)
            {
                return null;
            }

            switch ((char)text[i])
            {
                case '\n': break;
                case '\\': case '\'': case '"': bytes.Add(text[i]); break;
                case 'b': bytes.Add(8); break;
                case 'f': bytes.Add(12); break;
                case 't': bytes.Add(9); break;
                case 'n': bytes.Add(10); break;
                case 'r': bytes.Add(13); break;
                case 'v': bytes.Add(11); break;
                case 'a': bytes.Add(7); break;
                case >= '0' and <= '7':
                    int value = 0;
                    int digits = 0;
                    while (digits < 3 && i < text.Length && text[i] is >= (byte)'0' and <= (byte)'7')
                    {
                        value = (value * 8) + (text[i++] - '0');
                        digits++;
                    }

                    i--;
                    bytes.Add((byte)value);
                    break;
                case 'x':
                    if (i + 2 >= text.Length || !Uri.IsHexDigit((char)text[i + 1]) || !Uri.IsHexDigit((char)text[i + 2]))
                    {
                        return null;
                    }

                    bytes.Add((byte)((Uri.FromHex((char)text[i + 1]) << 4) | Uri.FromHex((char)text[i + 2])));
                    i += 2;
                    break;
                default:
                    bytes.Add((byte)'\\');
                    bytes.Add(text[i]);
                    break;
            }
        }

        return [.. bytes];
    }

    /// <summary>Decodes <c>raw-unicode-escape</c>: only \u and \U escapes count; null where the unpickler raises.</summary>
    public static string? DecodeRawUnicodeEscape(ReadOnlySpan<byte> bytes)
    {
        StringBuilder text = new(bytes.Length);
        for (int i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] != (byte)'\\' || i + 1 == bytes.Length)
            {
                text.Append((char)bytes[i]);
                continue;
            }

            int width = (char)bytes[i + 1] switch { 'u' => 4, 'U' => 8, _ => 0 };
            if (width == 0)
            {
                text.Append('\\').Append((char)bytes[++i]);
                continue;
            }

            if (i + 2 + width > bytes.Length
                || !uint.TryParse(Encoding.ASCII.GetString(bytes.Slice(i + 2, width)), System.Globalization.NumberStyles.AllowHexSpecifier, null, out uint code)
                || code > 0x10FFFF)
            {
                return null;
            }

            if (code >= 0x10000)
            {
                text.Append(char.ConvertFromUtf32((int)code));
            }
            else
            {
                text.Append((char)code);
            }

            i += 1 + width;
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
