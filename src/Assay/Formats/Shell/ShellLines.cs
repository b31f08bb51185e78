// Reads shell lines for what they do: download and run, call back, decode and run, plant, take away, destroy.
using System.Text;
using Assay.Bytes;

namespace Assay.Formats.Shell;

/// <summary>
/// Reads shell lines: commands with their words, parted by the operators of a shell, with what stands in quotes, in <c>$(...)</c> and in backquotes taken as lines of their own. A line is
/// told by what its commands do together, not by words that stand somewhere in it.
/// </summary>
internal static class ShellLines
{
    private const int LongestLine = 64 << 10;
    private const int MostNested = 64;
    private const int WorkPerCharacter = 20;
    private static readonly Lazy<Dictionary<string, HashSet<string>>> s_words = new(() => EmbeddedTable.Rows("formats/shell.tsv").ToDictionary(r => r[0], r => r[1].Split(' ').ToHashSet(StringComparer.Ordinal), StringComparer.Ordinal));

    private sealed record Command(IReadOnlyList<string> Words, bool IsPiped)
    {
        public string Program => Words.Count > 0 ? Words[0] : "";
    }

    private static HashSet<string> Words(string kind) => s_words.Value[kind];

    /// <summary>What the lines do.</summary>
    public static List<ShellUse> Read(string text, ScanBudget budget)
    {
        budget.SpendWork(WorkPerCharacter * (long)text.Length);
        List<ShellUse> uses = [];
        foreach ((string line, int number) in Logical(text))
        {
            if (line.Length is > 3 and < LongestLine)
            {
                int before = uses.Count;
                Line(line, uses, budget);
                for (int i = before; i < uses.Count; i++)
                {
                    uses[i] = uses[i] with { Line = number };
                }
            }
        }

        return uses;
    }

    /// <summary>Lines with those that a backslash joins, and the numbers of their first ones.</summary>
    private static IEnumerable<(string Line, int Number)> Logical(string text)
    {
        StringBuilder joined = new();
        int number = 0;
        int first = 1;
        foreach (string line in text.Split('\n'))
        {
            number++;
            first = joined.Length == 0 ? number : first;
            string one = line.TrimEnd('\r', ' ');
            if (one.EndsWith('\\') && joined.Length < LongestLine)
            {
                joined.Append(one, 0, one.Length - 1).Append(' ');
                continue;
            }

            yield return (joined.Append(one).ToString(), first);
            joined.Clear();
        }

        yield return (joined.ToString(), first);
    }

    private static void Line(string line, List<ShellUse> uses, ScanBudget budget)
    {
        string shown = line.Trim();
        shown = shown.Length > 160 ? shown[..157] + "..." : shown;
        if (shown.StartsWith('#'))
        {
            return;
        }

        List<string> nested = [];
        List<Command> commands = Parse(line, nested);
        Together(line, shown, commands, nested, uses);

        // What stands in quotes behind sh -c, and in substitutions, are lines of their own.
        for (int i = 0; i < nested.Count && i < MostNested; i++)
        {
            budget.SpendWork(WorkPerCharacter * (long)nested[i].Length);
            List<string> deeper = [];
            Together(nested[i], shown, Parse(nested[i], deeper), deeper, uses);
            nested.AddRange(deeper.Where(d => d.Length < nested[i].Length).Take(MostNested - nested.Count));
        }
    }

