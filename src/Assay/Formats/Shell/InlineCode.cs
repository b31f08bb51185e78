// Finds code of other languages in scripts of a shell: behind -c and -e, and in documents that are handed to an interpreter.
using System.Buffers;
using System.Text;

namespace Assay.Formats.Shell;

/// <summary>Code that a script of a shell hands to an interpreter.</summary>
/// <param name="Language">Whose it is: <c>python</c> or <c>javascript</c>.</param>
/// <param name="Source">The code.</param>
/// <param name="Line">The line of the script, from 1.</param>
internal readonly record struct InlineSource(string Language, string Source, int Line);

/// <summary>Finds code of other languages in scripts of a shell.</summary>
internal static class InlineCode
{
    private const int Most = 64;
    private static readonly SearchValues<char> s_version = SearchValues.Create("0123456789.");
    private const int LongestWord = 64;

    /// <summary>So many characters are joined to find where a text in quotes ends; where more would be, each line is read by itself.</summary>
    private const int MostJoined = 1 << 20;
    private const int LongestText = 1 << 16;

    /// <summary>The code that the lines of a script hand to interpreters.</summary>
    public static List<InlineSource> In(string script)
    {
        List<InlineSource> found = [];
        string[] lines = script.Split('\n');
        int joined = 0;
        for (int i = 0; i < lines.Length && found.Count < Most; i++)
        {
            string line = lines[i];
            if (!line.Contains("python", StringComparison.Ordinal) && !line.Contains("node", StringComparison.Ordinal) && !line.Contains("deno", StringComparison.Ordinal) && !line.Contains("bun", StringComparison.Ordinal))
            {
                continue;
            }

            int first = i;
            if (Document(line) is ({ } language, { } end))
            {
                StringBuilder source = new();
                while (++i < lines.Length && lines[i].Trim() != end)
                {
                    source.Append(lines[i].TrimEnd('\r')).Append('\n');
                }

                found.Add(new InlineSource(language, source.ToString(), first + 2));
                continue;
            }

            // A text in quotes may go over several lines; one that never ends does not.
            int last = i;
            char open = Open('\0', line);
            for (int length = line.Length; open is not '\0' && last + 1 < lines.Length && length < LongestText && joined < MostJoined;)
            {
                open = Open(open, lines[++last]);
                length += lines[last].Length;
                joined += lines[last].Length;
            }

            string whole = open is '\0' && last > i ? string.Join('\n', lines, i, last - i + 1) : line;
            i = open is '\0' ? last : i;
            List<string> nested = [];
            foreach (ShellCommand command in new ShellWords().Parse(whole, nested).Concat(nested.Take(Most).SelectMany(n => new ShellWords().Parse(n, []))))
            {
                if (LanguageOf(command.Words[0]) is { } spoken && Given(command.Words, spoken) is { } code)
                {
                    found.Add(new InlineSource(spoken, code, first + 1));
                }
            }
        }

        return found;
    }

    /// <summary>The code among the words of a command; null where there is none.</summary>
    public static string? Given(IReadOnlyList<string> words, string language)
    {
        for (int i = 1; i + 1 < words.Count; i++)
        {
            if (language is "python" ? words[i] is "-c" || (words[i].StartsWith('-') && words[i].EndsWith('c') && words[i].Length < 5) : words[i] is "-e" or "--eval" or "-p" or "--print" or "eval")
            {
                return words[i + 1];
            }
        }

        return null;
    }

    /// <summary>The language of a program; null for any other.</summary>
    public static string? LanguageOf(string program)
    {
        string name = program[(program.LastIndexOf('/') + 1)..];
        return name is "node" or "nodejs" or "bun" or "deno" ? "javascript" : name.StartsWith("python", StringComparison.Ordinal) && name.AsSpan(6).IndexOfAnyExcept(s_version) < 0 ? "python" : null;
    }

    /// <summary>The word that ends the document on the lines that follow; null where none begins.</summary>
    public static string? DocumentOf(string line)
    {
        int at = line.IndexOf("<<", StringComparison.Ordinal);
        if (at < 0 || line.AsSpan(at).StartsWith("<<<"))
        {
            return null;
        }

        string end = new([.. line[(at + 2)..].TrimStart('-', ' ').TrimStart('\\', '\'', '"').TakeWhile(c => char.IsAsciiLetterOrDigit(c) || c is '_')]);
        return end.Length is 0 or > LongestWord ? null : end;
    }

    /// <summary>The language that a document on the following lines is in, and the word that ends it.</summary>
    private static (string? Language, string? End) Document(string line)
    {
        string? end = DocumentOf(line);
        string? language = end is null ? null : line[..line.IndexOf("<<", StringComparison.Ordinal)].Split([' ', '\t', '|', ';', '&'], StringSplitOptions.RemoveEmptyEntries).Select(LanguageOf).FirstOrDefault(l => l is not null);
        return language is null ? (null, null) : (language, end);
    }

    /// <summary>The quote that is open at the end of a line, or none.</summary>
    private static char Open(char open, string line)
    {
        for (int i = 0; i < line.Length; i++)
        {
            char c = line[i];
            if (open == '\0' && c is '#' && (i == 0 || line[i - 1] is ' ' or '\t'))
            {
                break;
            }

            if (c is '\\' && open is not '\'')
            {
                i++;
            }
            else if (open == '\0' && c is '"' or '\'')
            {
                open = c;
            }
            else if (c == open)
            {
                open = '\0';
            }
        }

        return open;
    }
}
