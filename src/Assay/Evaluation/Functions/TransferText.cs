// Bytes and text as mail and addresses carry them: uuencode, quoted-printable, percent signs, punycode, entities.
using System.IO.Hashing;
using System.Text;
using Assay.Evaluation.Values;

namespace Assay.Evaluation.Functions;

/// <summary>Undoes uuencode, quoted-printable, percent-encoding, punycode and entities, as Python's own functions do.</summary>
internal static class TransferText
{
    private const long EntityWork = 16;
    private const string Digits = "0123456789ABCDEF";

    public static void Add(Dictionary<string, PureFunction> all)
    {
        all["urllib.parse.unquote"] = (f, a) => a.Text(0) is { } x && (a.Count == 1 || (a.Text(1) is "utf-8" && a.Count < 4)) ? Unquoted(f, x, a[0]) : FoldedValue.Unknown;
        all["urllib.parse.unquote_plus"] = (f, a) => a.Text(0) is { } x && a.Count == 1 && f.Budget.Room(x.Length) ? Unquoted(f, x.Replace('+', ' '), a[0]) : FoldedValue.Unknown;
        all["urllib.parse.unquote_to_bytes"] = (f, a) =>
            (a.Text(0) is { } x ? Encoding.UTF8.GetBytes(x) : a.Bytes(0)) is { } raw && f.Budget.Room(raw.Length) ? Layered(Percent(raw), a[0], "url") : FoldedValue.Unknown;
        all["urllib.parse.quote"] = (f, a) => a.Count == 1 && a.Text(0) is { } x && f.Budget.Room(x.Length * 3L) ? f.Made(Quote(x), a) : FoldedValue.Unknown;
        all["html.unescape"] = (f, a) => a.Text(0) is { } x && f.Budget.Room(x.Length) && f.Budget.Work(EntityWork * x.Length) && Entities(x) is { } plain ? f.Made(plain, a) is FoldedText made ? made with { Layers = Arguments.Through(a[0], "html") } : FoldedValue.Unknown : FoldedValue.Unknown;
        all["binascii.a2b_qp"] = all["quopri.decodestring"] = (f, a) =>
            a.Count == 1 && Latin(a[0]) is { } x && f.Budget.Room(x.Length) ? Layered(QuotedPrintable(x), a[0], "quoted-printable") : FoldedValue.Unknown;
        all["binascii.a2b_uu"] = (f, a) => Latin(a.At(0)) is { } x && f.Budget.Room(x.Length) ? Layered(UuLine(x.TrimEnd('\n', '\r')), a[0], "uu") : FoldedValue.Unknown;
        all["binascii.crc32"] = all["zlib.crc32"] = (f, a) => a.Count == 1 && a.Bytes(0) is { } x && f.Budget.Room(x.Length) ? new FoldedInt(Crc32.HashToUInt32(x)) : FoldedValue.Unknown;
    }

    /// <summary>Whole uuencoded data: a line that begins it, its lines, a line that ends it.</summary>
    public static byte[]? Uu(string text)
    {
        List<byte> bytes = [];
        bool inside = false;
        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
        {
            if (!inside)
            {
                inside = line.StartsWith("begin");
                continue;
            }

            if (line is "end")
            {
                return [.. bytes];
            }

            if (UuLine(line) is not { } part)
            {
                return null;
            }

            bytes.AddRange(part);
        }

        return null;
    }

    /// <summary>Quoted-printable; an underscore stays one.</summary>
    public static byte[] QuotedPrintable(string text)
    {
        List<byte> bytes = new(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '=')
            {
                bytes.Add((byte)text[i]);
            }
            else if (i + 1 < text.Length && text[i + 1] is '\n' or '\r')
            {
                // A soft line break.
                int end = text.IndexOf('\n', i);
                i = end < 0 ? text.Length : end;
            }
            else if (i + 2 < text.Length && char.IsAsciiHexDigit(text[i + 1]) && char.IsAsciiHexDigit(text[i + 2]))
            {
                bytes.Add((byte)((HexDigit(text[i + 1]) << 4) | HexDigit(text[i + 2])));
                i += 2;
            }
            else if (i + 1 < text.Length)
            {
                bytes.Add((byte)'=');
            }
        }

