// The encodings in which Python source may be written.
using System.Globalization;
using System.Text;
using Assay.Python.Literals;

namespace Assay.Python.Syntax;

/// <summary>
/// An encoding that source can declare in its first two lines (PEP 263). CPython takes every codec from bytes to text, also those that
/// make other source of what an editor shows: unicode_escape, raw_unicode_escape and UTF-7.
/// </summary>
internal sealed class SourceEncoding
{
    private static readonly SourceEncoding s_escapes = new(bytes => EscapedText.Text(bytes));
    private static readonly SourceEncoding s_rawEscapes = new(bytes => EscapedText.Text(bytes, StringEscapes.CodePoints));
    private static readonly DecoderFallback s_strict = DecoderFallback.ExceptionFallback;
    private readonly Decoder _decode;

    private SourceEncoding(Decoder decode) => _decode = decode;

    private delegate string? Decoder(ReadOnlySpan<byte> bytes);

    /// <summary>The text, or null when the bytes are not in this encoding.</summary>
    public string? Decode(ReadOnlySpan<byte> bytes) => _decode(bytes);

    /// <summary>The name of the encoding that a file declares; null when it declares none.</summary>
    public static string? Declared(ReadOnlySpan<byte> file)
    {
        for (int line = 0; line < 2; line++)
        {
            int end = file.IndexOfAny((byte)'\n', (byte)'\r');
            ReadOnlySpan<byte> text = end < 0 ? file : file[..end];
            ReadOnlySpan<byte> comment = text.TrimStart(" \t\f"u8);
            if (comment.StartsWith("#"u8) && Named(comment) is { } name)
            {
                return name;
            }

            // A line that is more than a comment ends the search.
            if (end < 0 || (!comment.IsEmpty && comment[0] != '#'))
            {
                break;
            }

            file = file[(end + (file[end..].StartsWith("\r\n"u8) ? 2 : 1))..];
        }

        return null;
    }

    /// <summary>Whether a declared name is UTF-8. Behind a byte order mark CPython takes only the spelling with a hyphen.</summary>
    public static bool IsUtf8(string name, bool marked)
    {
        string normal = Normal(name);
        return normal == "utf-8" || normal.StartsWith("utf-8-", StringComparison.Ordinal) || (!marked && normal is "utf8" or "u8" or "utf" or "cp65001");
    }

    /// <summary>The encoding of a declared name; null when nothing here knows it.</summary>
    public static SourceEncoding? Find(string name)
    {
        string normal = Normal(name);
        switch (normal)
        {
            case "latin-1" or "latin1" or "latin" or "l1" or "iso-8859-1" or "iso8859-1" or "iso-latin-1" or "8859" or "cp819":
                return Of(Encoding.Latin1);
            case "ascii" or "us-ascii" or "646":
                return Of(Encoding.GetEncoding("us-ascii", EncoderFallback.ExceptionFallback, s_strict));
            case "unicode-escape":
                return s_escapes;
            case "raw-unicode-escape":
                return s_rawEscapes;
            case "utf-7" or "utf7" or "u7":
#pragma warning disable SYSLIB0001 // Nothing of ours is written in UTF-7; hostile source is.
                return Of(new UTF7Encoding());
#pragma warning restore SYSLIB0001
        }

        if (normal is "mac-roman" or "macroman")
        {
            normal = "macintosh";
        }
        else if (normal.StartsWith("iso8859-", StringComparison.Ordinal))
        {
            normal = "iso-" + normal[3..];
        }

        if (normal.StartsWith("cp", StringComparison.Ordinal) && int.TryParse(normal.AsSpan(2), NumberStyles.None, CultureInfo.InvariantCulture, out int page) && page <= ushort.MaxValue)
        {
            return Of(CodePagesEncodingProvider.Instance.GetEncoding(page, EncoderFallback.ExceptionFallback, s_strict));
        }

        return Of(CodePagesEncodingProvider.Instance.GetEncoding(normal, EncoderFallback.ExceptionFallback, s_strict)
            ?? CodePagesEncodingProvider.Instance.GetEncoding(normal.Replace('-', '_'), EncoderFallback.ExceptionFallback, s_strict));
    }

    private static SourceEncoding? Of(Encoding? encoding) => encoding is null ? null : new SourceEncoding(bytes => Text(encoding, bytes));

    private static string? Text(Encoding encoding, ReadOnlySpan<byte> bytes)
    {
        try
        {
            return encoding.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static string Normal(string name) => name.ToLowerInvariant().Replace('_', '-');

    /// <summary>The name in <c>coding: name</c> or <c>coding=name</c>.</summary>
    private static string? Named(ReadOnlySpan<byte> comment)
    {
        for (int found = comment.IndexOf("coding"u8); found >= 0; found = comment.IndexOf("coding"u8))
        {
            comment = comment[(found + 6)..];
            if (comment.IsEmpty || comment[0] is not ((byte)':' or (byte)'='))
            {
                continue;
            }

            ReadOnlySpan<byte> name = comment[1..].TrimStart(" \t"u8);
            int length = 0;
            while (length < name.Length && (char.IsAsciiLetterOrDigit((char)name[length]) || name[length] is (byte)'-' or (byte)'_' or (byte)'.'))
            {
                length++;
            }

            if (length > 0)
            {
                return Encoding.ASCII.GetString(name[..length]);
            }
        }

        return null;
    }
}
