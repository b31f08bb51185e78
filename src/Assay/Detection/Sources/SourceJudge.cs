// Judges what Python source does by the effects of what it calls, by what it gets, and by when it happens.
using System.Buffers;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Detection.Effects;
using Assay.Effects;
using Assay.Python.Names;

namespace Assay.Detection.Sources;

/// <summary>
/// Judges source as a reviewer does at first sight. Ordinary source starts programs, opens connections and reads files in functions that somebody calls: that is told of none. What happens on import,
/// or when a loader makes an object, is told; and so is, whenever it happens, what only an attack does: running what was decoded, taking secrets away, calling back.
/// </summary>
internal sealed partial class SourceJudge
{
    private static readonly Lazy<Dictionary<string, HashSet<string>>> s_words = new(() => EmbeddedTable.Rows("detection/sources.tsv").ToDictionary(r => r[0], r => r[1].Split(' ').ToHashSet(StringComparer.Ordinal), StringComparer.Ordinal));
    // What only keeps a program's words from the screen.
    private static readonly Lazy<string[]> s_quiet = new(() => ["2>&1", "2>/dev/null", "2> /dev/null", "&>/dev/null", "2>nul", "2> nul", ">/dev/null", "> /dev/null", ">nul", "> nul"]);
    private static readonly SearchValues<char> s_operators = SearchValues.Create("|;&`$><");
    /// <summary>What the names of functions of native libraries that start programs begin with.</summary>
    private const string NativeCall = "ctypes.CDLL.";

    /// <summary>What readers call the environment as a whole, and the walk from a value to all classes.</summary>
    private const string WholeEnvironment = "os.environ.copy";
    private const string ClassWalk = "builtins.object.__subclasses__";
    private const string NameLeak = "socket.gethostbyname()";

    /// <summary>So many lines of cells or of a script belong together.</summary>
    private const int Near = 60;

    /// <summary>What the call of a value is called that has no name.</summary>
    private const string CalledValue = "?.called";

