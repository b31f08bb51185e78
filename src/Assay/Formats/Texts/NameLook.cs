// Names of files that look like others.
using System.Globalization;

namespace Assay.Formats.Texts;

/// <summary>
/// Names by which people take a file for another: letters of another script among those of Latin that look the same, and controls of direction that show the end of a name before its
/// beginning. A name that is written in another script as a whole is ordinary.
/// </summary>
internal static class NameLook
{
    private const string Alike = "аеорсухіјѕԁһԛԝԍӏѵⅼⅽⅾⅿɡɑοορνικτυχαβγВАЕКМНОРСТХΑΒΕΖΗΙΚΜΝΟΡΤΥΧ";

    /// <summary>What is odd about a name: the code of an anomaly and one plain sentence; null where nothing is.</summary>
    public static (string Code, string Detail)? Of(ReadOnlySpan<char> name)
    {
        if (System.Text.Ascii.IsValid(name))
        {
            return null;
        }

        bool hasLatin = false;
        char other = '\0';
        bool isOther = false;
        foreach (char c in name)
        {
            if (c is '\u202A' or '\u202B' or '\u202D' or '\u202E' or '\u2066' or '\u2067' or '\u2068' or '\u200F' or '\u200E')
            {
                return ("name.direction", string.Create(CultureInfo.InvariantCulture, $"The name holds U+{(int)c:X4}, which shows it in another order than it is."));
            }

            if (!char.IsLetter(c))
            {
                if (Mixed(hasLatin, other, isOther) is { } odd)
                {
                    return odd;
                }

                (hasLatin, other, isOther) = (false, '\0', false);
                continue;
            }

            hasLatin |= char.IsAsciiLetter(c);
            other = Alike.Contains(c, StringComparison.Ordinal) ? c : other;
            isOther |= !char.IsAsciiLetter(c) && !Alike.Contains(c, StringComparison.Ordinal);
        }

        return Mixed(hasLatin, other, isOther);
    }

    private static (string, string)? Mixed(bool hasLatin, char other, bool isOther) => hasLatin && other != '\0' && !isOther
        ? ("name.look-alike", string.Create(CultureInfo.InvariantCulture, $"The name mixes Latin letters with U+{(int)other:X4}, which looks like one: it is taken for another name."))
        : null;
}
