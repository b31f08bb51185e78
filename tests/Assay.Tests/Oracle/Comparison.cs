// Compares what an unpickler did with what our machine says it does.
using System.Text;
using System.Text.RegularExpressions;

namespace Assay.Tests.Oracle;

/// <summary>The difference between an unpickler and our machine on one stream.</summary>
/// <param name="Missing">Events of the unpickler that the machine does not have: it would let them pass unseen.</param>
/// <param name="Extra">Events of the machine that the unpickler does not have.</param>
/// <param name="InOrder">Whether the unpickler's events are, in order, among the machine's.</param>
internal sealed partial record Comparison(IReadOnlyList<string> Missing, IReadOnlyList<string> Extra, bool InOrder)
{
    /// <summary>Compares two traces, event by event; an event that happened twice must be there twice.</summary>
    public static Comparison Of(OracleTrace real, OracleTrace machine)
    {
        Dictionary<string, int> counts = [];
        foreach (string text in machine.Events)
        {
            string key = Key(text);
            counts[key] = counts.GetValueOrDefault(key) + 1;
        }

        List<string> missing = [];
        int at = 0;
        bool inOrder = true;
        foreach (string text in real.Events)
        {
            string key = Key(text);
            int left = counts.GetValueOrDefault(key);
            if (left == 0)
            {
                missing.Add(text);
            }
            else
            {
                counts[key] = left - 1;
            }

            while (at < machine.Events.Count && Key(machine.Events[at]) != key)
            {
                at++;
            }

            inOrder &= at++ < machine.Events.Count;
        }

        List<string> extra = [.. counts.SelectMany(c => Enumerable.Repeat(c.Key, c.Value))];
        return new Comparison(missing, extra, inOrder);
    }

    /// <summary>Whether an event counts toward the limit on extras: imports and calls do.</summary>
    public static bool Counts(string text) => text.StartsWith("import ", StringComparison.Ordinal) || text.StartsWith("call ", StringComparison.Ordinal);

    /// <summary>Why the unpickler stopped before the machine did, with everything that differs from stream to stream left out.</summary>
    public static string Reason(OracleTrace real) => $"{real.Ending}: {Particular().Replace(real.Detail, "~")}";

    /// <summary>
    /// Strings of Python 2 are text in the encoding that the loader asks for. The recorder asks for Latin-1 and the machine takes UTF-8
    /// where it can be: they mean the same bytes. So what reads as UTF-8, byte for character, is read as UTF-8 on both sides.
    /// </summary>
    private static string Key(string text)
    {
        while (text.AsSpan().IndexOfAnyInRange('\u00C2', '\u00F4') >= 0)
        {
            StringBuilder folded = new(text.Length);
            for (int i = 0; i < text.Length; i++)
            {
                int width = text[i] switch { >= '\u00C2' and < '\u00E0' => 2, >= '\u00E0' and < '\u00F0' => 3, >= '\u00F0' and <= '\u00F4' => 4, _ => 1 };
                byte[] bytes = width > 1 && i + width <= text.Length && text.AsSpan(i, width).IndexOfAnyExceptInRange('\0', '\u00FF') < 0
                    ? Encoding.Latin1.GetBytes(text[i..(i + width)])
                    : [];
                bool reads = bytes.Length > 0 && System.Text.Unicode.Utf8.IsValid(bytes);
                folded.Append(reads ? Encoding.UTF8.GetString(bytes) : text[i].ToString());
                i += reads ? width - 1 : 0;
            }

            if (folded.Length == text.Length)
            {
                return text;
            }

            text = folded.ToString();
        }

        return text;
    }

    [GeneratedRegex(@"'[^']*'|""[^""]*""|0x[0-9a-f]+|-?\d+|b'.*|<class .*", RegexOptions.NonBacktracking)]
    private static partial Regex Particular();
}