    private static void Together(string line, string shown, List<Command> commands, List<string> nested, List<ShellUse> uses)
    {
        void Say(string code, string what)
        {
            if (!uses.Exists(u => u.Code == code && u.Detail.EndsWith(shown, StringComparison.Ordinal)))
            {
                uses.Add(new ShellUse(code, $"{what}: {shown}"));
            }
        }

        if (CallsBack(line, commands))
        {
            Say("shell.reverse-shell", "A line connects a shell to somebody else");
        }

        bool fetches = false;
        bool decodes = false;
        List<string> written = [];
        for (int i = 0; i < commands.Count; i++)
        {
            Command command = commands[i];
            fetches = (command.IsPiped && fetches) || Words("fetcher").Contains(command.Program);
            decodes = (command.IsPiped && decodes) || IsDecoder(command);
            if (Words("fetcher").Contains(command.Program))
            {
                written.AddRange(Written(command));
            }

            // A program of its own on the command line reads what is piped as its data.
            bool runsInput = command.IsPiped && Words("shell").Contains(command.Program) && !command.Words.Skip(1).Any(w => w is "-c" or "-e" or "-m" or "-n" || (!w.StartsWith('-') && w.Contains('.', StringComparison.Ordinal) && !w.Contains("://", StringComparison.Ordinal)));
            if (runsInput && fetches)
            {
                Say(IsInstaller(line) ? "shell.known-installer" : "shell.download-run", "A line runs what it downloads");
            }
            else if (runsInput && decodes)
            {
                Say("shell.encoded-run", "A line runs what it decodes");
            }

            bool runsFile = written.Count > 0 && written.Any(w => command.Program == w || command.Program == "./" + w || command.Program.EndsWith("/" + w, StringComparison.Ordinal) || (Words("shell").Contains(command.Program) && command.Words.Skip(1).FirstOrDefault(x => !x.StartsWith('-')) is { } run && (run == w || run == "./" + w) && !run.EndsWith(".py", StringComparison.Ordinal)));
            if (runsFile)
            {
                Say(IsInstaller(line) ? "shell.known-installer" : "shell.download-run", "A line runs what it downloads");
            }
        }

        // bash -c "$(curl ...)", eval `wget ...`, source <(curl ...)
        bool substitutes = nested.Any(n => Parse(n, []) is [{ } first, ..] && Words("fetcher").Contains(first.Program));
        if (substitutes && commands.Any(c => Words("shell").Contains(c.Program)))
        {
            Say(IsInstaller(line) ? "shell.known-installer" : "shell.download-run", "A line runs what it downloads");
        }

        if (nested.Any(n => Parse(n, []).Any(IsDecoder)) && commands.Any(c => Words("shell").Contains(c.Program)))
        {
            Say("shell.encoded-run", "A line runs what it decodes");
        }

        Windows(line, commands, Say);
        if (Words("startup").Any(s => line.Contains(s, StringComparison.OrdinalIgnoreCase)) && Plants(line, commands))
        {
            Say("shell.persistence", "A line makes something start again later");
        }

        bool reads = Words("secret").Any(s => line.Contains(s, StringComparison.Ordinal));
        bool sends = commands.Any(c => c.Program is "nc" or "ncat" or "netcat" or "scp" or "rsync" or "ftp" or "tftp" || (c.Program is "curl" or "wget" && c.Words.Any(IsSending)));
        bool environment = commands.Any(IsEnvironment) || nested.Any(n => Parse(n, []).Any(IsEnvironment));
        if (sends && (reads || environment))
        {
            Say("shell.takes-secrets", "A line sends secrets to somebody else");
        }

        if (Destroys(commands, line))
        {
            Say("shell.destroys", "A line destroys files of its user");
        }
    }

    /// <summary>Whether a command prints the whole environment.</summary>
    private static bool IsEnvironment(Command command) => command.Program is "env" or "printenv" or "set" && command.Words.Count == 1;

    private static bool IsInstaller(string line) => Words("installer").Any(i => line.Contains(i, StringComparison.OrdinalIgnoreCase));

    private static bool IsSending(string word) => word is "-d" or "-F" or "-T" or "--data" or "--data-binary" or "--data-raw" or "--data-urlencode" or "--form" or "--upload-file" or "--post-data" or "--post-file"
        || word.StartsWith("--post-", StringComparison.Ordinal) || word.StartsWith("--data", StringComparison.Ordinal) || word.StartsWith("-d@", StringComparison.Ordinal) || word.StartsWith("-F", StringComparison.Ordinal) || word.Contains("$(", StringComparison.Ordinal);

