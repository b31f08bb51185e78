// Writes what scripts of other languages download and run as lines for a shell, which are read like any other.
using System.Text;
using Assay.Bytes;

namespace Assay.Formats.Texts;

/// <summary>
/// Scripts of R, CMake, Julia, Lua and others start programs by calls whose arguments are texts. A call that is known for what it does becomes the line that a shell would run for it, at the place of the call: so a file that one
/// call fetches and another runs is told as in a script. Names that hold one text are filled in; anything else that is no text stays as it is written.
/// </summary>
internal static class ForeignCalls
{
    private const int MostArguments = 24;
    private const int LongestCall = 4096;
    private const int FewestSteps = 1 << 18;
    private const int StepsPerCharacter = 16;
    private const int MostNames = 1024;
    private static readonly Lazy<Dictionary<string, Dictionary<string, string>>> s_calls = new(() =>
        EmbeddedTable.Rows("formats/foreign-calls.tsv").GroupBy(r => r[0], StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.SelectMany(r => r[2].Split(' ').Select(n => (Name: n, Does: r[1]))).DistinctBy(n => n.Name).ToDictionary(n => n.Name, n => n.Does, StringComparer.Ordinal), StringComparer.Ordinal));

    /// <summary>The lines for a shell of a script, each at the number of the line of its call.</summary>
    /// <param name="text">The script.</param>
    /// <param name="language">What files of its language end in.</param>
    /// <param name="budget">Where the work is charged.</param>
    public static string Lines(string text, string language, ScanBudget budget)
    {
        if (!s_calls.Value.TryGetValue(language, out Dictionary<string, string>? calls))
        {
            return "";
        }

        budget.SpendWork(8L * text.Length);
        Dictionary<string, string> names = new(StringComparer.Ordinal);
        StringBuilder lines = new();

        // Brackets and quotes that nobody closes are looked for again and again: as much as the script is long, a few times.
        long left = FewestSteps + (StepsPerCharacter * (long)text.Length);
        for (int at = 0; at < text.Length && left > 0;)
        {
            char c = text[at];
            if (c is '\n')
            {
                lines.Append('\n');
                at++;
            }
            else if ((c is '#' && language is ".r" or ".jl" or ".cmake" or ".rb") || (c is '%' && language is ".m"))
            {
                at = text.IndexOf('\n', at) is >= 0 and int end ? end : text.Length;
            }
            else if (c is '"' or '\'')
            {
                int end = Closing(text, at);
                left -= end == at + 1 ? LongestCall : end - at;
                at = end;
            }
            else if (IsPart(c))
            {
                int start = at;
                while (at < text.Length && (IsPart(text[at]) || text[at] is '.' or ':' && at + 1 < text.Length && (IsPart(text[at + 1]) || text[at + 1] is ':')))
                {
                    at++;
                }

                string word = text[start..at];
                bool isCall = calls.TryGetValue(word, out string? does);
                left -= isCall ? LongestCall / 8 : 1;
                if (isCall && Call(text, at, language, ref left) is { Count: > 0 } given)
                {
                    Line(does!, [.. given.Select(g => Value(g, names))], lines);
                }
                else
                {
                    Assigned(text, word, at, names);
                }
            }
            else
            {
                at++;
            }
        }

        return lines.ToString();
    }

    private static bool IsPart(char c) => char.IsAsciiLetterOrDigit(c) || c is '_';

    /// <summary>Where a text in quotes ends, or the line that it begins in where it does not.</summary>
    private static int Closing(string text, int at)
    {
        for (int i = at + 1; i < text.Length && i - at < LongestCall; i++)
        {
            if (text[i] is '\\')
            {
                i++;
            }
            else if (text[i] == text[at])
            {
                return i + 1;
            }
        }

        return at + 1;
    }

