// Index arithmetic of Python's sequences, and text as the characters that Python counts.
using System.Numerics;
using System.Text;

namespace Assay.Evaluation.Values;

/// <summary>Index arithmetic of Python's sequences.</summary>
internal static class PythonSlice
{
    /// <summary>The position that an index means in a sequence of <paramref name="length"/> items, or -1.</summary>
    public static int Index(BigInteger index, int length)
    {
        BigInteger at = index < 0 ? index + length : index;
        return at >= 0 && at < length ? (int)at : -1;
    }

    /// <summary>Where a slice starts, how it steps, and how many items it takes; null where Python raises.</summary>
    public static (int Start, int Step, int Count)? Positions(FoldedSlice slice, int length)
    {
        BigInteger wide = slice.Step ?? 1;
        if (wide.IsZero)
        {
            return null;
        }

        long step = (long)BigInteger.Min(BigInteger.Max(wide, -(length + 1L)), length + 1L);
        bool back = step < 0;
        int low = back ? -1 : 0;
        int high = back ? length - 1 : length;
        long start = slice.Start is { } s ? (long)Clamp(s, length, low, high) : back ? high : low;
        long stop = slice.Stop is { } e ? (long)Clamp(e, length, low, high) : back ? low : high;
        long span = back ? start - stop : stop - start;
        long count = span <= 0 ? 0 : (span + Math.Abs(step) - 1) / Math.Abs(step);
        return ((int)start, (int)step, (int)count);
    }

    /// <summary>The bounds of <c>find(x, start, end)</c> and its kin.</summary>
    public static (int Start, int End) Bounds(BigInteger? start, BigInteger? end, int length) =>
        ((int)Clamp(start ?? 0, length, 0, length), (int)Clamp(end ?? length, length, 0, length));

    private static BigInteger Clamp(BigInteger value, int length, int low, int high)
    {
        BigInteger at = value < 0 ? value + length : value;
        return at < low ? low : at > high ? high : at;
    }
}

/// <summary>Text as the characters that Python counts.</summary>
internal static class PythonCharacters
{
    private const string Hex = "0123456789abcdef";

    /// <summary>Whether each character of Python is one of .NET.</summary>
    public static bool IsSimple(string text) => !text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF');

    /// <summary>How many characters of .NET the one of Python has that begins at <paramref name="at"/>; a lone surrogate is one.</summary>
    public static int Width(string text, int at) => char.IsHighSurrogate(text[at]) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]) ? 2 : 1;

    /// <summary>Where the characters of a text begin that is not simple, and where it ends.</summary>
    public static int[] Starts(string text)
    {
        int[] starts = new int[Count(text) + 1];
        int at = 0;
        for (int i = 0; i < starts.Length - 1; i++)
        {
            starts[i] = at;
            at += Width(text, at);
        }

        starts[^1] = at;
        return starts;
    }

    /// <summary>The characters; a lone surrogate is one.</summary>
    public static List<string> Split(string text)
    {
        List<string> characters = [];
        for (int at = 0; at < text.Length;)
        {
            int width = Width(text, at);
            characters.Add(text.Substring(at, width));
            at += width;
        }

        return characters;
    }

    public static int Count(string text)
    {
        if (IsSimple(text))
        {
            return text.Length;
        }

        int count = 0;
        for (int at = 0; at < text.Length; at += Width(text, at))
        {
            count++;
        }

        return count;
    }

    /// <summary>The number of a character, or -1 when the text is not one character.</summary>
    public static int Ordinal(string text) => text.Length switch
    {
        1 => text[0],
        2 when char.IsSurrogatePair(text, 0) => char.ConvertToUtf32(text, 0),
        _ => -1,
    };

    public static string? FromOrdinal(BigInteger number) =>
        number < 0 || number > 0x10FFFF ? null
        : number >= 0x10000 ? char.ConvertFromUtf32((int)number)
        : ((char)(int)number).ToString();

    /// <summary>The text as Python's <c>repr</c> writes it, for simple cases.</summary>
    public static string Quote(string text, string prefix = "")
    {
        char quote = text.Contains('\'', StringComparison.Ordinal) && !text.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        StringBuilder quoted = new(prefix);
        quoted.Append(quote);
        foreach (char c in text)
        {
            switch (c)
            {
                case '\\': quoted.Append("\\\\"); break;
                case '\n': quoted.Append("\\n"); break;
                case '\r': quoted.Append("\\r"); break;
                case '\t': quoted.Append("\\t"); break;
                case var _ when c == quote: quoted.Append('\\').Append(c); break;
                case var _ when c < 0x20 || c == 0x7F || (prefix.Length > 0 && c > 0x7E): quoted.Append("\\x").Append(Hex[c >> 4]).Append(Hex[c & 15]); break;
                default: quoted.Append(c); break;
            }
        }

        return quoted.Append(quote).ToString();
    }
}