        return [.. bytes];
    }

    /// <summary>RFC 3492; null where it does not decode.</summary>
    public static string? Punycode(string text)
    {
        int hyphen = text.LastIndexOf('-');
        List<int> made = [.. (hyphen < 0 ? "" : text[..hyphen]).Select(c => (int)c)];
        int n = 128;
        int bias = 72;
        long i = 0;
        for (int at = hyphen + 1; at < text.Length && made.Count < 1 << 12;)
        {
            long before = i;
            long weight = 1;
            for (int k = 36; ; k += 36)
            {
                int digit = at >= text.Length ? -1 : char.ToLowerInvariant(text[at]) switch { >= 'a' and <= 'z' and var c => c - 'a', >= '0' and <= '9' and var c => c - '0' + 26, _ => -1 };
                at++;
                if (digit < 0 || weight > int.MaxValue)
                {
                    return null;
                }

                i += digit * weight;
                int threshold = Math.Clamp(k - bias, 1, 26);
                if (digit < threshold)
                {
                    break;
                }

                weight *= 36 - threshold;
            }

            int count = made.Count + 1;
            bias = Adapt(i - before, count, before == 0);
            n += (int)Math.Min(i / count, 0x110000);
            if (n > 0x10FFFF || n is >= 0xD800 and <= 0xDFFF)
            {
                return null;
            }

            i %= count;
            made.Insert((int)i++, n);
        }

        return string.Concat(made.Select(char.ConvertFromUtf32));
    }

    private static int Adapt(long delta, int count, bool first)
    {
        delta = first ? delta / 700 : delta / 2;
        delta += delta / count;
        int k = 0;
        for (; delta > 455; k += 36)
        {
            delta /= 35;
        }

        return k + (int)(36 * delta / (delta + 38));
    }

    private static byte[]? UuLine(ReadOnlySpan<char> line)
    {
        if (line.Length == 0)
        {
            return [];
        }

        int length = (line[0] - ' ') & 63;
        List<byte> bytes = [];
        int held = 0;
        int bits = 0;
        for (int i = 1; bytes.Count < length; i++)
        {
            // Blanks at the end of a line may have been cut off.
            char c = i < line.Length ? line[i] : ' ';
            if (c is < ' ' or > '`')
            {
                return null;
            }

            held = (held << 6) | ((c - ' ') & 63);
            bits += 6;
            if (bits >= 8)
            {
                bits -= 8;
                bytes.Add((byte)(held >> bits));
                held &= (1 << bits) - 1;
            }
        }

        return [.. bytes];
    }

    private static FoldedValue Unquoted(Folder f, string text, FoldedValue from) => f.Budget.Room(text.Length)
        ? new FoldedText(text.Contains('%', StringComparison.Ordinal) ? Encoding.UTF8.GetString(Percent(Encoding.UTF8.GetBytes(text))) : text) { Layers = Arguments.Through(from, "url") }
        : FoldedValue.Unknown;

    private static byte[] Percent(byte[] raw)
    {
        List<byte> bytes = new(raw.Length);
        for (int i = 0; i < raw.Length; i++)
        {
            bool escaped = raw[i] == '%' && i + 2 < raw.Length && char.IsAsciiHexDigit((char)raw[i + 1]) && char.IsAsciiHexDigit((char)raw[i + 2]);
            bytes.Add(escaped ? (byte)((HexDigit((char)raw[i + 1]) << 4) | HexDigit((char)raw[i + 2])) : raw[i]);
            i += escaped ? 2 : 0;
        }

        return [.. bytes];
    }

    private static string Quote(string text)
    {
        StringBuilder quoted = new();
        foreach (byte b in Encoding.UTF8.GetBytes(text))
        {
            bool plain = char.IsAsciiLetterOrDigit((char)b) || b is (byte)'_' or (byte)'.' or (byte)'-' or (byte)'~' or (byte)'/';
            if (plain)
            {
                quoted.Append((char)b);
            }
            else
            {
                quoted.Append('%').Append(Digits[b >> 4]).Append(Digits[b & 15]);
            }
        }

        return quoted.ToString();
    }

    /// <summary>Null where an entity stays: Python knows more of them.</summary>
    private static string? Entities(string text)
    {
        string plain = System.Net.WebUtility.HtmlDecode(text);
        for (int at = plain.IndexOf('&', StringComparison.Ordinal); at >= 0; at = plain.IndexOf('&', at + 1))
        {
            if (at + 1 < plain.Length && (char.IsAsciiLetter(plain[at + 1]) || plain[at + 1] == '#'))
            {
                return null;
            }
        }

        return plain;
    }

    private static int HexDigit(char c) => char.IsAsciiDigit(c) ? c - '0' : (c | 0x20) - 'a' + 10;

    private static FoldedValue Layered(byte[]? bytes, FoldedValue from, string layer) =>
        bytes is null ? FoldedValue.Unknown : new FoldedBytes(bytes) { Layers = Arguments.Through(from, layer) };

    private static string? Latin(FoldedValue value) => value switch
    {
        FoldedText text when Ascii.IsValid(text.Value) => text.Value,
        FoldedBytes bytes => Encoding.Latin1.GetString(bytes.Value),
        _ => null,
    };
}
