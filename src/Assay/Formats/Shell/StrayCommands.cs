// Tells commands that do harm among texts of which nobody knows what runs them.
using System.Buffers;
using System.Text;
using Assay.Bytes;

namespace Assay.Formats.Shell;

/// <summary>
/// Tells commands that do harm among texts of which nobody knows what runs them: values of settings, attributes of XML, what stands in quotes. There are more tools that start what their
/// settings say than anybody can list, and no honest setting is a line that calls back, runs what it downloads or decodes, sends keys away or destroys its user's files.
/// </summary>
internal static class StrayCommands
{
    private const int Shortest = 12;
    private const int Longest = 16 << 10;
    private const int LongestPrefix = 24;
    private const int MostLines = 40;
    private const int MostWords = 5;

    /// <summary>What no text is without that does such a thing.</summary>
    private static readonly SearchValues<string> s_telling = SearchValues.Create(
        ["curl", "wget", "http", "ftp", "/dev/tcp", "/dev/udp", "nc ", "ncat", "netcat", "socat", "telnet", "base64", "base32", "xxd", "openssl", "powershell", "pwsh", "iex", "certutil", "mshta", "regsvr32", "rundll32", "bitsadmin", "socket", "scp ", "rm -", "mkfs", "shred", "dd "],
        StringComparison.OrdinalIgnoreCase);

    private static readonly HashSet<string> s_grave = ["shell.reverse-shell", "shell.download-run", "shell.encoded-run", "shell.takes-secrets", "shell.destroys"];

    /// <summary>What a text does that could be a command; nothing where it reads as something else.</summary>
    public static IEnumerable<ShellUse> In(string text, ScanBudget budget)
    {
        if (text.Length is < Shortest or > Longest || !text.AsSpan().ContainsAny(s_telling) || Command(text) is not { } command)
        {
            return [];
        }

        return ShellLines.Read(command, budget).Where(u => s_grave.Contains(u.Code));
    }

    /// <summary>The command that a text is: itself, or what stands behind the name of a kind (<c>exec: sh -c ...</c>) or is the argument of a shell; null where it is a sentence or something else.</summary>
    private static string? Command(string text)
    {
        string trimmed = text.Trim();
        int blank = trimmed.AsSpan().IndexOfAny(" \t\n");
        if (blank < 0 || trimmed.AsSpan().Count('\n') > MostLines)
        {
            return null;
        }

        if (trimmed.StartsWith("-c ", StringComparison.Ordinal) || trimmed.StartsWith("/c ", StringComparison.OrdinalIgnoreCase) || trimmed.StartsWith("-lc ", StringComparison.Ordinal))
        {
            return "sh -c " + trimmed[blank..];
        }

        if (trimmed[blank - 1] is ':' && blank < LongestPrefix)
        {
            trimmed = trimmed[blank..].TrimStart();
            blank = trimmed.AsSpan().IndexOfAny(" \t\n");
        }

        ReadOnlySpan<char> first = (blank < 0 ? trimmed : trimmed.AsSpan(0, blank)).TrimStart("@!({\"'");
        bool isProgram = first.Length > 0 && (char.IsAsciiLetterLower(first[0]) || first[0] is '.' or '/' or '~' or '$' or '#' || first.Contains('=') || first.EndsWith(".exe", StringComparison.OrdinalIgnoreCase)) && first[^1] is not (',' or '.' or '?' or ':');
        return isProgram ? trimmed : null;
    }

    /// <summary>
    /// The texts of a line that could be commands: each that stands in quotes, those that stand in a list together as the words of one command, and what stands behind the name of a setting.
    /// </summary>
    public static IEnumerable<string> Of(string line)
    {
        List<string> list = [];
        int behind = 0;
        for (int at = 0; at < line.Length;)
        {
            int open = line.AsSpan(at).IndexOfAny('"', '\'', '`') is >= 0 and int found ? at + found : line.Length;
            int close = open + 1;
            while (close < line.Length && line[close] != line[open])
            {
                close += line[close] is '\\' ? 2 : 1;
            }

            if (close >= line.Length)
            {
                break;
            }

            string quoted = line[(open + 1)..close].Replace("\\\"", "\"", StringComparison.Ordinal).Replace("\\'", "'", StringComparison.Ordinal);
            if (list.Count > 0 && line.AsSpan(behind, open - behind).Trim() is not ",")
            {
                yield return Joined(list);
                list.Clear();
            }

            list.Add(quoted);
            behind = at = close + 1;
            if (quoted.Contains(' ', StringComparison.Ordinal))
            {
                yield return quoted;
            }
        }

        if (list.Count > 1)
        {
            yield return Joined(list);
        }

        if (Behind(line) is { } handed)
        {
            yield return handed;
        }

        int sign = line.AsSpan().IndexOfAny('=', ':');
        if (sign > 0 && sign + 1 < line.Length && line.AsSpan(sign + 1).TrimStart() is [not ('"' or '\'' or '/'), ..] value)
        {
            yield return value.ToString();
        }
    }

    /// <summary>
    /// What a tool's own command hands to a shell, and a line that is nothing but a command: from the first of its words on that is a shell or fetches something (<c>run-shell curl ...</c>, <c>.shell wget ...</c>, <c>silent !curl ...</c>). Null where
    /// there is none among the first words.
    /// </summary>
    private static string? Behind(string line)
    {
        ReadOnlySpan<char> rest = line.AsSpan().TrimStart();
        if (rest.Length < Shortest || rest[0] is '#' or '%' or ';' or '*' or '-' || rest.StartsWith("//") || !rest.ContainsAny(s_telling))
        {
            return null;
        }

        for (int words = 0; words < MostWords && rest.Length > 0; words++)
        {
            int blank = rest.IndexOf(' ');
            ReadOnlySpan<char> word = (blank < 0 ? rest : rest[..blank]).TrimStart("\\!@$(");
            string program = word.ToString();
            if (ShellWords.Table("shell").Contains(program) || ShellWords.Table("fetcher").Contains(program))
            {
                return rest[(rest.IndexOf(program, StringComparison.Ordinal))..].ToString();
            }

            rest = blank < 0 ? [] : rest[(blank + 1)..].TrimStart();
        }

        return null;
    }

    /// <summary>Words as the line of one command.</summary>
    private static string Joined(List<string> words)
    {
        StringBuilder line = new(words[0]);
        foreach (string word in words.Skip(1))
        {
            line.Append(" '").Append(word.Replace("'", "'\\''", StringComparison.Ordinal)).Append('\'');
        }

        return line.ToString();
    }
}
