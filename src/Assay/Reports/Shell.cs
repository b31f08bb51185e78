// Words of a command line that people copy.
using System.Text;

namespace Assay.Reports;

/// <summary>Quotes words for a shell, so that a command that is shown is one that can be copied.</summary>
public static class Shell
{
    /// <summary>
    /// The word as a shell takes it: bare where it can be, in single quotes otherwise, and in the form <c>$'...'</c> where characters are in it that reports
    /// make visible. A path that begins with - stands behind ./.
    /// </summary>
    public static string Quote(string word)
    {
        ArgumentNullException.ThrowIfNull(word);
        string safe = word.StartsWith('-') ? "./" + word : word;
        return safe.Length > 0 && safe.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '_' or '-' or '+' or '@' or ':' or ',' or '=')
            ? safe
            : Escape.Visible(safe) == safe ? $"'{safe.Replace("'", "'\\''", StringComparison.Ordinal)}'" : Escaped(safe);
    }

    private static string Escaped(string word)
    {
        StringBuilder quoted = new("$'");
        Span<byte> bytes = stackalloc byte[4];
        foreach (Rune rune in word.EnumerateRunes())
        {
            string one = rune.ToString();
            if (one is "\\" or "'")
            {
                quoted.Append('\\').Append(one);
            }
            else if (one is "\n" or "\t" or "\r")
            {
                quoted.Append(one switch { "\n" => "\\n", "\t" => "\\t", _ => "\\r" });
            }
            else if (Escape.Visible(one) == one)
            {
                quoted.Append(one);
            }
            else
            {
                // Three digits are all that a shell takes of an octal number, so what follows stays what it is.
                foreach (byte octet in bytes[..rune.EncodeToUtf8(bytes)])
                {
                    quoted.Append('\\').Append(Convert.ToString(octet, 8).PadLeft(3, '0'));
                }
            }
        }

        return quoted.Append('\'').ToString();
    }
}
