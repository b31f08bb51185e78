// Characters that make text look like another: directions that turn, characters that show nothing.
using System.Globalization;
using System.Text;

namespace Assay.Formats.Texts;

/// <summary>
/// A character by which what people see is not what programs read: Unicode's controls of direction (CVE-2021-42574), tags that show nothing and carry text, and, in code, characters without
/// width. Joiners are part of how emoji and several scripts are written.
/// </summary>
/// <param name="Code">What it is, as the code of an anomaly.</param>
/// <param name="Offset">Where it stands, in bytes of UTF-8.</param>
/// <param name="Detail">One plain sentence.</param>
internal readonly record struct HiddenCharacter(string Code, int Offset, string Detail)
{
    private const int MostTold = 16;

    /// <summary>An emoji has one such character, or two; a script of East Asia one behind each of its own.</summary>
    private const int FewSelectors = 4;

    /// <summary>The hidden characters of a text, a few of them.</summary>
    public static IEnumerable<HiddenCharacter> In(string text)
    {
        if (System.Text.Ascii.IsValid(text))
        {
            yield break;
        }

        int told = 0;
        int from = 0;
        int offset = 0;
        for (int i = 0; i < text.Length && told < MostTold; i++)
        {
            char c = text[i];
            string? code = c is '\u202A' or '\u202B' or '\u202D' or '\u202E' or '\u2066' or '\u2067' or '\u2068' ? "text.direction"
                : c is '\uDB40' && i + 1 < text.Length && text[i + 1] is >= '\uDC20' and <= '\uDC7F' && !IsFlag(text, i) ? "text.invisible"
                : IsSelector(text, i) && Selectors(text, i) >= FewSelectors ? "text.invisible"
                : null;
            if (code is not null)
            {
                offset += Encoding.UTF8.GetByteCount(text.AsSpan(from, i - from));
                from = i;
                told++;
                yield return new HiddenCharacter(code, offset, code is "text.direction"
                    ? string.Create(CultureInfo.InvariantCulture, $"The character U+{(int)c:X4} turns the direction: people see the characters behind it in another order than programs.")
                    : IsSelector(text, i) ? string.Create(CultureInfo.InvariantCulture, $"{Selectors(text, i)} characters that nobody sees, which choose the look of the one before, follow one another: they carry something else.") : $"Characters that nobody sees spell: {Spelled(text, i)}");
                if (IsSelector(text, i))
                {
                    for (; IsSelector(text, i); i += char.IsHighSurrogate(text[i]) ? 2 : 1)
                    {
                    }

                    i--;
                    continue;
                }

                while (code is "text.invisible" && i + 3 < text.Length && text[i + 2] is '\uDB40')
                {
                    i += 2;
                }
            }
        }
    }

    /// <summary>Whether a selector of variations stands at a place: U+FE00 to U+FE0F, U+E0100 to U+E01EF.</summary>
    private static bool IsSelector(string text, int at) => at < text.Length && (text[at] is >= '\uFE00' and <= '\uFE0F' || (text[at] is '\uDB40' && at + 1 < text.Length && text[at + 1] is >= '\uDD00' and <= '\uDDEF'));

    private static int Selectors(string text, int at)
    {
        int count = 0;
        for (; IsSelector(text, at); at += char.IsHighSurrogate(text[at]) ? 2 : 1)
        {
            count++;
        }

        return count;
    }

    /// <summary>Tags behind a black flag are the flag of a region.</summary>
    private static bool IsFlag(string text, int at)
    {
        int start = at;
        while (start >= 2 && text[start - 2] is '\uDB40' && at - start < 16)
        {
            start -= 2;
        }

        return start >= 2 && text[start - 2] is '\uD83C' && text[start - 1] is '\uDFF4';
    }

    private static string Spelled(string text, int at)
    {
        StringBuilder spelled = new();
        for (; at + 1 < text.Length && text[at] is '\uDB40' && spelled.Length < 120; at += 2)
        {
            spelled.Append((char)(text[at + 1] - '\uDC00'));
        }

        return spelled.ToString();
    }
}
