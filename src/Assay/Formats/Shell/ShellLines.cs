// Reads shell lines for what they do: download and run, call back, decode and run, plant, take away, destroy.
using System.Buffers;
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.Shell;

/// <summary>
/// Reads shell lines: commands with their words, parted by the operators of a shell, with what stands in quotes, in <c>$(...)</c> and in backquotes taken as lines of their own. A line is
/// told by what its commands do together, not by words that stand somewhere in it.
/// </summary>
internal sealed partial class ShellLines
{
    private const int LongestLine = 64 << 10;
    private const int MostNested = 64;
    private const int WorkPerCharacter = 20;

    private readonly ShellWords _script = new();
    private readonly Dictionary<string, bool> _fetched = new(StringComparer.Ordinal);
    private readonly HashSet<string> _staged = new(StringComparer.Ordinal);
    private readonly List<ShellUse> _uses = [];
    private readonly ScanBudget _budget;

    private static readonly SearchValues<char> s_upper = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
    private static readonly SearchValues<char> s_commands = SearchValues.Create(";|&`(\n");
    private static readonly string[] s_temporary = ["/tmp/", "/var/tmp/", "/dev/shm/", "/run/shm/"];
    private static readonly SearchValues<char> s_pathEnds = SearchValues.Create(" \t\r\n;|&<>()\"'`,\\");
    private readonly string _text;
    private Dictionary<string, int>? _temporary;

    private ShellLines(string text, ScanBudget budget) => (_text, _budget) = (text, budget);

    private static HashSet<string> Words(string kind) => ShellWords.Table(kind);

