// One string literal of Python source.
using System.Text;
using Assay.Python.Literals;
using Assay.Python.Syntax;

namespace Assay.Evaluation.Functions;

/// <summary>Reads string literals of Python source, also where they are broken off.</summary>
internal static class PythonString
{
    /// <summary>Whether a word in front of a quote is the prefix of a string literal.</summary>
    public static bool IsPrefix(string word) => word.Length <= 2 && word.All(p => "rRbBfFuU".Contains(p, StringComparison.Ordinal));

    /// <summary>Whether a prefix makes the literal bytes.</summary>
    public static bool IsBytes(string prefix) => prefix.Contains('b', StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// Reads the literal whose first quote is at <paramref name="at"/> and moves behind it. Returns the text that its escapes stand for, or null where
    /// Python would raise; <paramref name="raw"/> is what stands between the quotes.
    /// </summary>
    public static string? Read(string source, ref int at, string prefix, out string raw)
    {
        char quote = source[at];
        bool triple = at + 2 < source.Length && source[at + 1] == quote && source[at + 2] == quote;
        string end = triple ? new string(quote, 3) : quote.ToString();
        int start = at + end.Length;
        int stop = start;
        while (stop < source.Length && !source.AsSpan(stop).StartsWith(end) && (triple || source[stop] != '\n'))
        {
            stop += source[stop] == '\\' ? 2 : 1;
        }

        stop = Math.Max(start, Math.Min(stop, source.Length));
        at = Math.Min(source.Length, stop + end.Length);
        raw = source[start..stop];
        return prefix.Contains('r', StringComparison.OrdinalIgnoreCase) || !raw.Contains('\\', StringComparison.Ordinal) ? raw : Value(raw, IsBytes(prefix));
    }

    private static string? Value(string raw, bool isBytes)
    {
        byte[] source = Encoding.UTF8.GetBytes(raw);
        byte[] value = new byte[source.Length];
        int length = StringLiteral.Decode(source, isBytes ? StringEscapes.Bytes : StringEscapes.All, value, out int bad);
        return bad >= 0 ? null : isBytes ? Encoding.Latin1.GetString(value, 0, length) : SurrogateText.Decode(value.AsSpan(0, length));
    }
}
