// Finds what configurations hold as text: marshalled code, and files in base64.
using System.Text;
using Assay.Evaluation.Marshalled;

namespace Assay.Formats.Keras;

/// <summary>
/// Finds marshalled code and whole files in the texts of a configuration. Keras reads code as base64, in which Python steps over all characters that do
/// not belong there, and failing that as the bytes of the text itself, which is how Keras 1 wrote it (<c>func_load</c>).
/// </summary>
internal static class KerasCode
{
    private const int ShortestCode = 40;
    private const int ShortestFile = 64;
    private const int HeadCharacters = 16;

    /// <summary>The marshalled code that the text is, or null.</summary>
    public static byte[]? Marshalled(string text)
    {
        if (text.Length < ShortestCode)
            return null;

        byte[] head = Decode(text, HeadCharacters);
        if (head.Length > 8 && (head[0] & 0x7F) == 'c' && head[4] == 0 && head[8] == 0)
            return Decode(text, int.MaxValue) is var code && MarshalReader.MayBeCode(code) ? code : null;

        return (text[0] & 0x7F) == 'c' && text[4] == 0 && text[8] == 0 && text.All(c => c < 256) ? Encoding.Latin1.GetBytes(text) : null;
    }

    /// <summary>What the text is as code that could not be recognised: its base64, else its own bytes.</summary>
    public static byte[] Raw(string text) => Decode(text, int.MaxValue) is { Length: > 0 } bytes ? bytes : Encoding.UTF8.GetBytes(text);

    /// <summary>The file that the text is in base64, or null: an archive, a pickle, HDF5, a program.</summary>
    public static byte[]? File(string text)
    {
        if (text.Length < ShortestFile)
            return null;

        byte[] head = Decode(text, HeadCharacters);
        bool isFile = head is [(byte)'P', (byte)'K', 3, 4, ..] or [0x80, >= 2 and <= 5, ..] or [0x89, (byte)'H', (byte)'D', (byte)'F', ..] or [0x7F, (byte)'E', (byte)'L', (byte)'F', ..]
            or [0x1F, 0x8B, 8, ..];
        return isFile && Decode(text, int.MaxValue) is { Length: > 0 } bytes ? bytes : null;
    }

    /// <summary>Decodes base64 as Python's binascii does without <c>strict_mode</c>, up to so many characters of the alphabet.</summary>
    private static byte[] Decode(string text, int most)
    {
        byte[] bytes = new byte[(int)Math.Min(text.Length, (long)most) + 3];
        int length = 0;
        int bits = 0;
        int place = 0;
        int pads = 0;
        int taken = 0;
        foreach (char c in text)
        {
            int value = c switch
            {
                >= 'A' and <= 'Z' => c - 'A',
                >= 'a' and <= 'z' => c - 'a' + 26,
                >= '0' and <= '9' => c - '0' + 52,
                '+' => 62,
                '/' => 63,
                _ => -1,
            };
            if (c == '=' && place >= 2 && place + ++pads >= 4)
                break;

            if (value < 0)
                continue;

            pads = 0;
            bits = ((bits << 6) | value) & 0xFFFFFF;
            place = (place + 1) & 3;
            if (place != 1)
                bytes[length++] = (byte)(bits >> (place == 0 ? 0 : place == 2 ? 4 : 2));

            if (++taken == most)
                break;
        }

        return bytes[..length];
    }
}