    private readonly PathKnowledge _names;
    private readonly CodeFact _code;
    private readonly List<SourceAct> _acts = [];
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);

    private SourceJudge(CodeFact code, PathKnowledge names)
    {
        _code = code;
        _names = names;
    }

    /// <summary>What the source of all artifacts among the facts does.</summary>
    public static IEnumerable<SourceAct> Judge(IReadOnlyList<Fact> facts, CallableTable table)
    {
        PathKnowledge? names = null;
        foreach (CodeFact code in facts.OfType<CodeFact>().Where(c => c.Uses.Count > 0))
        {
            foreach (SourceAct act in Judge(code, names ??= new PathKnowledge(table)))
            {
                yield return act;
            }
        }
    }

    /// <summary>What one source does.</summary>
    public static IReadOnlyList<SourceAct> Judge(CodeFact code, PathKnowledge names)
    {
        SourceJudge judge = new(code, names);
        judge.All();
        return judge._acts;
    }

    private static bool Lists(string kind, string word) => s_words.Value[kind].Contains(word);

    private void All()
    {
        List<(SourceUse Use, EffectKind Kind)> uses = [];
        foreach (SourceUse use in _code.Uses)
        {
            HandsOver(use);
            if (use.From.Contains("asked"))
            {
                continue;
            }

            Named(use);
            foreach (EffectKind kind in KindsOf(use.Callee))
            {
                uses.Add((use, kind));
                One(use, kind);
            }
        }

        Together(uses);
    }

    /// <summary>What a call does that matters in source.</summary>
    private IEnumerable<EffectKind> KindsOf(string callee)
    {
        if (callee is "builtins.open" or "io.open" or "codecs.open")
        {
            return [EffectKind.Read];
        }

        // What a server offers is no connection of its own.
        if (callee.StartsWith("aiohttp.web.", StringComparison.Ordinal) && !callee.EndsWith(".run_app", StringComparison.Ordinal))
        {
            return [];
        }

        if (Lists("ordinary", callee) || callee is WholeEnvironment or ClassWalk or NameLeak)
        {
            return [];
        }

        if ((callee.StartsWith(NativeCall, StringComparison.Ordinal) && Lists("native-call", callee[NativeCall.Length..] + "(")) || Lists("starting", callee))
        {
            return [EffectKind.Process];
        }

        if (callee.StartsWith("logging.handlers.", StringComparison.Ordinal))
        {
            return [EffectKind.Network];
        }

        // What came in from others is called.
        if (callee is CalledValue)
        {
            return [EffectKind.Exec];
        }

        // Whatever it is of: a method by whose name programs are started got a line for a shell.
        if (callee.StartsWith("?.", StringComparison.Ordinal) && callee.Length > 3 && callee is not "?.?")
        {
            return [EffectKind.Process];
        }

        KnownPath name = _names.Of(callee);
        if (name.Entry is not { } entry)
        {
            return [];
        }

        bool isWhole = name.IsCoarse && Prefixes(callee).Any(p => Lists("whole", p));
        return name.IsCoarse && !isWhole ? [] : entry.Call.Select(e => e.Kind).Where(EffectKinds.IsHarm).Distinct();
    }

    private static IEnumerable<string> Prefixes(string path)
    {
        for (int dot = path.IndexOf('.', StringComparison.Ordinal); dot > 0; dot = path.IndexOf('.', dot + 1))
        {
            yield return path[..dot];
        }
    }

    private void One(SourceUse use, EffectKind kind)
    {
        bool runs = kind is EffectKind.Exec or EffectKind.Process;
        if ((runs || kind is EffectKind.Unpickle) && use.Layers.Any(IsDecoding) && (use.Callee is not "marshal.loads" || use.Arguments is [{ Kind: ShapeKind.Bytes }, ..]))
        {
            Say("runs-decoded", use, $"after {string.Join(", ", use.Layers)}");
        }

        Flows(use, kind);
        if (use.IsHidden && !IsHarmlessText(use) && !IsOfLibrary(use.Callee) && !(use.Layers.Count > 0 && use.Layers.All(l => l.StartsWith("file ", StringComparison.Ordinal) && l.EndsWith(".py", StringComparison.Ordinal))) && (runs || kind is EffectKind.NativeLoad) && KnownModules.Has(use.Callee.Split('.')[0]))
        {
            Say("hides-name", use, "and the source does not write it out");
        }

        if (kind is EffectKind.Write or EffectKind.Read && !IsAsked(use) && Texts(use).Take(Moves(use) ? 2 : 1).FirstOrDefault(t => s_words.Value["startup"].Any(t.Contains)) is { } startup && Writes(use))
        {
            Say("plants", use, startup);
        }

        if (IsAsked(use))
        {
            return;
        }

        switch (kind)
        {
            case EffectKind.Process when IsInstalling(use):
                Say(Program(use) is { } started && !Lists("building", started) ? "installs-program" : "runs-program", use, "");
                break;
            case EffectKind.Process:
                bool tells = AsksVersion(use) || (Program(use) is { } program && Lists("telling", program) && !Texts(use).Any(HasShellOperators)) || InstallsKnown(use) || ProgramLines.Tells(use) || DataPrograms.Are(use);
                // What builds native code of the model's own asks for its tools first.
                Say(tells ? "asks-machine" : "runs-program", use, "");
                break;
            case EffectKind.Exec when use.Callee is "builtins.eval" && use.Runs is ["given"]:
                Say("evaluates", use, "with what its caller hands over");
                break;
            case EffectKind.Exec when use.Callee is "builtins.exec" or "builtins.eval" or "runpy.run_path" or "runpy.run_module" or "code.interact":
                // A text that the source itself writes out was read with it.
                if (use.Arguments is not ([{ Kind: ShapeKind.Str or ShapeKind.Int }, ..] or [{ Kind: ShapeKind.Unknown, Text: { Length: > 0 } }, ..]) || (use.Arguments[0].Kind is ShapeKind.Unknown && (use.Runs.Count > 0 || !IsTemplate(use.Arguments[0].Text))))
                {
                    Say("runs-code", use, "");
                }

                break;
            case EffectKind.Network when IsHere(use):
                break;
            case EffectKind.Network when use.Phase is "import" && use.Callee.EndsWith(".get", StringComparison.Ordinal) && use.From.Count == 0 && !Gives(use) && Texts(use).Where(t => t.Contains("://", StringComparison.Ordinal)).ToArray() is [var address] && DataPrograms.IsAddress(address):
                // A picture or a sound that is asked for by an address that is written out: nothing of the machine is said, and what is done with the answer is followed.
                Say("asks-machine", use, "");
                break;
            case EffectKind.Network:
                Say("opens-connection", use, "");
                if (use.Phase is "load" or "infer" && (Gives(use) || (use.Callee is "urllib.request.urlopen" && _code.Uses.Any(u => u.Callee is "urllib.request.Request" && u.Function == use.Function && u.Arguments.Count > 1))))
                {
                    Say("sends", use, "");
                }

                break;
            case EffectKind.NativeLoad:
                Say("loads-native", use, "");
                break;
            case EffectKind.Unpickle when use.Phase is "import":
                Say("unpickles", use, "");
                break;
            case EffectKind.Delete:
                if (Texts(use).Take(1).Any(IsHome))
                {
                    Say("destroys", use, "");
                }
                else if (use.Phase is "import")
                {
                    Say("deletes", use, "");
                }

                break;
        }
    }

    /// <summary>Whether a text that is run begins as a function or a class does, with what its author wrote: code that is made for the occasion.</summary>
    private static bool IsTemplate(string head) => head.Contains("def ", StringComparison.Ordinal) || head.Contains("class ", StringComparison.Ordinal) || head.Contains("lambda", StringComparison.Ordinal);

    /// <summary>Whether a call speaks with the machine itself: nobody else is told anything.</summary>
    private static bool IsHere(SourceUse use) => Texts(use).Any(t => s_words.Value["loopback"].Any(t.Contains));

    /// <summary>What a call does whatever is known of it: by its name and by what it gets.</summary>
    private void Named(SourceUse use)
    {
        if (use.Callee.EndsWith(".?", StringComparison.Ordinal) && (use.Callee is "?.?" || Lists("secretive", use.Callee[..^2])))
        {
            Say(use.Callee is "?.?" ? "runs-code" : "hides-name", use, "by a name that is found while it runs");
        }

        if (use.Callee.EndsWith('=') && !IsAsked(use))
        {
            Say("replaces", use, "");
        }

        if (use.Callee is "torch.utils.cpp_extension.load_inline" && !IsAsked(use) && Texts(use).Any(t => s_words.Value["native-call"].Any(t.Contains)))
        {
            Say("runs-program", use, "in native code that it compiles");
        }

        if (use.Callee is "webbrowser.get" && !IsAsked(use) && Texts(use).Any(t => t.Contains(' ', StringComparison.Ordinal)))
        {
            Say("runs-program", use, "as if it were a browser");
        }

        // Memory is filled with bytes, and called as a function.
        if (use.Callee is "ctypes.CFUNCTYPE" or "ctypes.PYFUNCTYPE" or "ctypes.WINFUNCTYPE" && !IsAsked(use) && _code.Uses.Any(u => u.Callee is "mmap.mmap" or "ctypes.windll.kernel32.VirtualAlloc" or "ctypes.CDLL.mprotect" or "ctypes.CDLL.mmap" && !IsAsked(u) && u.Function == use.Function))
        {
            Say("runs-code", use, "beside memory of its own: code of the machine");
        }

        if (use.Callee is "builtins.open" or "io.open" or "os.open" && Texts(use).FirstOrDefault() is { } memory && Lists("memory", memory) && (Texts(use).Skip(1).Any(t => t.AsSpan().IndexOfAny('w', '+', 'a') >= 0) || use.Callee is "os.open") && !IsAsked(use))
        {
            Say("writes-memory", use, "");
        }

        if (use.Callee is "os.environ.update" or "os.environ.setdefault" or "os.putenv" or "os.environ.__ior__" && !IsAsked(use))
        {
            Redirects(use);
        }

        if (use.Callee is NameLeak && !IsAsked(use))
        {
            Say("sends", use, "with a name of a machine that is put together");
        }

        if (use.Callee is ClassWalk)
        {
            Say("hides-name", use, "which leads from a value to every class there is");
        }

        if (IsAsked(use))
        {
            return;
        }

        string last = use.Callee[(use.Callee.LastIndexOf('.') + 1)..];
        if ((last.StartsWith("upload", StringComparison.Ordinal) || last.StartsWith("put_", StringComparison.Ordinal)) && Texts(use).FirstOrDefault(t => IsSecret(t, use.Phase)) is { } taken)
        {
            Say("sends-secret", use, $"with {taken}");
        }

        if (last is "extractall" or "unpack_archive" && Texts(use).Any(IsWhole))
        {
            Say("plants", use, "over what lies there already");
        }

        if (use.Callee is "torch.hub.load" && Texts(use).FirstOrDefault() is { } repository && repository.Contains('/', StringComparison.Ordinal) && !Lists("hub", repository.Split('/')[0]))
        {
            Say("runs-elsewhere", use, "");
        }

        if ((use.Callee is "transformers.dynamic_module_utils.get_class_from_dynamic_module" && (use.Phase is "load" || (use.Phase is "import" && Texts(use).Skip(1).FirstOrDefault() is { } stranger && stranger.Contains('/', StringComparison.Ordinal)))) || (use.Callee is "transformers.dynamic_module_utils.get_class_from_dynamic_module" or "builtins.__import__" && Texts(use).Any(t => t.Contains("--", StringComparison.Ordinal))))
        {
            Say("runs-elsewhere", use, "");
        }

        if (Texts(use).Any(t => t.Contains("!!python/object", StringComparison.Ordinal) || t.Contains("!!python/name", StringComparison.Ordinal)))
        {
            Say("makes-objects", use, "");
        }
    }

    /// <summary>Whether it happens only because somebody asks for it by name: calls a function, runs a cell or a script.</summary>
    private static bool IsAsked(SourceUse use) => use.Phase is "call" or "cell" or "use";

    private bool IsInstalling(SourceUse use) => use.Phase is "install" || (use.Phase is "import" && Lists("installer", File));

    /// <summary>Whether a path is all that a user has, or all that there is.</summary>
    private static bool IsHome(string path) => (path.Length > 1 && path[0] is '~' or '$' && path.IndexOf('*', StringComparison.Ordinal) is > 0 and int star && IsWhole(path[..star])) || IsWhole(path);

    private static bool IsWhole(string path) => path is not ("*" or "**" or "**/*") && path.TrimEnd('/', '*') is "" or "~" or "$HOME" or "/home" or "/root" or "/etc" or "/usr" or "/var" or "C:\\" or "C:" && path.Length > 0;

    private string File => _code.Path[(_code.Path.LastIndexOfAny(['/', '\\']) + 1)..];

    /// <summary>What calls in one function do together, or on import: each alone is ordinary.</summary>
    private void Together(List<(SourceUse Use, EffectKind Kind)> uses)
    {
        foreach (IGrouping<string, (SourceUse Use, EffectKind Kind)> place in uses.GroupBy(u => u.Use.Function, StringComparer.Ordinal))
        {
            SourceUse? network = place.FirstOrDefault(u => u.Kind is EffectKind.Network && !IsHere(u.Use)).Use;
            SourceUse? run = place.FirstOrDefault(u => !(u.Kind is EffectKind.Process && IsFixedProgram(u.Use)) && u.Kind is EffectKind.Exec or EffectKind.Process or EffectKind.NativeLoad && u.Use.Callee is not "builtins.eval" && (KnownModules.Has(u.Use.Callee.Split('.')[0]) || u.Use.Callee.StartsWith("builtins.", StringComparison.Ordinal))).Use;
            bool duplicates = _code.Uses.Any(u => u.Function == place.Key && u.Callee is "os.dup2" or "pty.spawn");
            bool shell = place.Any(u => u.Kind is EffectKind.Process && Texts(u.Use).Any(t => t.Contains("/bin/sh", StringComparison.Ordinal) || t.Contains("/bin/bash", StringComparison.Ordinal) || t is "sh" or "bash" or "cmd.exe" or "powershell.exe"));
            bool socket = _code.Uses.Any(u => u.Function == place.Key && u.Callee.StartsWith("socket.", StringComparison.Ordinal) && u.Callee is not "socket.gethostname");
            if (socket && run is not null && (duplicates || shell))
            {
                Say("calls-back", run, "with a connection that is open");
            }
            else if (network is not null && run is null && network.Phase is "import" or "load" or "infer" or "install" && Texts(network).Any(t => t.Contains("://", StringComparison.Ordinal)) && place.FirstOrDefault(u => u.Kind is EffectKind.Unpickle && u.Use.Callee.EndsWith(".loads", StringComparison.Ordinal) && !IsAsked(u.Use)).Use is { } unpickled)
            {
                Say("downloads-and-runs", unpickled, $"beside {network.Callee} in line {network.Line}: what is unpickled can run anything");
            }
            else if (network is not null && run is not null && (run.Phase is "import" or "load" or "infer" or "install" || (run.Phase is "cell" or "use" && place.Any(u => u.Kind is EffectKind.Exec && u.Use.Callee is "builtins.exec" && !(u.Use.Phase is "cell" && u.Use.Arguments is [{ Kind: ShapeKind.Str, Text.Length: > 0 }, ..]) && Math.Abs(u.Use.Line - network.Line) < Near))))
            {
                Say("downloads-and-runs", run, $"beside {network.Callee} in line {network.Line}");
            }
        }

        // What is only asked for, elsewhere than where a secret is read, takes nothing along; what flows into it is followed.
        bool Asks(SourceUse use) => use.Callee.EndsWith(".get", StringComparison.Ordinal) && use.Function.Length > 0 && !_code.Uses.Any(u => u.Function == use.Function && Texts(u).Any(t => IsSecret(t, u.Phase)));
        uses = [.. uses.Where(u => !Asks(u.Use))];
        SourceUse? sends = uses.FirstOrDefault(u => u.Kind is EffectKind.Network && Sends(u.Use)).Use ?? uses.FirstOrDefault(u => u.Kind is EffectKind.Network && u.Use.Phase is not "call").Use;
        sends ??= _code.Uses.FirstOrDefault(u => u.Callee is "socket.gethostbyname" or "socket.getaddrinfo" && u.Phase is not "call");
        SourceUse? secret = _code.Uses.FirstOrDefault(u => Texts(u).Any(t => IsSecret(t, u.Phase))) ?? _code.Uses.FirstOrDefault(u => u.Callee is WholeEnvironment && (!IsAsked(u) || (u.Phase is "use" && u.Function.Length > 0 && u.Function == sends?.Function)))
            ?? (sends is not null && Texts(sends).All(t => !t.Contains("huggingface.co", StringComparison.Ordinal)) ? _code.Uses.FirstOrDefault(u => u.Callee.EndsWith(".get_token", StringComparison.Ordinal) && !IsAsked(u) && (u.Line == sends.Line || (!IsAsked(sends) && Texts(sends).Any(t => t.Contains("://", StringComparison.Ordinal))))) : null);
        // The whole environment that stands among what a request gets goes along with it, whoever calls the function.
        SourceUse? given = uses.FirstOrDefault(n => n.Kind is EffectKind.Network && !IsHere(n.Use) && _code.Uses.Any(u => u.Callee is WholeEnvironment && u.Line == n.Use.Line && u.Function == n.Use.Function)).Use;
        if (given is not null)
        {
            Say("sends-secret", given, "with the whole environment");
        }
        else if (sends is not null && secret is not null && (sends.Phase is not "call" || secret.Phase is not "call") && !(secret.Callee is WholeEnvironment && (sends.Phase is "call" || (IsInstalling(sends) && (sends.Function.Length == 0 || sends.Function != secret.Function)))))
        {
            Say("takes-secrets", sends, $"beside {Texts(secret).FirstOrDefault(t => IsSecret(t, secret.Phase)) ?? (secret.Callee is WholeEnvironment ? "the whole environment" : secret.Callee)} in line {secret.Line}");
        }
    }

    /// <summary>Whether a text names where secrets lie; that a cell asks for its user's own key is ordinary.</summary>
    private static bool IsSecret(string text, string phase) => s_words.Value["secret"].Any(s => text.Contains(s, StringComparison.Ordinal) && (phase is not ("cell" or "use") || s[0] is '.' or '/' || s.StartsWith("id_", StringComparison.Ordinal)));

    /// <summary>Whether a text that was put together and is run reaches for nothing: a function written for the occasion.</summary>
    private static bool IsHarmlessText(SourceUse use) => use.Callee is "builtins.exec" or "builtins.eval" && Texts(use).FirstOrDefault() is { } text && !s_words.Value["reaching"].Any(w => text.Contains(w, StringComparison.Ordinal));

    private static bool IsDecoding(string layer) => layer is "chr" or "base64" or "base32" or "base85" or "base16" or "hex" or "zlib" or "bz2" or "lzma" or "gzip" or "rot13" or "marshal" or "ascii85" or "uu";

    private static bool Sends(SourceUse use) => use.Callee.EndsWith(".post", StringComparison.Ordinal) || use.Callee.EndsWith(".put", StringComparison.Ordinal) || use.Callee.Contains("send", StringComparison.Ordinal) || use.Callee.Contains("urlopen", StringComparison.Ordinal) || use.Callee.Contains("request", StringComparison.Ordinal);

    private static bool Writes(SourceUse use) => use.Arguments.Skip(1).Any(a => a.Kind is ShapeKind.Str && a.Text.AsSpan().IndexOfAny('w', 'a', 'x') >= 0 && a.Text.Length < 4) || !use.Callee.EndsWith("open", StringComparison.Ordinal);

    /// <summary>Whether what comes second is where something is put.</summary>
    private static bool Moves(SourceUse use) => use.Callee.StartsWith("shutil.", StringComparison.Ordinal) || use.Callee is "os.rename" or "os.replace" or "os.symlink" or "os.link";

    private static bool HasShellOperators(string text) => text.AsSpan().ContainsAny(s_operators) && s_quiet.Value.Aggregate(text, (t, q) => t.Replace(q, "", StringComparison.Ordinal)).AsSpan().TrimEnd(" &").ContainsAny(s_operators);

    /// <summary>Whether a function of a native library is called whose name is put together: wrappers of libraries do that for each element type.</summary>
    private static bool IsOfLibrary(string callee) => callee.StartsWith("ctypes.", StringComparison.Ordinal) && callee.Split('.') is { Length: > 2 } parts && parts[^2] is "LoadLibrary" or "CDLL" or "LoadLibrary()" or "CDLL()" && !Lists("native-call", parts[^1] + "(");

    /// <summary>Whether pip is started for packages that everybody knows, from where pip takes them by itself: what a list of requirements says as well.</summary>
    private static bool InstallsKnown(SourceUse use)
    {
        string[] words = use.Arguments is [{ Kind: ShapeKind.Str } line, ..] ? line.Text.Split(' ', StringSplitOptions.RemoveEmptyEntries) : use.Arguments is [{ Kind: ShapeKind.List or ShapeKind.Tuple } list, ..] ? [.. list.Items.Select(i => i.Text)] : [];
        int at = Array.IndexOf(words, "install");
        if (at < 0 || (at > 0 ? words[at - 1] is not ("pip" or "pip3") : !use.Callee.StartsWith("pip.", StringComparison.Ordinal)))
        {
            return false;
        }

        string[] rest = words[(at + 1)..];
        return rest.Any(w => w.Length > 0 && w[0] is not '-') && rest.All(w => w.Length > 0 && (w[0] is '-' ? Lists("pip-plain", w) : Lists("packages", w.Split('=', '<', '>', '~', '!', '[')[0])));
    }

    /// <summary>Whether a call hands something to another machine: not only an address that is asked for.</summary>
    private static bool Gives(SourceUse use)
    {
        string name = use.Callee[(use.Callee.LastIndexOf('.') + 1)..];
        return name is "HTTPHandler" or "SMTPHandler" or "post" or "put" or "patch" or "sendall" or "sendto" or "sendmail" or "storbinary" || (name is "urlopen" or "Request" && use.Arguments.Count > 1 && use.Arguments[1] is not { Kind: ShapeKind.None or ShapeKind.Int or ShapeKind.Float });
    }

    /// <summary>Whether a program, whichever it is, is only asked for its version: a list of it and of one such word.</summary>
    private static bool AsksVersion(SourceUse use) => use.Arguments is [{ Kind: ShapeKind.List or ShapeKind.Tuple, Count: 2, Items: [{ Kind: ShapeKind.Unknown }, { Kind: ShapeKind.Str, Text: "-version" or "--version" or "-V" or "--help" or "-h" }] }, ..];

    /// <summary>The program that is started, where the source says it.</summary>
    private static string? Program(SourceUse use)
    {
        ValueShape? first = use.Arguments.Count > 0 ? use.Arguments[0] : null;
        string? text = first is { Kind: ShapeKind.Str } ? first.Text.Trim().Split(' ')[0] : first is { Kind: ShapeKind.List or ShapeKind.Tuple, Items: [{ Kind: ShapeKind.Str } program, ..] } ? program.Text : null;
        return text is null ? null : text[(text.LastIndexOf('/') + 1)..];
    }

    /// <summary>Whether a program is started by its bare name that is found where programs lie, and everything that it gets is written out: nothing that was fetched is run.</summary>
    private static bool IsFixedProgram(SourceUse use) =>
        Program(use) is { Length: > 0 } program && !Lists("interpreting", program) && use.Runs.Count == 0 && !Texts(use).Any(HasShellOperators) && !(use.Arguments is [{ Kind: ShapeKind.Str } line, ..] ? line.Text : use.Arguments[0].Items[0].Text).Split(' ')[0].Contains('/', StringComparison.Ordinal)
        && use.Arguments[0].Items.All(i => i.Kind is ShapeKind.Str);

    private static IEnumerable<string> Texts(SourceUse use)
    {
        Stack<ValueShape> open = new(use.Arguments.Reverse());
        for (int seen = 0; seen < 256 && open.TryPop(out ValueShape? shape); seen++)
        {
            if (shape.Kind is ShapeKind.Str or ShapeKind.Bytes)
            {
                yield return shape.Text;
            }

            for (int i = shape.Items.Count - 1; i >= 0; i--)
            {
                open.Push(shape.Items[i]);
            }
        }
    }

    private void Say(string what, SourceUse use, string detail)
    {
        string when = use.Phase is "import" && Lists("installer", File) ? "install" : use.Phase;
        if (!_told.Add($"{what} {use.Callee} {use.Line}"))
        {
            return;
        }

        string place = use.Function.Length > 0 ? $"{use.Function}, line {use.Line}" : $"line {use.Line}";
        string given = string.Join(", ", Texts(use).Take(3).Select(t => t.Length > 120 ? t[..117] + "..." : t));
        _acts.Add(new SourceAct
        {
            Path = _code.Path,
            Offset = use.Offset,
            Line = use.Line,
            Is = what,
            Callable = use.Callee,
            When = when,
            Detail = $"{use.Callee}({given}) in {place}{(detail.Length > 0 ? " " + detail : "")}",
        });
    }
}
