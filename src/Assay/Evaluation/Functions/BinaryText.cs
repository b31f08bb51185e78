// Bytes that were written as text: base64, base32, base16, base85, ascii85, rot13.
namespace Assay.Evaluation.Functions;

/// <summary>Undoes the ways to write bytes as text, as Python's own functions do.</summary>
internal static class BinaryText
{
    private const string Alphabet64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    private const string Alphabet32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private const string Alphabet85 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~";
    private static readonly sbyte[] s_values64 = Values(Alphabet64);
    private static readonly sbyte[] s_values32 = Values(Alphabet32);
    private static readonly sbyte[] s_values85 = Values(Alphabet85);

    /// <summary>
    /// base64 as <c>binascii.a2b_base64</c> reads it: characters outside the alphabet are dropped, and reading stops behind the padding.
    /// Null where Python raises; <paramref name="lenient"/> forgives missing padding.
    /// </summary>
    public static byte[]? Base64(string text, bool lenient = false, bool urlSafe = false)
    {
        byte[] bytes = new byte[(text.Length / 4 * 3) + 3];
        int length = 0;
        int bits = 0;
        int held = 0;
        int padding = 0;
        foreach (char raw in text)
        {
            char c = urlSafe ? raw switch { '-' => '+', '_' => '/', _ => raw } : raw;
            if (c == '=')
            {
                padding++;
                if (held >= 2 && held + padding >= 4)
                {
                    return bytes[..length];
                }

                continue;
            }

            int value = c > 127 ? -1 : s_values64[c];
            if (value < 0)
            {
                continue;
            }

            padding = 0;
            bits = (bits << 6) | value;
            held++;
            switch (held)
            {
                case 2: bytes[length++] = (byte)(bits >> 4); break;
                case 3: bytes[length++] = (byte)(bits >> 2); break;
                case 4:
                    bytes[length++] = (byte)bits;
                    held = 0;
                    bits = 0;
                    break;
            }
        }

        return held == 0 || (lenient && held > 1) ? bytes[..length] : null;
    }

    public static byte[]? Base32(string text)
    {
        string bare = text.TrimEnd('=');
        if (text.Length % 8 != 0 || bare.Length % 8 is 1 or 3 or 6)
        {
            return null;
        }

        List<byte> bytes = [];
        ulong bits = 0;
        int count = 0;
        foreach (char c in bare)
        {
            int value = c > 127 ? -1 : s_values32[c];
            if (value < 0)
            {
                return null;
            }

            bits = (bits << 5) | (uint)value;
            count += 5;
            if (count >= 8)
            {
                count -= 8;
                bytes.Add((byte)(bits >> count));
            }
        }

        return [.. bytes];
    }

    public static byte[]? Base85(string text)
    {
        int padding = (5 - (text.Length % 5)) % 5;
        List<byte> bytes = [];
        for (int i = 0; i < text.Length; i += 5)
        {
            ulong group = 0;
            for (int j = i; j < i + 5; j++)
            {
                int value = j >= text.Length ? 84 : text[j] > 127 ? -1 : s_values85[text[j]];
                if (value < 0)
                {
                    return null;
                }

                group = (group * 85) + (uint)value;
            }

            if (group > uint.MaxValue)
            {
                return null;
            }

            bytes.AddRange([(byte)(group >> 24), (byte)(group >> 16), (byte)(group >> 8), (byte)group]);
        }

        return [.. bytes[..^padding]];
    }

    public static byte[]? Ascii85(string text)
    {
        List<byte> bytes = [];
        List<int> group = [];
        foreach (char c in text)
        {
            if (char.IsWhiteSpace(c))
            {
                continue;
            }

            if (c == 'z' && group.Count == 0)
            {
                bytes.AddRange([0, 0, 0, 0]);
                continue;
            }

            if (c is < '!' or > 'u')
            {
                return null;
            }

            group.Add(c - '!');
            if (group.Count == 5)
            {
                if (!Flush(group, bytes, 4))
                {
                    return null;
                }

                group.Clear();
            }
        }

        if (group.Count == 0)
        {
            return [.. bytes];
        }

        int missing = 5 - group.Count;
        group.AddRange(Enumerable.Repeat(84, missing));
        return Flush(group, bytes, 4 - missing) ? [.. bytes] : null;
    }

    public static string Rot13(string text)
    {
        return string.Create(text.Length, text, static (made, from) =>
        {
            for (int i = 0; i < made.Length; i++)
            {
                char c = from[i];
                made[i] = c switch
                {
                    (>= 'a' and <= 'm') or (>= 'A' and <= 'M') => (char)(c + 13),
                    (>= 'n' and <= 'z') or (>= 'N' and <= 'Z') => (char)(c - 13),
                    _ => c,
                };
            }
        });
    }

    private static sbyte[] Values(string alphabet)
    {
        sbyte[] values = new sbyte[128];
        Array.Fill(values, (sbyte)-1);
        for (int i = 0; i < alphabet.Length; i++)
        {
            values[alphabet[i]] = (sbyte)i;
        }

        return values;
    }

    private static bool Flush(List<int> group, List<byte> bytes, int count)
    {
        ulong value = 0;
        foreach (int digit in group)
        {
            value = (value * 85) + (uint)digit;
        }

        for (int i = 0; i < count; i++)
        {
            bytes.Add((byte)(value >> (24 - (8 * i))));
        }

        return value <= uint.MaxValue;
    }
}
