// The codecs of Python that map between text and bytes.
using System.Text;
using Assay.Evaluation.Values;
using Assay.Pickle;
using Assay.Python.Literals;
using Assay.Python.Syntax;

namespace Assay.Evaluation.Functions;

/// <summary>The codecs of Python that map between text and bytes, and the ones that only look so.</summary>
internal static class TextCodecs
{
    private const int LongestName = 64;
    private const long EscapeWork = 8;

    /// <summary><c>bytes.decode(encoding, errors)</c>.</summary>
    public static FoldedValue Decode(Folder f, FoldedValue value, string? encoding, string? errors)
    {
        if (value is not FoldedBytes { Value: { } bytes } || encoding is null || errors is null || !f.Budget.Room(bytes.Length) || !f.Budget.Work(EscapeWork * bytes.Length))
        {
            return FoldedValue.Unknown;
        }

        string? text = Normal(encoding) switch
        {
            "utf8" or "u8" or "utf" or "cp65001" => Utf8(bytes, errors),
            "utf8sig" => Utf8(bytes is [0xEF, 0xBB, 0xBF, ..] ? bytes[3..] : bytes, errors),
            "ascii" or "usascii" or "646" => Ascii.IsValid(bytes) || errors != "strict" ? Ignoring(bytes, errors) : null,
            "latin1" or "iso88591" or "latin" or "l1" or "8859" or "cp819" => Encoding.Latin1.GetString(bytes),
            "utf16" when bytes is [0xFE, 0xFF, ..] && bytes.Length % 2 == 0 => Encoding.BigEndianUnicode.GetString(bytes.AsSpan(2)),
            "utf16le" or "utf16" when bytes.Length % 2 == 0 && bytes is not [0xFE, 0xFF, ..] =>
                Encoding.Unicode.GetString(bytes is [0xFF, 0xFE, ..] && Normal(encoding) == "utf16" ? bytes.AsSpan(2) : bytes),
            "utf16be" when bytes.Length % 2 == 0 => Encoding.BigEndianUnicode.GetString(bytes),
            "utf32le" or "utf32" when bytes.Length % 4 == 0 => Encoding.UTF32.GetString(bytes is [0xFF, 0xFE, 0, 0, ..] && Normal(encoding) == "utf32" ? bytes.AsSpan(4) : bytes),
            "utf32be" when bytes.Length % 4 == 0 => new UTF32Encoding(bigEndian: true, byteOrderMark: false).GetString(bytes),
            "punycode" => Ascii.IsValid(bytes) ? TransferText.Punycode(Encoding.ASCII.GetString(bytes)) : null,
            "unicodeescape" => EscapedText.Text(bytes),
            "rawunicodeescape" => EscapedText.Text(bytes, StringEscapes.CodePoints),
            "utf7" => Utf7(bytes),
            string other => CodePages.Decode(other, bytes),
        };
        return text is null ? FoldedValue.Unknown : new FoldedText(text) { Layers = WithLayer(value, Normal(encoding)) };
    }

    /// <summary><c>str.encode(encoding, errors)</c>.</summary>
    public static FoldedValue Encode(Folder f, FoldedValue value, string? encoding, string? errors)
    {
        if (value is not FoldedText { Value: { } text } || encoding is null || errors is null || !f.Budget.Room(text.Length * (errors is "strict" ? 3L : 10L)))
        {
            return FoldedValue.Unknown;
        }

        string codec = Normal(encoding);
        bool isHalf = HalfCharacters.In(text);
        byte[]? bytes = codec switch
        {
            "utf8" or "u8" or "utf" or "cp65001" => isHalf ? HalfCharacters.Encode(text, 0x10FFFF, errors) : Encoding.UTF8.GetBytes(text),
            "ascii" or "usascii" or "646" => HalfCharacters.Encode(text, 0x7F, errors),
            "latin1" or "iso88591" or "latin" or "l1" or "8859" or "cp819" => HalfCharacters.Encode(text, 0xFF, errors),
            _ when isHalf => null,
            "utf16le" => Encoding.Unicode.GetBytes(text),
            "utf16be" => Encoding.BigEndianUnicode.GetBytes(text),
            "utf16" => [0xFF, 0xFE, .. Encoding.Unicode.GetBytes(text)],
            "utf32le" => Encoding.UTF32.GetBytes(text),
            "rawunicodeescape" when !text.AsSpan().ContainsAnyExceptInRange('\0', '\u00ff') => Encoding.Latin1.GetBytes(text),
            string other => CodePages.Encode(other, text),
        };
        return bytes is null ? FoldedValue.Unknown : new FoldedBytes(bytes) { Layers = value.Layers };
    }

    /// <summary>The name of a codec as Python looks it up: case, hyphens and underscores do not count.</summary>
    public static string Normal(string encoding) =>
        encoding.Length > LongestName ? "" : new([.. encoding.Where(char.IsAsciiLetterOrDigit).Select(char.ToLowerInvariant)]);

    public static byte[]? Hex(ReadOnlySpan<char> text)
    {
        if (text.Length % 2 != 0)
        {
            return null;
        }

        byte[] bytes = new byte[text.Length / 2];
        return Convert.FromHexString(text, bytes, out _, out int written) == System.Buffers.OperationStatus.Done ? bytes[..written] : null;
    }

    private static IReadOnlyList<string> WithLayer(FoldedValue value, string codec) =>
        CodePages.IsDisguise(codec) || codec is "unicodeescape" or "rawunicodeescape" or "punycode" or "utf32be" or "utf7" or "utf16" or "utf16le" or "utf16be" or "utf32" or "utf32le" ? Arguments.Through(value, codec) : value.Layers;

    private static string? Utf8(byte[] bytes, string errors)
    {
        if (System.Text.Unicode.Utf8.IsValid(bytes))
        {
            return Encoding.UTF8.GetString(bytes);
        }

        return errors switch
        {
            "ignore" => Ignoring(bytes, errors),
            "replace" => Encoding.UTF8.GetString(bytes),
            "surrogatepass" when SurrogateText.IsUtf8(bytes) => SurrogateText.Decode(bytes),
            _ => null,
        };
    }

    private static string? Ignoring(byte[] bytes, string errors) => errors switch
    {
        "strict" => Encoding.ASCII.GetString(bytes),
        "ignore" => Encoding.ASCII.GetString([.. bytes.Where(b => b < 0x80)]),
        _ => null,
    };

    // UTF-7 without shifted sequences is ASCII; with them it hides text, and what it hides is base64 of UTF-16.
    private static string? Utf7(byte[] bytes)
    {
        if (!Ascii.IsValid(bytes))
        {
            return null;
        }

        string text = Encoding.ASCII.GetString(bytes);
        StringBuilder made = new(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '+')
            {
                made.Append(text[i]);
                continue;
            }

            int end = i + 1;
            while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] is '+' or '/'))
            {
                end++;
            }

            if (end == i + 1)
            {
                made.Append('+');
            }
            else if (BinaryText.Base64(text[(i + 1)..end], lenient: true) is { } wide)
            {
                made.Append(Encoding.BigEndianUnicode.GetString(wide.AsSpan(0, wide.Length & ~1)));
            }
            else
            {
                return null;
            }

            i = end < text.Length && text[end] == '-' ? end : end - 1;
        }

        return made.ToString();
    }
}
