// Encodes texts that have characters which the encoding lacks, and halves of characters.
using System.Globalization;
using System.Text;

namespace Assay.Evaluation.Functions;

/// <summary>
/// Encodes texts in which a surrogate may stand alone, which Python's strings may hold, and characters that an encoding lacks, with the error handlers of Python.
/// </summary>
internal static class HalfCharacters
{
    private const int Latin = 0xFF;

    /// <summary>Whether half a character stands in a text.</summary>
    public static bool In(ReadOnlySpan<char> text)
    {
        while (text.IndexOfAnyInRange('\uD800', '\uDFFF') is >= 0 and var at)
        {
            if (at + 1 == text.Length || !char.IsSurrogatePair(text[at], text[at + 1]))
                return true;

            text = text[(at + 2)..];
        }

        return false;
    }

    /// <summary>The bytes; null where Python raises, and where the handler is none of Python's own.</summary>
    /// <param name="text">The text.</param>
    /// <param name="most">The highest character that the encoding has: of ASCII, of Latin-1, of all in UTF-8.</param>
    /// <param name="errors">The error handler.</param>
    public static byte[]? Encode(string text, int most, string errors)
    {
        MemoryStream bytes = new(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            bool isWhole = Rune.TryGetRuneAt(text, i, out Rune rune);
            int code = isWhole ? rune.Value : text[i];
            i += isWhole ? rune.Utf16SequenceLength - 1 : 0;
            if (isWhole && code <= most)
            {
                bytes.Write(most <= Latin ? [(byte)code] : Encoding.UTF8.GetBytes(rune.ToString()));
                continue;
            }

            if (Instead(code, most, errors) is not { } instead)
                return null;

            bytes.Write(instead);
        }

        return bytes.ToArray();
    }

    /// <summary>What a handler writes in the place of a character.</summary>
    private static byte[]? Instead(int code, int most, string errors) => errors switch
    {
        "ignore" => [],
        "replace" => [(byte)'?'],
        "surrogateescape" when code is >= 0xDC80 and <= 0xDCFF => [(byte)(code - 0xDC00)],
        "surrogatepass" when most > Latin => [(byte)(0xE0 | (code >> 12)), (byte)(0x80 | ((code >> 6) & 0x3F)), (byte)(0x80 | (code & 0x3F))],
        "xmlcharrefreplace" => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"&#{code};")),
        "backslashreplace" => Encoding.ASCII.GetBytes(code <= Latin ? $"\\x{code:x2}" : code <= 0xFFFF ? $"\\u{code:x4}" : $"\\U{code:x8}"),
        _ => null,
    };
}