    /// <summary>The arguments of a call, as they are written; those of CMake are parted by blanks, and end where the next word in capitals begins or the brackets close.</summary>
    private static List<string> Call(string text, int at, string language, ref long left)
    {
        bool isBare = language is ".cmake";
        while (at < text.Length && text[at] is ' ')
        {
            at++;
        }

        if (!isBare && (at >= text.Length || text[at] is not ('(' or '`' or '"' or '\'')))
        {
            return [];
        }

        bool opens = !isBare && text[at] is '(';
        int depth = 0;
        List<string> given = [];
        StringBuilder one = new();
        int i = opens ? at + 1 : at;
        for (; i < text.Length && i - at < LongestCall && given.Count < MostArguments && left > 0; i++)
        {
            left--;
            char c = text[i];
            if (c is '"' or '\'' or '`')
            {
                int end = c is '`' ? text.IndexOf('`', i + 1) + 1 : Closing(text, i);
                end = end <= i ? i + 1 : end;
                one.Append(text, i, end - i);
                i = end - 1;
                if (!opens && !isBare)
                {
                    break;
                }
            }
            else if (c is '(' or '[' or '{')
            {
                depth++;
                one.Append(c);
            }
            else if (c is ')' or ']' or '}')
            {
                if (--depth < 0)
                {
                    break;
                }

                one.Append(c);
            }
            else if (depth == 0 && (c is ',' || (isBare && c is ' ' or '\n' or '\r' or '\t')))
            {
                Add(given, one);
                if (isBare && given is [.., { Length: > 3 } last] && last.All(l => char.IsAsciiLetterUpper(l) || l is '_'))
                {
                    given.RemoveAt(given.Count - 1);
                    return given;
                }
            }
            else
            {
                one.Append(c);
            }
        }

        Add(given, one);
        return given;
    }

    private static void Add(List<string> given, StringBuilder one)
    {
        if (one.ToString().Trim() is { Length: > 0 } word)
        {
            given.Add(word);
        }

        one.Clear();
    }

    /// <summary>What an argument is: its text, the text that a name holds, what stands in the brackets of <c>url(...)</c>, or what is written.</summary>
    private static string Value(string written, Dictionary<string, string> names)
    {
        string value = written;
        int equals = value.IndexOf('=', StringComparison.Ordinal);
        if (equals > 0 && value[..equals].Trim().All(c => IsPart(c) || c is '.'))
        {
            value = value[(equals + 1)..].Trim();
        }

        for (int round = 0; round < 4 && value.EndsWith(')') && value.IndexOf('(', StringComparison.Ordinal) is > 0 and int open && value[..open].All(c => IsPart(c) || c is '.' or ':'); round++)
        {
            value = value[(open + 1)..^1].Split(',')[0].Trim();
        }

        return value.Length > 1 && value[0] is '"' or '\'' or '`' && value[^1] == value[0] ? value[1..^1]
            : names.GetValueOrDefault(value) ?? value.Replace("${", "", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal);
    }

    private static void Line(string does, List<string> given, StringBuilder lines)
    {
        string line = does switch
        {
            "download" => given.Count > 1 ? $"curl -o {given[1]} {given[0]}" : $"curl -O {given[0]}",
            "load" => given[0].Contains("://", StringComparison.Ordinal) ? $"curl {given[0]} | sh" : $"sh {given[0]}",
            _ => string.Join(' ', given),
        };
        lines.Append(line.Replace('\n', ' ').Replace('\r', ' ')).Append(" ; ");
    }

    /// <summary>A name that is given one text.</summary>
    private static void Assigned(string text, string name, int at, Dictionary<string, string> names)
    {
        while (at < text.Length && text[at] is ' ')
        {
            at++;
        }

        ReadOnlySpan<char> rest = text.AsSpan(at);
        int behind = rest.StartsWith("<-") ? 2 : rest.StartsWith("=") && !rest.StartsWith("==") ? 1 : 0;
        at += behind;
        while (behind > 0 && at < text.Length && text[at] is ' ')
        {
            at++;
        }

        if (behind > 0 && at < text.Length && text[at] is '"' or '\'' && names.Count < MostNames && Closing(text, at) is var end && end > at + 2)
        {
            names[name] = text[(at + 1)..(end - 1)];
        }
    }
}
