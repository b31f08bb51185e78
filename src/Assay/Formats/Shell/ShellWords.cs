// Parts lines of a shell into commands and words, with what variables hold and what a substitution is sure to print.
using System.Text;
using Assay.Bytes;

namespace Assay.Formats.Shell;

/// <summary>A command of a line.</summary>
/// <param name="Words">Its words; the first is its program, without the folder of a shell or of a tool.</param>
/// <param name="Path">The program as it is written.</param>
/// <param name="IsPiped">Whether it reads what the command in front of it writes.</param>
internal sealed record ShellCommand(IReadOnlyList<string> Words, string Path, bool IsPiped)
{
    public string Program => Words.Count > 0 ? Words[0] : "";
}

/// <summary>
/// The words of a script: quotes are taken off, variables that the script sets are put in, and <c>printf</c>, <c>echo</c> and <c>base64 -d</c> of what is known are worked out. Nothing is run.
/// </summary>
internal sealed class ShellWords
{
    private const int MostNested = 64;
    private const int MostVariables = 256;
    private const int LongestValue = 4096;
    private static readonly Lazy<Dictionary<string, HashSet<string>>> s_words = new(() => EmbeddedTable.Rows("formats/shell.tsv").ToDictionary(r => r[0], r => r[1].Split(' ').ToHashSet(StringComparer.Ordinal), StringComparer.Ordinal));
    private readonly Dictionary<string, string> _variables = new(StringComparer.Ordinal);
    private char[] _separators = [' ', '\t', '\n'];

    /// <summary>Words of a kind.</summary>
    public static HashSet<string> Table(string kind) => s_words.Value[kind];

    /// <summary>Whether a word gives a variable its value, and so starts nothing.</summary>
    public static bool IsAssignment(string word) => word.IndexOf('=', StringComparison.Ordinal) is > 0 and int equals && word[..equals].All(c => char.IsAsciiLetterOrDigit(c) || c is '_');

    private void Assign(string assignment)
    {
        int equals = assignment.IndexOf('=', StringComparison.Ordinal);
        string value = assignment[(equals + 1)..];
        if (_variables.Count < MostVariables && value.Length < LongestValue)
        {
            _variables[assignment[..equals]] = value;
            if (assignment.StartsWith("IFS=", StringComparison.Ordinal))
            {
                _separators = value.Length > 0 ? value.ToCharArray() : [' ', '\t', '\n'];
                _variables.Remove("IFS");
            }
        }
    }

    /// <summary>The variable that is asked for here, and where the asking ends.</summary>
    private static (string? Name, int Behind) Variable(string line, int at)
    {
        bool isBraced = at + 1 < line.Length && line[at + 1] is '{';
        int start = at + (isBraced ? 2 : 1);
        int end = start;
        while (end < line.Length && (char.IsAsciiLetterOrDigit(line[end]) || line[end] is '_'))
        {
            end++;
        }

        if (end == start || (char.IsAsciiDigit(line[start]) && !isBraced))
        {
            return (null, 0);
        }

        int behind = isBraced ? line.IndexOf('}', end) + 1 : end;
        return behind <= 0 ? (null, 0) : (line[start..end], behind);
    }

    /// <summary>A text in double quotes, with what variables hold in their places.</summary>
    private string Expanded(string text, List<string> nested)
    {
        if (!text.Contains('$', StringComparison.Ordinal))
        {
            return text;
        }

        StringBuilder made = new();
        for (int i = 0; i < text.Length && made.Length < LongestValue * 4; i++)
        {
            if (text[i] is '$' && Variable(text, i) is ({ } name, var behind) && _variables.TryGetValue(name, out string? value))
            {
                made.Append(value);
                Substitutions(value, nested);
                i = behind - 1;
            }
            else if (text[i] is '$' && Substitution(text, i) is var (content, end) && end > 0 && Printed(content) is { } printed)
            {
                made.Append(printed);
                i = end;
            }
            else
            {
                made.Append(text[i]);
            }
        }

        return made.ToString();
    }

