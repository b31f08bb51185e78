// C# source without what the compiler does not act on.
using System.Text;

namespace Assay.Tests.Architecture;

/// <summary>Blanks out comments, strings and characters, so that a search for names finds code only.</summary>
internal static class SourceText
{
    /// <summary>The code of <paramref name="source"/>; line breaks stay where they were.</summary>
    public static string CodeOnly(string source)
    {
        StringBuilder code = new(source.Length);
        int at = 0;
        while (at < source.Length)
        {
            int end = source[at] switch
            {
                '/' when Next(source, at) == '/' => Until(source, at, "\n"),
                '/' when Next(source, at) == '*' => Until(source, at + 2, "*/") + 2,
                '\'' => Quoted(source, at, '\''),
                '"' when source.AsSpan(at).StartsWith("\"\"\"") => Raw(source, at),
                '"' when at > 0 && source[at - 1] == '@' => Verbatim(source, at),
                '"' => Quoted(source, at, '"'),
                _ => at,
            };
            if (end == at)
            {
                code.Append(source[at++]);
                continue;
            }

            for (; at < Math.Min(end, source.Length); at++)
            {
                code.Append(source[at] == '\n' ? '\n' : ' ');
            }
        }

        return code.ToString();
    }

    private static char Next(string source, int at) => at + 1 < source.Length ? source[at + 1] : '\0';

    private static int Until(string source, int at, string end)
    {
        int found = at < source.Length ? source.IndexOf(end, at, StringComparison.Ordinal) : -1;
        return found < 0 ? source.Length : found;
    }

    private static int Quoted(string source, int at, char quote)
    {
        for (int i = at + 1; i < source.Length && source[i] != '\n'; i++)
        {
            if (source[i] == '\\')
            {
                i++;
            }
            else if (source[i] == quote)
            {
                return i + 1;
            }
        }

        return at + 1;
    }

    private static int Verbatim(string source, int at)
    {
        for (int i = at + 1; i < source.Length; i++)
        {
            if (source[i] == '"')
            {
                if (Next(source, i) != '"')
                {
                    return i + 1;
                }

                i++;
            }
        }

        return source.Length;
    }

    private static int Raw(string source, int at)
    {
        int quotes = 0;
        while (at + quotes < source.Length && source[at + quotes] == '"')
        {
            quotes++;
        }

        return Until(source, at + quotes, new string('"', quotes)) + quotes;
    }
}