    private static bool IsDecoder(Command command) => Words("decoder").Contains(command.Program) && command.Program switch
    {
        "base64" or "base32" => command.Words.Any(w => w is "-d" or "-D" or "--decode" or "-di" or "-id"),
        "xxd" => command.Words.Any(w => w.StartsWith("-r", StringComparison.Ordinal) || w is "-p"),
        "openssl" => command.Words.Contains("-d"),
        "tr" or "rev" => false,
        _ => command.Program is "uudecode",
    };

    /// <summary>The files that a fetcher writes.</summary>
    private static IEnumerable<string> Written(Command command)
    {
        for (int i = 1; i < command.Words.Count; i++)
        {
            string word = command.Words[i];
            bool named = word is "-o" or "-O" or "--output" or "--output-document" or ">" or "-OutFile" && i + 1 < command.Words.Count && !command.Words[i + 1].Contains("://", StringComparison.Ordinal);
            if (named && command.Words[i + 1] is not "-")
            {
                yield return command.Words[i + 1];
            }
            else if (word.Contains("://", StringComparison.Ordinal) && word[(word.LastIndexOf('/') + 1)..] is { Length: > 1 } last && !last.Contains('?', StringComparison.Ordinal))
            {
                yield return last;
            }
        }
    }

    private static bool CallsBack(string line, List<Command> commands)
    {
        if (line.Contains("/dev/tcp/", StringComparison.Ordinal) || line.Contains("/dev/udp/", StringComparison.Ordinal) || line.Contains("pty.spawn", StringComparison.Ordinal))
        {
            return true;
        }

        bool net = commands.Any(c => c.Program is "nc" or "ncat" or "netcat" or "telnet");
        bool runs = commands.Any(c => c.Program is "nc" or "ncat" or "netcat" && c.Words.Any(w => w is "-e" or "-c" or "--exec" or "--sh-exec" || w.StartsWith("-e", StringComparison.Ordinal)));
        bool piped = net && commands.Any(c => c.Program is "mkfifo" or "mknod") && commands.Any(c => c.Program is "sh" or "bash" || c.Program.EndsWith("/sh", StringComparison.Ordinal) || c.Program.EndsWith("/bash", StringComparison.Ordinal));
        bool socat = commands.Any(c => c.Program is "socat" && c.Words.Any(w => w.Contains("exec:", StringComparison.OrdinalIgnoreCase) || w.Contains("system:", StringComparison.OrdinalIgnoreCase)));
        bool script = line.Contains("socket", StringComparison.OrdinalIgnoreCase) && (line.Contains("dup2", StringComparison.Ordinal) || (line.Contains("connect", StringComparison.OrdinalIgnoreCase) && (line.Contains("/bin/sh", StringComparison.Ordinal) || line.Contains("/bin/bash", StringComparison.Ordinal) || line.Contains("cmd.exe", StringComparison.OrdinalIgnoreCase))));
        bool other = (line.Contains("fsockopen", StringComparison.Ordinal) || line.Contains("TCPSocket", StringComparison.Ordinal) || line.Contains("TCPClient", StringComparison.OrdinalIgnoreCase)) && (line.Contains("exec", StringComparison.OrdinalIgnoreCase) || line.Contains("/bin/sh", StringComparison.Ordinal) || line.Contains("iex", StringComparison.OrdinalIgnoreCase) || line.Contains("GetStream", StringComparison.Ordinal));
        return runs || piped || socat || script || other;
    }