    /// <summary>What a substitution prints, where that is sure: a text that is echoed, with its escapes, or decoded.</summary>
    private static string? Printed(string content)
    {
        List<ShellCommand> commands = content.Length < LongestValue ? new ShellWords().Parse(content, []) : [];
        string? text = null;
        foreach (ShellCommand command in commands)
        {
            IEnumerable<string> words = command.Words.Skip(1).SkipWhile(w => w is "-n" or "-e" or "-ne" or "-en" or "--" or "%s" or "%b");
            text = command.Program switch
            {
                "printf" or "echo" when !command.IsPiped => Escaped(string.Join(' ', words)),
                "base64" when command.IsPiped && text is not null && command.Words.Any(w => w is "-d" or "-D" or "--decode") => Decoded(text),
                "rev" when command.IsPiped && text is not null => new string([.. text.Reverse()]),
                _ => null,
            };
            if (text is null)
            {
                return null;
            }
        }

        return text;
    }

    private static string? Decoded(string text)
    {
        byte[] bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text.Trim(), bytes, out int length) ? Encoding.UTF8.GetString(bytes, 0, length) : null;
    }

    /// <summary>A text with its escapes worked out: <c>\x63</c>, <c>\143</c>, <c>\n</c>.</summary>
    private static string Escaped(string text)
    {
        if (!text.Contains('\\', StringComparison.Ordinal))
        {
            return text;
        }

        StringBuilder made = new();
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] is not '\\' || i + 1 >= text.Length)
            {
                made.Append(text[i]);
                continue;
            }

            i++;
            int digits = 0;
            int number = 0;
            bool isHex = text[i] is 'x';
            int at = isHex ? i + 1 : i;
            while (digits < (isHex ? 2 : 4) && at + digits < text.Length && (isHex ? char.IsAsciiHexDigit(text[at + digits]) : text[at + digits] is >= '0' and <= '7'))
            {
                number = (number * (isHex ? 16 : 8)) + Convert.ToInt32(text[at + digits].ToString(), 16);
                digits++;
            }

            if (digits > 0)
            {
                made.Append((char)(number & 0xFF));
                i = at + digits - 1;
            }
            else
            {
                made.Append(text[i] switch { 'n' => '\n', 't' => '\t', 'r' => '\r', var other => other });
            }
        }

        return made.ToString();
    }

    /// <summary>The commands of a line. What stands in quotes is one word; substitutions, and what a shell gets by <c>-c</c>, go to <paramref name="nested"/>.</summary>
    public List<ShellCommand> Parse(string line, List<string> nested)
    {
        List<ShellCommand> commands = [];

        // What a variable holds is a line of its own only for what takes a text to run it.
        List<string> held = line.Contains("eval", StringComparison.Ordinal) || line.Contains(" -c", StringComparison.Ordinal) || line.Contains("source ", StringComparison.Ordinal) ? nested : [];
        List<string> words = [];
        StringBuilder word = new();
        bool isWord = false;
        bool isPiped = false;

        void EndWord()
        {
            if (isWord && words.Count < 1024)
            {
                words.Add(word.ToString());
            }

            word.Clear();
            isWord = false;
        }

        void EndCommand(bool pipesOn)
        {
            EndWord();
            foreach (string assigned in words.SkipWhile(Table("prefix").Contains).TakeWhile(IsAssignment))
            {
                Assign(assigned);
            }

            while (words.Count > 1 && (Table("prefix").Contains(words[0]) || words[0].Contains('=', StringComparison.Ordinal) || (words[0].StartsWith('-') && words.Count > 1)))
            {
                words.RemoveAt(0);
            }

            if (words.Count > 0)
            {
                int inline = words.FindIndex(w => w is "-c" or "-lc" or "-ic" or "/c" or "/C" or "-Command" or "-command");
                string program = words[0][(words[0].LastIndexOf('/') + 1)..].ToLowerInvariant();
                if (inline > 0 && inline + 1 < words.Count && (Table("shell").Contains(program) || Table("shell").Contains(words[inline - 1][(words[inline - 1].LastIndexOf('/') + 1)..])))
                {
                    // A shell may stand behind what starts it in another place: chroot /host sh -c.
                    nested.Add(words[inline + 1]);
                }

                if (program is "eval" or "source" or "." && words.Count > 1)
                {
                    nested.Add(string.Join(' ', words.Skip(1)));
                }

                string path = words[0];
                words[0] = words[0].StartsWith('/') ? program : Table("shell").Contains(program) || Table("fetcher").Contains(program) ? program : words[0];
                commands.Add(new ShellCommand([.. words], path, isPiped));
            }

            words.Clear();
            isPiped = pipesOn;
        }

        for (int i = 0; i < line.Length; i++)
        {
            char c = line[i];
            switch (c)
            {
                case '\\' when i + 1 < line.Length:
                    word.Append(line[++i]);
                    isWord = true;
                    break;
                case '\'' or '"':
                    int close = i + 1;
                    while (close < line.Length && line[close] != c)
                    {
                        close += c is '"' && line[close] is '\\' ? 2 : 1;
                    }

                    close = Math.Min(close, line.Length);
                    string quoted = line[(i + 1)..close];
                    if (c is '"')
                    {
                        Substitutions(quoted, nested);
                        quoted = Expanded(quoted, held);
                    }

                    word.Append(quoted);
                    isWord = true;

                    i = close;
                    break;
                case '$' when i + 1 < line.Length && line[i + 1] is '\'':
                    int end2 = line.IndexOf('\'', i + 2);
                    end2 = end2 < 0 ? line.Length : end2;
                    word.Append(Escaped(line[(i + 2)..end2]));
                    isWord = true;
                    i = end2;
                    break;
                case '$' when line.AsSpan(i).StartsWith("${{") && line.IndexOf("}}", i, StringComparison.Ordinal) is > 0 and int filled:
                    // What a workflow fills in before a shell sees the line is one word.
                    word.Append(line.AsSpan(i, filled + 2 - i).ToString().Replace(" ", "", StringComparison.Ordinal));
                    isWord = true;
                    i = filled + 1;
                    break;
                case '$' when Variable(line, i) is ({ } name, var behind):
                    // What a variable holds is parted into words where it stands bare.
                    string value = _variables.GetValueOrDefault(name) is { } known ? known : name is "IFS" ? " " : line[i..behind];
                    Substitutions(value, held);
                    string[] parts = value.Split(_separators, StringSplitOptions.RemoveEmptyEntries);
                    if (name is "IFS")
                    {
                        EndWord();
                    }

                    for (int p = 0; p < parts.Length; p++)
                    {
                        if (p > 0)
                        {
                            EndWord();
                        }

                        word.Append(parts[p]);
                        isWord = true;
                    }

                    i = behind - 1;
                    break;
                case '`' or '$' or '<' or '>' when Substitution(line, i) is var (content, end) && end > 0:
                    nested.Add(content);
                    word.Append(line[i] is '$' or '`' && Printed(content) is { } printed ? printed : line[i..(end + 1)]);
                    isWord = true;
                    i = end;
                    break;
                case '|':
                    bool isOr = i + 1 < line.Length && line[i + 1] is '|';
                    EndCommand(!isOr);
                    i += isOr || (i + 1 < line.Length && line[i + 1] is '&') ? 1 : 0;
                    break;
                case ';' or '&' or '(' or ')' or '{' or '}' when c is not ('{' or '}') || !isWord:
                    if (c is '&' && i > 0 && line[i - 1] is '>' or '<')
                    {
                        word.Append(c);
                        break;
                    }

                    EndCommand(false);
                    break;
                case ' ' or '\t':
                    EndWord();
                    break;
                case '#' when !isWord:
                    i = line.Length;
                    break;
                default:
                    word.Append(c);
                    isWord = true;
                    break;
            }
        }

        EndCommand(false);
        return commands;
    }

    private static void Substitutions(string text, List<string> nested)
    {
        for (int i = 0; i < text.Length && nested.Count < MostNested; i++)
        {
            if (Substitution(text, i) is var (content, end) && end > 0)
            {
                nested.Add(content);
                i = end;
            }
        }
    }

    /// <summary>What stands in <c>$(...)</c>, <c>&lt;(...)</c> or backquotes that begin here, and where it ends; 0 where none begins.</summary>
    private static (string Content, int End) Substitution(string line, int at)
    {
        if (line[at] is '`')
        {
            int close = line.IndexOf('`', at + 1);
            return close > 0 ? (line[(at + 1)..close], close) : ("", 0);
        }

        if (line[at] is not ('$' or '<' or '>') || at + 1 >= line.Length || line[at + 1] is not '(')
        {
            return ("", 0);
        }

        int depth = 0;
        for (int i = at + 1; i < line.Length; i++)
        {
            depth += line[i] switch { '(' => 1, ')' => -1, _ => 0 };
            if (depth == 0)
            {
                return (line[(at + 2)..i], i);
            }
        }

        return ("", 0);
    }
}