    /// <summary>What the lines do.</summary>
    public static List<ShellUse> Read(string text, ScanBudget budget)
    {
        budget.SpendWork(WorkPerCharacter * (long)text.Length);
        ShellLines lines = new(text, budget);
        foreach ((string line, int number) in Logical(text))
        {
            if (line.Length > 3)
            {
                // Of a line that nobody writes both ends are read: what it is long for stands between them.
                int before = lines._uses.Count;
                lines.Line(line.Length <= LongestLine ? line : line[..(LongestLine / 2)] + "\n" + line[^(LongestLine / 2)..]);
                for (int i = before; i < lines._uses.Count; i++)
                {
                    lines._uses[i] = lines._uses[i] with { Line = number };
                }
            }
        }

        return lines._uses;
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

    private void Line(string line)
    {
        string shown = line.Trim();
        shown = shown.Length > 160 ? shown[..157] + "..." : shown;
        if (shown.StartsWith('#'))
        {
            return;
        }

        List<string> nested = [];
        List<ShellCommand> commands = _script.Parse(line, nested);
        Together(line, shown, commands, nested);
        string[] sourced = [.. commands.Where(c => c.Program is "source" or ".").Select(c => string.Join(' ', c.Words.Skip(1)))];

        // What stands in quotes behind sh -c, and in substitutions, are lines of their own.
        for (int i = 0; i < nested.Count && i < MostNested; i++)
        {
            _budget.SpendWork(WorkPerCharacter * (long)nested[i].Length);
            List<string> deeper = [];
            Together(nested[i], shown, _script.Parse(nested[i], deeper), deeper, isSourced: Array.IndexOf(sourced, nested[i]) >= 0);
            nested.AddRange(deeper.Where(d => d.Length < nested[i].Length).Take(MostNested - nested.Count));
        }
    }

    private void Together(string line, string shown, List<ShellCommand> commands, List<string> nested, bool isSourced = false)
    {
        void Say(string code, string what)
        {
            if (!_uses.Exists(u => u.Code == code && u.Detail.EndsWith(shown, StringComparison.Ordinal)))
            {
                _uses.Add(new ShellUse(code, $"{what}: {shown}"));
            }
        }

        if (CallsBack(line, commands))
        {
            Say("shell.reverse-shell", "A line connects a shell to somebody else");
        }

        bool fetches = false;
        bool decodes = false;
        ShellCommand? from = null;
        Dictionary<string, bool> written = new(StringComparer.Ordinal);
        for (int i = 0; i < commands.Count; i++)
        {
            ShellCommand command = commands[i];
            fetches = (command.IsPiped && fetches) || Fetches(command);
            from = Fetches(command) ? command : command.IsPiped ? from : null;
            decodes = (command.IsPiped && decodes) || IsDecoder(command);
            if (Words("fetcher").Contains(command.Program))
            {
                foreach (string file in Written(command))
                {
                    written[file] = Installers.Are(command.Words);
                }

                Fetched(command);
            }

            // A program of its own on the command line reads what is piped as its data.
            bool runsInput = command.IsPiped && Words("shell").Contains(command.Program) && !command.Words.Skip(1).Any(w => w is "-c" or "-e" or "-m" or "-n" || (!w.StartsWith('-') && w.Contains('.', StringComparison.Ordinal) && !w.Contains("://", StringComparison.Ordinal)));
            if (runsInput && fetches)
            {
                Say(from is not null && Installers.Are(from.Words) ? "shell.known-installer" : "shell.download-run", "A line runs what it downloads");
            }
            else if (runsInput && decodes)
            {
                Say("shell.encoded-run", "A line runs what it decodes");
            }

            if (Runs(command) is { } isKnown)
            {
                Say(isKnown ? "shell.known-installer" : "shell.download-run", "A line runs what the script downloads");
            }

            string? ran = written.Keys.FirstOrDefault(w => command.Program == w || command.Program == "./" + w || command.Program.EndsWith("/" + w, StringComparison.Ordinal) || (Words("shell").Contains(command.Program) && command.Words.Skip(1).FirstOrDefault(x => !x.StartsWith('-')) is { } run && (run == w || run == "./" + w) && !run.EndsWith(".py", StringComparison.Ordinal)));
            if (ran is not null)
            {
                Say(written[ran] ? "shell.known-installer" : "shell.download-run", "A line runs what it downloads");
            }
        }

        if (!isSourced && commands.Exists(c => c.Program is not ("source" or ".") && !ShellWords.IsAssignment(c.Path) && IsHidden(c.Path)))
        {
            Say("shell.hidden-program", "A line starts a hidden program, or one in a place that anybody can write to");
        }

        if (commands.Any(c => IsCode(c, decodes: true)))
        {
            Say("shell.encoded-run", "A line runs what it decodes");
        }

        if (commands.Any(c => IsCode(c, decodes: false)))
        {
            Say("shell.download-run", "A line runs what it downloads");
        }

        // bash -c "$(curl ...)", eval `wget ...`, source <(curl ...)
        List<ShellCommand> substituted = [.. nested.Where(n => IsSubstituted(line, n)).Select(n => _script.Parse(n, [])).Where(p => p is [{ } first, ..] && Words("fetcher").Contains(first.Program)).Select(p => p[0])];
        if (substituted.Count > 0 && commands.Any(c => Words("shell").Contains(c.Program)))
        {
            Say(substituted.TrueForAll(c => Installers.Are(c.Words)) ? "shell.known-installer" : "shell.download-run", "A line runs what it downloads");
        }

        if (nested.Any(n => _script.Parse(n, []).Any(IsDecoder)) && commands.Any(c => Words("shell").Contains(c.Program)))
        {
            Say("shell.encoded-run", "A line runs what it decodes");
        }

        Windows(line, commands, Say);
        if (Words("startup").Any(s => Plants(line, commands, s)))
        {
            Say("shell.persistence", "A line makes something start again later");
        }

        bool reads = Words("secret").Any(s => line.Contains(s, StringComparison.Ordinal)) || commands.Exists(c => c.Words.Any(IsOfHome));
        bool sends = commands.Any(c => c.Program is "nc" or "ncat" or "netcat" or "scp" or "rsync" or "ftp" or "tftp" || (c.Program is "curl" or "wget" && c.Words.Any(IsSending)));
        bool isStaged = false;
        foreach (ShellCommand command in commands)
        {
            isStaged |= SendsStaged(command);
            Stage(command);
        }

        bool environment = commands.Any(IsEnvironment) || nested.Any(n => _script.Parse(n, []).Any(IsEnvironment));
        // Nobody encrypts what a program tells before he hands it to somebody who is meant to read it.
        bool isEncrypted = sends && commands.Exists(c => (c.Program is "openssl" && c.Words.Contains("enc")) || (c.Program is "gpg" && c.Words.Any(w => w is "-c" or "--symmetric" or "-e" or "--encrypt"))) && commands.Exists(c => c.Program is "curl" or "nc" or "ncat" && (c.Words.Contains("-") || c.Words.Any(w => w.EndsWith("@-", StringComparison.Ordinal)) || c.Program is not "curl"));
        if (isStaged || isEncrypted || (sends && (reads || environment)))
        {
            Say("shell.takes-secrets", "A line sends secrets to somebody else");
        }

        if (Destroys(commands, line))
        {
            Say("shell.destroys", "A line destroys files of its user");
        }
    }

    /// <summary>Whether a command downloads, or a shell that it starts does (<c>sh -c curl ...</c>).</summary>
    private static bool Fetches(ShellCommand command)
    {
        int inline = Words("shell").Contains(command.Program) ? command.Words.ToList().IndexOf("-c") : -1;
        return Words("fetcher").Contains(inline > 0 && inline + 1 < command.Words.Count ? command.Words[inline + 1].Split(' ')[0] : command.Program);
    }

    /// <summary>Whether what a line of its own prints is put in its place; what stands behind <c>-c</c> is only run.</summary>
    private static bool IsSubstituted(string line, string inner)
    {
        int at = line.IndexOf(inner, StringComparison.Ordinal);
        ReadOnlySpan<char> before = at > 0 ? line.AsSpan(0, at).TrimEnd() : [];
        return at < 0 || before.EndsWith("(") || before.EndsWith("`");
    }

    /// <summary>Whether a program has a hidden name, or lies where whatever is temporary lies and no script of these lines put it: what is installed lies where it can be seen.</summary>
    private bool IsHidden(string path)
    {
        string name = path[(path.LastIndexOf('/') + 1)..];
        bool isTemporary = Array.Exists(s_temporary, t => path.StartsWith(t, StringComparison.Ordinal));
        bool isHidden = path.Contains('/', StringComparison.Ordinal) && name.Length > 2 && name[0] is '.' && name[1] is not ('.' or '+' or '*' or '?' or '[' or ']' or '(' or ')' or '\\' or ':' or '|' or '^' or ',');
        return isHidden || (isTemporary && path.AsSpan().IndexOfAny('$', '*') < 0 && name.Length > 0 && (_temporary ??= Temporary(_text)).GetValueOrDefault(path) == 1 && !IsFilled(path));
    }

    /// <summary>Whether other lines speak of the folder of the script's own that a program lies in, below the place for what is temporary: they have it made there.</summary>
    private bool IsFilled(string path)
    {
        string place = Array.Find(s_temporary, t => path.StartsWith(t, StringComparison.Ordinal)) ?? "";
        int end = path.IndexOf('/', place.Length);
        return end > place.Length + 1 && _temporary!.Where(t => t.Key == path[..end] || t.Key.StartsWith(path[..(end + 1)], StringComparison.Ordinal)).Sum(t => t.Value) > 1;
    }

    /// <summary>How often each path to a place for what is temporary stands in a text.</summary>
    private static Dictionary<string, int> Temporary(string text)
    {
        Dictionary<string, int> found = new(StringComparer.Ordinal);
        foreach (string place in s_temporary)
        {
            for (int at = text.IndexOf(place, StringComparison.Ordinal); at >= 0;)
            {
                int length = text.AsSpan(at).IndexOfAny(s_pathEnds) is >= 0 and int end ? end : text.Length - at;
                bool isStart = at == 0 || text[at - 1] is not '/' && !char.IsAsciiLetterOrDigit(text[at - 1]);
                if (isStart && length < 512)
                {
                    string path = text.Substring(at, length);
                    found[path] = found.GetValueOrDefault(path) + 1;
                }

                at = text.IndexOf(place, at + Math.Max(1, Math.Min(length, 512)), StringComparison.Ordinal);
            }
        }

        return found;
    }

    /// <summary>Keeps in mind what is downloaded to where a script runs it later: to a place for what is temporary or hidden, or from an address that nobody vouches for.</summary>
    private void Fetched(ShellCommand command)
    {
        bool isDoubtful = command.Words.Any(w => w.StartsWith("http://", StringComparison.Ordinal) || (w.IndexOf("://", StringComparison.Ordinal) is >= 0 and int scheme && w.Length > scheme + 3 && char.IsAsciiDigit(w[scheme + 3])));
        foreach (string file in Written(command))
        {
            string last = file[(file.LastIndexOf('/') + 1)..];
            if (_fetched.Count < MostNested && (isDoubtful || last.StartsWith('.') || file.StartsWith("/tmp/", StringComparison.Ordinal) || file.StartsWith("/var/tmp/", StringComparison.Ordinal) || file.StartsWith("/dev/shm/", StringComparison.Ordinal)))
            {
                _fetched[file] = Installers.Are(command.Words);
            }
        }
    }

    /// <summary>Whether a command runs what was downloaded before, and whether that is an installer that many know; null where it does not.</summary>
    private bool? Runs(ShellCommand command)
    {
        if (_fetched.Count == 0)
        {
            return null;
        }

        string run = Words("shell").Contains(command.Program) && command.Program is not ("python" or "python3" or "python2") ? command.Words.Skip(1).FirstOrDefault(w => !w.StartsWith('-')) ?? "" : command.Path;
        return _fetched.TryGetValue(run, out bool isKnown) || _fetched.TryGetValue(run.StartsWith("./", StringComparison.Ordinal) ? run[2..] : "./" + run, out isKnown) ? isKnown : null;
    }

    /// <summary>Whether an interpreter is given code on its command line that decodes or downloads, and runs the result.</summary>
    private static bool IsCode(ShellCommand command, bool decodes)
    {
        int at = command.Words.ToList().FindIndex(w => w is "-c" or "-e" or "-r" or "--eval");
        return at > 0 && at + 1 < command.Words.Count && Words("interpreter").Contains(command.Program) && command.Words[at + 1] is var code
            && Words("runs-text").Any(w => code.Contains(w, StringComparison.Ordinal)) && Words(decodes ? "decodes-text" : "fetches-text").Any(w => code.Contains(w, StringComparison.Ordinal));
    }

    /// <summary>Whether a word names a hidden file of its user, which programs keep their settings and keys in.</summary>
    private static bool IsOfHome(string word)
    {
        string path = word.TrimStart('@', '<');
        string rest = path.StartsWith("~/.", StringComparison.Ordinal) ? path[3..] : path.StartsWith("$HOME/.", StringComparison.Ordinal) ? path[7..] : path.StartsWith("${HOME}/.", StringComparison.Ordinal) ? path[9..] : "";
        return rest.Length > 0 && !rest.StartsWith("cache/", StringComparison.Ordinal) && !rest.StartsWith("local/", StringComparison.Ordinal);
    }

    /// <summary>Keeps in mind where files of the user's home are copied or packed to.</summary>
    private void Stage(ShellCommand command)
    {
        if (_staged.Count >= MostNested || !Words("packer").Contains(command.Program))
        {
            return;
        }

        string[] given = [.. command.Words.Skip(1).Where(w => w.Length > 3 && w[0] is not '-' && (w.Contains('/', StringComparison.Ordinal) || w.Contains('.', StringComparison.Ordinal)))];
        if (given.Any(w => IsBelowHome(w) || _staged.Contains(w)))
        {
            _staged.UnionWith(given.Where(w => !IsBelowHome(w)));
        }
    }

    /// <summary>Whether a command uploads what was copied or packed from the user's home.</summary>
    private bool SendsStaged(ShellCommand command)
    {
        bool uploads = command.Program is "nc" or "ncat" or "netcat" or "ftp" or "tftp" || (command.Program is "curl" or "wget" && command.Words.Any(IsSending));
        return uploads && _staged.Count > 0 && command.Words.Skip(1).Any(w => _staged.Contains(w[(w.LastIndexOfAny(['@', '=', '<']) + 1)..]));
    }

    /// <summary>Whether a word names a file below the user's home that holds what is the user's own: not what programs cache there.</summary>
    private static bool IsBelowHome(string word)
    {
        string rest = word.StartsWith("~/", StringComparison.Ordinal) ? word[2..] : word.StartsWith("$HOME/", StringComparison.Ordinal) ? word[6..] : word.StartsWith("${HOME}/", StringComparison.Ordinal) ? word[8..] : "";
        return rest.Length > 0 && !rest.StartsWith(".cache/", StringComparison.Ordinal) && !rest.StartsWith(".local/", StringComparison.Ordinal);
    }

    /// <summary>Whether a command prints the whole environment.</summary>
    private static bool IsEnvironment(ShellCommand command) => command.Program is "env" or "printenv" or "set" && command.Words.Count == 1;

    private static bool IsSending(string word) => word is "-d" or "-F" or "-T" or "--data" or "--data-binary" or "--data-raw" or "--data-urlencode" or "--form" or "--upload-file" or "--post-data" or "--post-file"
        || word.StartsWith("--post-", StringComparison.Ordinal) || word.StartsWith("--data", StringComparison.Ordinal) || word.StartsWith("-d@", StringComparison.Ordinal) || word.StartsWith("-F", StringComparison.Ordinal) || word.Contains("$(", StringComparison.Ordinal);

    private static bool IsDecoder(ShellCommand command) => Words("decoder").Contains(command.Program) && command.Program switch
    {
        "base64" or "base32" => command.Words.Any(w => w is "-d" or "-D" or "--decode" or "-di" or "-id"),
        "xxd" => command.Words.Any(w => w.StartsWith("-r", StringComparison.Ordinal) || w is "-p"),
        "openssl" => command.Words.Contains("-d"),
        "tr" or "rev" => false,
        _ => command.Program is "uudecode",
    };

    /// <summary>The files that a fetcher writes.</summary>
    private static IEnumerable<string> Written(ShellCommand command)
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

    private static bool CallsBack(string line, List<ShellCommand> commands)
    {
        if (line.Contains("/dev/tcp/", StringComparison.Ordinal) || line.Contains("/dev/udp/", StringComparison.Ordinal) || line.Contains("pty.spawn", StringComparison.Ordinal))
        {
            return true;
        }

        bool net = commands.Any(c => c.Program is "nc" or "ncat" or "netcat" or "telnet");
        bool runs = commands.Any(c => c.Program is "nc" or "ncat" or "netcat" && c.Words.Any(w => w is "-e" or "-c" or "--exec" or "--sh-exec" || w.StartsWith("-e", StringComparison.Ordinal)));
        bool piped = net && commands.Any(c => c.Program is "mkfifo" or "mknod") && commands.Any(c => c.Program is "sh" or "bash" || c.Program.EndsWith("/sh", StringComparison.Ordinal) || c.Program.EndsWith("/bash", StringComparison.Ordinal));
        bool socat = commands.Any(c => c.Program is "socat" && c.Words.Any(w => w.Contains("exec:", StringComparison.OrdinalIgnoreCase) || w.Contains("system:", StringComparison.OrdinalIgnoreCase)));
        bool script = line.Contains("socket", StringComparison.OrdinalIgnoreCase) && (line.Contains("dup2", StringComparison.Ordinal) || ((line.Contains("connect", StringComparison.OrdinalIgnoreCase) || line.Contains("fileno", StringComparison.Ordinal)) && (line.Contains("/bin/sh", StringComparison.Ordinal) || line.Contains("/bin/bash", StringComparison.Ordinal) || line.Contains("cmd.exe", StringComparison.OrdinalIgnoreCase))));
        bool other = (line.Contains("fsockopen", StringComparison.Ordinal) || line.Contains("TCPSocket", StringComparison.Ordinal) || line.Contains("TCPClient", StringComparison.OrdinalIgnoreCase)) && (line.Contains("exec", StringComparison.OrdinalIgnoreCase) || line.Contains("/bin/sh", StringComparison.Ordinal) || line.Contains("iex", StringComparison.OrdinalIgnoreCase) || line.Contains("GetStream", StringComparison.Ordinal));
        return runs || piped || socat || script || other;
    }

    private static void Windows(string line, List<ShellCommand> commands, Action<string, string> say)
    {
        bool fetches = line.Contains("DownloadString", StringComparison.OrdinalIgnoreCase) || line.Contains("DownloadFile", StringComparison.OrdinalIgnoreCase) || line.Contains("Invoke-WebRequest", StringComparison.OrdinalIgnoreCase) || line.Contains("Net.WebClient", StringComparison.OrdinalIgnoreCase);
        bool runs = line.Contains("IEX", StringComparison.Ordinal) || line.Contains("iex ", StringComparison.Ordinal) || line.Contains("iex(", StringComparison.Ordinal) || line.Contains("Invoke-Expression", StringComparison.OrdinalIgnoreCase) || line.Contains("Start-Process", StringComparison.OrdinalIgnoreCase);
        bool tools = commands.Any(c => (c.Program is "certutil" or "certutil.exe" && line.Contains("urlcache", StringComparison.OrdinalIgnoreCase)) || (c.Program is "mshta" or "mshta.exe" or "regsvr32" or "rundll32" or "bitsadmin" && line.Contains("http", StringComparison.OrdinalIgnoreCase)));
        if ((fetches && runs) || tools)
        {
            say(!tools && Installers.Are([line]) ? "shell.known-installer" : "shell.download-run", "A line runs what it downloads");
        }

        bool shell = line.Contains("powershell", StringComparison.OrdinalIgnoreCase) || line.Contains("pwsh", StringComparison.OrdinalIgnoreCase);
        if (shell && (line.Contains(" -enc", StringComparison.OrdinalIgnoreCase) || line.Contains(" -e ", StringComparison.OrdinalIgnoreCase) || line.Contains(" -ec ", StringComparison.OrdinalIgnoreCase) || line.Contains("FromBase64String", StringComparison.OrdinalIgnoreCase)))
        {
            say("shell.encoded-run", "A line runs what it decodes");
        }
    }

    /// <summary>Whether a line puts something to a place: it is not planted by who only reads it (<c>. /etc/profile.d/conda.sh</c>).</summary>
    private bool Plants(string line, List<ShellCommand> commands, string place)
    {
        for (int at = line.IndexOf(place, StringComparison.OrdinalIgnoreCase); at >= 0; at = line.IndexOf(place, at + 1, StringComparison.OrdinalIgnoreCase))
        {
            int from = line.LastIndexOfAny([';', '|', '\n', '>', '&'], Math.Max(0, at - 1));
            if ((from >= 0 && line[from] is '>' && !commands.TrueForAll(c => SetsVariable(c) || ReadsProfile(c) || ReadsWritten(c)) && !(place is "authorized_keys" && WritesGiven(commands))) || commands.Any(IsPlanter))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a command writes a line that gives a variable a value and does nothing else: which variables start something is known.</summary>
    private static bool SetsVariable(ShellCommand command)
    {
        string text = command.Program is "echo" or "printf" ? string.Join(' ', command.Words.Skip(1).TakeWhile(w => w is not (">" or ">>"))).Trim() : "";
        string set = text.StartsWith("export ", StringComparison.Ordinal) ? text[7..] : "";
        int equals = set.IndexOf('=', StringComparison.Ordinal);
        return equals > 0 && set.AsSpan(0, equals).IndexOfAnyExcept(s_upper) < 0 && !KnownVariables.Decides(set[..equals]) && !set.AsSpan().ContainsAny(s_commands);
    }

    /// <summary>Whether commands write nothing but what a variable holds that the script never sets: whoever starts it gives that, the key by which he wants to log in.</summary>
    private static bool WritesGiven(List<ShellCommand> commands)
    {
        ShellCommand[] writing = [.. commands.Where(c => c.Words.Any(w => w is ">" or ">>"))];
        return writing.Length > 0 && Array.TrueForAll(writing, c => c.Program is "echo" or "printf" && c.Words.Skip(1).Where(w => w is not ("-e" or "-n" or "-en" or "-ne" or "%s" or "%s\\n")).TakeWhile(w => w is not (">" or ">>")).ToArray() is [['$', .. var name]] && name.Replace("\\n", "", StringComparison.Ordinal).AsSpan().Trim("{}").IndexOfAnyExcept(s_upper) < 0);
    }

    private static bool IsPlanter(ShellCommand c) => c.Program is "tee" or "cp" or "mv" or "ln" or "install" or "schtasks" or "reg" or "launchctl" or "sed" || (c.Program is "crontab" && (c.IsPiped || c.Words.Any(w => w is "-")));

    private static bool Destroys(List<ShellCommand> commands, string line) => commands.Any(c =>
        (c.Program is "rm" && c.Words.Any(w => w.StartsWith('-') && w.Contains('r', StringComparison.OrdinalIgnoreCase)) && c.Words.Any(w => w is "/" or "/*" or "~" or "~/" or "~/*" or "$HOME" or "$HOME/" or "/home" or "/etc" or "/usr" or "/var" or "--no-preserve-root"))
        || c.Program.StartsWith("mkfs", StringComparison.Ordinal) || (c.Program is "dd" && c.Words.Any(w => w.StartsWith("of=/dev/", StringComparison.Ordinal) && !w.EndsWith("null", StringComparison.Ordinal)))
        || (c.Program is "shred" && c.Words.Count > 1)) || line.Replace(" ", "", StringComparison.Ordinal).Contains(":(){:|:&};:", StringComparison.Ordinal);
}
