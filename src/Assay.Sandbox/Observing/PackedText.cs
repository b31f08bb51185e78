// Unpacks what a text holds: streams that are compressed, long runs of an encoding, characters that are spread or stand as numbers.
using System.Text;
using Assay.Bytes;
using Assay.Codecs;

namespace Assay.Sandbox.Observing;

/// <summary>Unpacks texts by one layer, in every way that may fit; whoever looks for something in them looks again.</summary>
internal static class PackedText
{
    /// <summary>How much of a text is looked at.</summary>
    public const int LongestView = 64 << 10;

    private const int Few = 8;
    private const int LongestThinned = 8 << 10;
    private static readonly int[] s_radixes = [10, 2, 8];
    private static readonly string[] s_between = ["%", "\\x", ", 0x", "0x", ":", "-", " ", "="];

    /// <summary>What is packed in a text: streams of zlib and gzip, long runs of base64 and of hexadecimal digits.</summary>
    public static IEnumerable<(string How, string Text)> In(string text)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(text);
        int streams = 0;
        for (int i = 0; i + Few < bytes.Length && streams < Few; i++)
        {
            // A stream without a header can only be told where it begins.
            CodecKind? kind = Codec.Sniff(bytes.AsSpan(i)) ?? (IsZlib(bytes[i], bytes[i + 1]) ? CodecKind.Zlib : i == 0 ? CodecKind.Deflate : null);
            if (kind is { } codec && Inflated(bytes, i, codec) is { Length: > 0 } inner)
            {
                streams++;
                yield return ("compressed", inner);
            }
        }

        foreach ((string how, string inner) in Spread(text))
        {
            yield return (how, inner);
        }

        foreach ((string run, bool digits) in Runs(text))
        {
            byte[] plain = new byte[run.Length];
            string whole = digits ? run[..(run.Length & ~1)] : run.Replace('-', '+').Replace('_', '/')[..(run.Length & ~3)];
            if (digits)
            {
                yield return ("in hexadecimal", Encoding.Latin1.GetString(Convert.FromHexString(whole)));
            }

            if (Convert.TryFromBase64String(whole, plain, out int length))
            {
                yield return ("in base64", Encoding.Latin1.GetString(plain, 0, length));
            }
        }
    }

    /// <summary>What is spread over a text: characters that stand apart, numbers of bytes in any base.</summary>
    private static IEnumerable<(string How, string Text)> Spread(string text)
    {
        if (text.Contains('\0', StringComparison.Ordinal))
        {
            yield return ("in wide characters", text.Replace("\0", "", StringComparison.Ordinal));
        }

        foreach (string between in s_between.Where(b => text.AsSpan().Count(b) >= Few))
        {
            yield return ("with signs between", text.Replace(between, "", StringComparison.Ordinal));
        }

        if (text.Length <= LongestThinned)
        {
            for (int apart = 2; apart <= 4; apart++)
            {
                for (int first = 0; first < apart && text.Length / apart >= Few; first++)
                {
                    yield return ("with signs between", string.Concat(text.Where((_, i) => i % apart == first)));
                }
            }
        }

        foreach (int radix in s_radixes)
        {
            if (Numbers(text, radix) is { Length: >= Few } numbers)
            {
                yield return ("in numbers", numbers);
            }
        }
    }

    /// <summary>The bytes whose numbers stand in a text; digits that follow each other without a sign are parted where a byte has eight of them.</summary>
    private static string Numbers(string text, int radix)
    {
        StringBuilder bytes = new();
        int value = 0;
        int digits = 0;
        for (int i = 0; i <= text.Length; i++)
        {
            int digit = i < text.Length ? text[i] - '0' : -1;
            bool counts = digit >= 0 && digit < radix;
            value = counts ? (value * radix) + digit : value;
            digits += counts ? 1 : 0;
            if (digits > 0 && (!counts || digits == 8))
            {
                if (value is >= 0 and <= byte.MaxValue)
                {
                    bytes.Append((char)value);
                }

                value = digits = 0;
            }
        }

        return bytes.ToString();
    }

    private static IEnumerable<(string Run, bool Digits)> Runs(string text)
    {
        int start = 0;
        for (int i = 0; i <= text.Length; i++)
        {
            if (i == text.Length || !(char.IsAsciiLetterOrDigit(text[i]) || text[i] is '+' or '/' or '-' or '_'))
            {
                if (i - start >= 24)
                {
                    string run = text[start..i];
                    yield return (run, run.All(char.IsAsciiHexDigit));
                }

                start = i + 1;
            }
        }
    }

    /// <summary>Whether two bytes may begin a stream of zlib, with any window and any level.</summary>
    private static bool IsZlib(byte first, byte second) => (first & 0xF) == 8 && first >> 4 <= 7 && ((first << 8) + second) % 31 == 0;

    /// <summary>What comes out of a stream before it ends or breaks; empty where that is nothing.</summary>
    private static string Inflated(byte[] packed, int start, CodecKind kind)
    {
        using MemorySource source = new(packed);
        ScanBudget budget = new(new ScanLimits(), TimeProvider.System);
        using ByteSource plain = Codec.InflateSoFar(kind, source, new ByteRange(start, packed.Length - start), budget, new MemoryScratch(), LongestView).Result.Bytes;
        return Encoding.Latin1.GetString(plain.ReadUpTo(0, LongestView));
    }
}