    private static void Windows(string line, List<Command> commands, Action<string, string> say)
    {
        bool fetches = line.Contains("DownloadString", StringComparison.OrdinalIgnoreCase) || line.Contains("DownloadFile", StringComparison.OrdinalIgnoreCase) || line.Contains("Invoke-WebRequest", StringComparison.OrdinalIgnoreCase) || line.Contains("Net.WebClient", StringComparison.OrdinalIgnoreCase);
        bool runs = line.Contains("IEX", StringComparison.Ordinal) || line.Contains("iex ", StringComparison.Ordinal) || line.Contains("iex(", StringComparison.Ordinal) || line.Contains("Invoke-Expression", StringComparison.OrdinalIgnoreCase) || line.Contains("Start-Process", StringComparison.OrdinalIgnoreCase);
        bool tools = commands.Any(c => (c.Program is "certutil" or "certutil.exe" && line.Contains("urlcache", StringComparison.OrdinalIgnoreCase)) || (c.Program is "mshta" or "mshta.exe" or "regsvr32" or "rundll32" or "bitsadmin" && line.Contains("http", StringComparison.OrdinalIgnoreCase)));
        if ((fetches && runs) || tools)
        {
            say("shell.download-run", "A line runs what it downloads");
        }

        bool shell = line.Contains("powershell", StringComparison.OrdinalIgnoreCase) || line.Contains("pwsh", StringComparison.OrdinalIgnoreCase);
        if (shell && (line.Contains(" -enc", StringComparison.OrdinalIgnoreCase) || line.Contains(" -e ", StringComparison.OrdinalIgnoreCase) || line.Contains(" -ec ", StringComparison.OrdinalIgnoreCase) || line.Contains("FromBase64String", StringComparison.OrdinalIgnoreCase)))
        {
            say("shell.encoded-run", "A line runs what it decodes");
        }
    }

    private static bool Plants(string line, List<Command> commands) => line.Contains('>', StringComparison.Ordinal) || commands.Any(c => c.Program is "tee" or "cp" or "mv" or "ln" or "install" or "schtasks" or "reg" or "launchctl" or "sed")
        || commands.Any(c => c.Program is "crontab" && (c.IsPiped || c.Words.Any(w => w is "-")));

    private static bool Destroys(List<Command> commands, string line) => commands.Any(c =>
        (c.Program is "rm" && c.Words.Any(w => w.StartsWith('-') && w.Contains('r', StringComparison.OrdinalIgnoreCase)) && c.Words.Any(w => w is "/" or "/*" or "~" or "~/" or "~/*" or "$HOME" or "$HOME/" or "/home" or "/etc" or "/usr" or "/var" or "--no-preserve-root"))
        || c.Program.StartsWith("mkfs", StringComparison.Ordinal) || (c.Program is "dd" && c.Words.Any(w => w.StartsWith("of=/dev/", StringComparison.Ordinal) && !w.EndsWith("null", StringComparison.Ordinal)))
        || (c.Program is "shred" && c.Words.Count > 1)) || line.Replace(" ", "", StringComparison.Ordinal).Contains(":(){:|:&};:", StringComparison.Ordinal);

    /// <summary>The commands of a line. What stands in quotes is one word; substitutions, and what a shell gets by <c>-c</c>, go to <paramref name="nested"/>.</summary>
    private static List<Command> Parse(string line, List<string> nested)
    {
        List<Command> commands = [];
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
            while (words.Count > 1 && (Words("prefix").Contains(words[0]) || words[0].Contains('=', StringComparison.Ordinal) || (words[0].StartsWith('-') && words.Count > 1)))
            {
                words.RemoveAt(0);
            }

            if (words.Count > 0)
            {
                int inline = words.FindIndex(w => w is "-c" or "-lc" or "-ic" or "/c" or "/C" or "-Command" or "-command");
                string program = words[0][(words[0].LastIndexOf('/') + 1)..].ToLowerInvariant();
                if (inline > 0 && inline + 1 < words.Count && Words("shell").Contains(program))
                {
                    nested.Add(words[inline + 1]);
                }

                words[0] = words[0].StartsWith('/') ? program : Words("shell").Contains(program) || Words("fetcher").Contains(program) ? program : words[0];
                commands.Add(new Command([.. words], isPiped));
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
                    word.Append(quoted);
                    isWord = true;
                    if (c is '"')
                    {
                        Substitutions(quoted, nested);
                    }

                    i = close;
                    break;
                case '`' or '$' or '<' or '>' when Substitution(line, i) is var (content, end) && end > 0:
                    nested.Add(content);
                    word.Append(line, i, end - i + 1);
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
