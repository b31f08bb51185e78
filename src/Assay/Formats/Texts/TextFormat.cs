// Reads texts of no format of their own: model cards, licences, vocabularies, tables, scripts, settings.
using System.Buffers;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.PythonSources;
using Assay.Formats.Requirements;
using Assay.Formats.Shell;

namespace Assay.Formats.Texts;

/// <summary>
/// A text that no other format claims. What somebody reads (a model card, a licence) or a loader takes for words (a vocabulary, merges, a table) is data; what a shell, an installer or the start
/// of an interpreter acts on is read as that: scripts, the commands of a Dockerfile, import lines of a <c>.pth</c> file.
/// </summary>
internal sealed class TextFormat : IFormat
{
    private const int LongestScript = 4 << 20;
    private static readonly SearchValues<char> s_noPath = SearchValues.Create(" <>{}\"|:=");

    /// <summary>Extensions of models that texts have as well: source of Julia, styles of BibTeX, descriptions of data sets and of interfaces, matrices in letters.</summary>
    private static readonly HashSet<string> s_shared = new(StringComparer.Ordinal) { ".jl", ".bst", ".meta", ".pbtxt", ".mat" };

    public string Id => "text";

    public string Name => "Text";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [];

    public bool IsLastResort => true;

    public Claim? Probe(ProbeView view)
    {
        if (!view.IsWhole || view.Range.IsEmpty || !TextLook.IsText(view.Head.Span))
        {
            return null;
        }

        // A text in the place of a model is not what its name promises; a path file of Python shares its name with checkpoints.
        bool isPathFile = view.Artifact.Extension is ".pth" && (("\n" + TextLook.Of(view.Head.Span)).Contains("\nimport ", StringComparison.Ordinal) || IsPaths(TextLook.Of(view.Head.Span)));
        return isPathFile || s_shared.Contains(view.Artifact.Extension) || !FormatCatalog.PromisesModel(view.Artifact.Extension) ? new Claim(view.Range, ClaimStrength.Weak) : null;
    }

    /// <summary>Whether each line of a short text is a path: no blanks, and none of the signs of a page or of data.</summary>
    private static bool IsPaths(string text) => text.Length < 4096 && text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is { Length: > 0 } lines
        && Array.TrueForAll(lines, l => l[0] is '#' || (l.Length < 256 && !l.AsSpan().ContainsAny(s_noPath)));

    public void Read(Claim claim, ReadContext context)
    {
        string file = context.Artifact.Name[(context.Artifact.Name.LastIndexOfAny(['/', '\\']) + 1)..];
        TextRole role = TextRoles.Of(context.Artifact.In?.Name ?? context.Artifact.Name, file, context.Artifact.Extension, TextLook.Of(context.Artifact.Bytes.ReadUpTo(claim.Range.Offset, 256)));
        context.Meta("text", role.ToString().ToLowerInvariant());
        context.Lines = new LineMap(context.Artifact.Bytes, claim.Range).Of;
        if (role is TextRole.Words or TextRole.Settings)
        {
            StrayText.Tell(claim, context);
        }

        if (role is TextRole.Words or TextRole.Table || (role is TextRole.Page or TextRole.Settings or TextRole.Markup or TextRole.MatlabText && claim.Range.Length > LongestScript))
        {
            context.Cover(claim.Range, CoverageKind.Data);
            if (role is TextRole.Table)
            {
                SettingsText.Formulas(context.Artifact.Bytes, claim.Range, context);
            }

            SecretSearch.Tell(context.Artifact.Bytes, claim.Range, context);
            return;
        }

        context.Cover(claim.Range, CoverageKind.Parsed);
        if (claim.Range.Length > LongestScript)
        {
            context.Unread(UnreadCause.Limit, claim.Range.Offset, claim.Range.Length, $"The script is longer than {LongestScript >> 20} MB.");
            return;
        }

        TextDocument document = TextDocument.Read(context.Artifact.Bytes, claim.Range, context.Budget);
        SecretSearch.Tell(context.Artifact.Bytes, claim.Range, context);
        switch (role)
        {
            case TextRole.Shell:
                Lines(document.Text, claim, context, "shell");
                break;
            case TextRole.Recipes:
                Lines(string.Join('\n', document.Text.Split('\n').Select(Recipe)), claim, context, "shell");
                break;
            case TextRole.Modules:
                Modules(document, context);
                break;
            case TextRole.Dockerfile:
                Lines(string.Join('\n', Run(document.Text)), claim, context, "dockerfile", "install");
                break;
            case TextRole.Launcher:
                Launcher(document, claim, context);
                break;
            case TextRole.PathFile:
                PathFile(document, context);
                break;
            case TextRole.Attributes:
                Attributes(document, context);
                break;
            case TextRole.Woven:
                WovenText.Tell(document, claim, context);
                break;
            case TextRole.Card or TextRole.Instructions:
                MarkdownText.Front(document.Text, context);
                MarkdownText.Tell(document.Text, claim.Range.Offset, role is TextRole.Instructions, context);
                break;
            case TextRole.Project:
                ProjectFile.Tell(document.Text, claim.Range.Offset, context);
                break;
            case TextRole.Settings:
                Configuration.SectionedText.Tell(document, context);
                break;
            case TextRole.Markup:
                XmlText.Tell(claim, context);
                break;
            case TextRole.MatlabText:
                Matlab.MatlabTexts.Tell(document, context);
                break;
            case TextRole.GraphProgram:
                CoreMl.CoreMlProgramText.Tell(document, context);
                break;
            case TextRole.Modelfile:
                ServingText.Ollama(document, context);
                MarkdownText.Tell(document.Text, claim.Range.Offset, isInstructions: true, context);
                break;
            case TextRole.ServerSettings:
                ServingText.TorchServe(document, context);
                break;
            case TextRole.GitSettings:
                SettingsText.Git(document, context);
                break;
            case TextRole.PipSettings:
                SettingsText.Pip(document, context);
                break;
            case TextRole.LoginKeys:
                context.Anomaly("shell.persistence", claim.Range.Offset, 0, "Whoever has the keys that the file names may log in where it lies in the folder .ssh of somebody.");
                break;
            case TextRole.Page:
                SettingsText.Page(document, context);
                break;
            case TextRole.RProfile:
                SettingsText.RProfile(document, context);
                Lines(ForeignCalls.Lines(document.Text, ".r", context.Budget), claim, context, null);
                break;
            case TextRole.AppleScript:
                context.Add(new CodeFact { Path = context.Artifact.Path, Offset = claim.Range.Offset, Length = claim.Range.Length, Language = "applescript", Summary = "a script", Phase = "use" });
                Lines(SettingsText.ShellOf(document.Text), claim, context, null);
                break;
            case TextRole.OtherCode:
                context.Add(new CodeFact { Path = context.Artifact.Path, Offset = claim.Range.Offset, Length = claim.Range.Length, Language = context.Artifact.Extension.TrimStart('.'), Summary = "a script", Phase = "use" });
                Lines(document.Text, claim, context, null, mayBeOther: true);
                if (context.Artifact.Extension is ".gyp" or ".gypi")
                {
                    // <!(command) and <!@(command) are what the command prints.
                    Lines(SettingsText.Quoted(document.Text).Replace("<!@(", ";", StringComparison.Ordinal).Replace("<!(", ";", StringComparison.Ordinal).Replace(")", " ", StringComparison.Ordinal), claim, context, null, "install");
                }

                if (file is ".dir-locals.el" && document.Text.IndexOf("(eval .", StringComparison.Ordinal) is >= 0 and int evaluated)
                {
                    context.Anomaly("git.runs", document.Offset(evaluated), 0, "Emacs evaluates what the settings of the folder say when a file in it is opened.");
                }

                Lines(ForeignCalls.Lines(document.Text, file is "CMakeLists.txt" ? ".cmake" : context.Artifact.Extension.ToLowerInvariant(), context.Budget), claim, context, null, file is "CMakeLists.txt" || context.Artifact.Extension is ".cmake" ? "install" : null);

                // What other languages hand to a shell stands in quotes.
                Lines(SettingsText.Quoted(document.Text), claim, context, null, mayBeOther: true);
                break;
        }
    }

    /// <summary>Tells what lines of a shell do, and hands on the code of other languages that they hold.</summary>
    /// <param name="text">The lines.</param>
    /// <param name="claim">Where they stand.</param>
    /// <param name="context">Takes the facts.</param>
    /// <param name="language">What is written; null where it was told already.</param>
    /// <param name="when">When they run.</param>
    /// <param name="codeWhen">When code of other languages in them runs.</param>
    /// <param name="mayBeOther">Whether they are lines of another language or texts in quotes, of which most are no commands: a path in quotes starts nothing.</param>
    public static void Lines(string text, Claim claim, ReadContext context, string? language, string? when = null, string? codeWhen = null, bool mayBeOther = false)
    {
        if (language is not null)
        {
            context.Add(new CodeFact { Path = context.Artifact.Path, Offset = claim.Range.Offset, Length = claim.Range.Length, Language = language, Summary = "a script", Phase = "use" });
        }

        foreach (ShellUse use in ShellLines.Read(text, context.Budget).Where(u => !(language is "dockerfile" && u.Code is "shell.persistence") && !(mayBeOther && u.Code is "shell.hidden-program")))
        {
            context.Add(new AnomalyFact { Path = context.Artifact.Path, Offset = claim.Range.Offset, Code = use.Code, Detail = use.Detail, Line = context.OuterLine(use.Line), When = when });
        }

        if (language is not null)
        {
            context.Budget.SpendWork(8L * text.Length);
            foreach (InlineSource inline in InlineCode.In(text))
            {
                Code($"line{inline.Line}", inline, codeWhen ?? when ?? "use", context);
            }
        }
    }

    /// <summary>Hands on code of another language that stands in a text.</summary>
    public static void Code(string name, InlineSource inline, string when, ReadContext context)
    {
        bool isPython = inline.Language is "python";
        byte[] bytes = System.Text.Encoding.UTF8.GetBytes(inline.Source);
        context.Budget.SpendWork(bytes.Length);
        context.Submit(new Artifact(name + (isPython ? ".py" : ".js"), new MemorySource(bytes), context.Artifact, isPython ? PythonSourceFormat.FormatId : BracedSources.BracedSourceFormat.JavaScriptId)
        {
            When = when,
            OuterLine = inner => context.OuterLine(inline.Line + inner - 1),
        });
    }

    /// <summary>A line of a recipe as the shell gets it: without what the tool reads itself in front, and with its dollars.</summary>
    private static string Recipe(string line)
    {
        string command = line.TrimStart('\t', ' ').TrimStart('@', '-', '+');
        int equals = command.IndexOf('=', StringComparison.Ordinal);
        bool isSetting = equals > 0 && command[..equals].Trim().All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-') && command[..equals].EndsWith(' ');
        int shell = command.IndexOf("$(shell ", StringComparison.Ordinal);
        command = shell >= 0 ? command[(shell + 8)..].TrimEnd(')') : isSetting ? command[(equals + 1)..].Trim() : command;
        return command.Replace("$$", "$", StringComparison.Ordinal);
    }

    /// <summary>Modules of Git: a place may be a command that Git runs to fetch from it.</summary>
    private static void Modules(TextDocument document, ReadContext context)
    {
        int at = 0;
        foreach (string line in document.Text.Split('\n'))
        {
            string trimmed = line.Trim();
            string value = trimmed.IndexOf('=', StringComparison.Ordinal) is > 0 and int equals ? trimmed[(equals + 1)..].Trim().Trim('"') : "";
            bool runs = trimmed.StartsWith("url", StringComparison.Ordinal) && (value.StartsWith("ext::", StringComparison.Ordinal) || value.StartsWith('-'));
            if (runs || (trimmed.StartsWith("update", StringComparison.Ordinal) && value.StartsWith('!')) || (trimmed.StartsWith("path", StringComparison.Ordinal) && (value.StartsWith('-') || value.Contains("..", StringComparison.Ordinal) || value.Contains("\\r", StringComparison.Ordinal) || line.EndsWith("\r\"", StringComparison.Ordinal))))
            {
                context.Anomaly("git.module-command", document.Offset(at), line.Length, $"Git runs a command, or writes beside the repository, to fetch a module: {(trimmed.Length > 160 ? trimmed[..157] + "..." : trimmed)}");
            }

            at += line.Length + 1;
        }
    }

    /// <summary>The commands of a Dockerfile, with the lines that a backslash joins; what is none is an empty line.</summary>
    private static IEnumerable<string> Run(string text)
    {
        bool goesOn = false;
        string? document = null;
        foreach (string line in text.Split('\n'))
        {
            string trimmed = line.Trim();
            if (document is not null)
            {
                // RUN <<EOF: what follows is the script.
                document = trimmed == document ? null : document;
                yield return line;
                continue;
            }

            string? command = goesOn ? trimmed : trimmed.StartsWith("RUN ", StringComparison.OrdinalIgnoreCase) ? trimmed[4..] : trimmed.StartsWith("CMD ", StringComparison.OrdinalIgnoreCase) ? trimmed[4..]
                : trimmed.StartsWith("ENTRYPOINT ", StringComparison.OrdinalIgnoreCase) ? trimmed[11..] : null;
            goesOn = command?.EndsWith('\\') ?? false;
            document = command is null ? null : InlineCode.DocumentOf(command);
            yield return command ?? "";
        }
    }

    /// <summary>The commands of a launcher: what stands behind a key that begins with <c>Exec</c>, <c>open</c> or <c>shell</c>.</summary>
    private static void Launcher(TextDocument document, Claim claim, ReadContext context)
    {
        List<string> commands = [];
        int at = 0;
        foreach (string line in document.Text.Split('\n'))
        {
            int equals = line.IndexOf('=', StringComparison.Ordinal);
            string key = equals > 0 ? line[..equals].Trim() : "";
            bool isCommand = key.StartsWith("Exec", StringComparison.OrdinalIgnoreCase) || key.Equals("open", StringComparison.OrdinalIgnoreCase) || key.StartsWith("shell", StringComparison.OrdinalIgnoreCase);
            string command = isCommand ? line[(equals + 1)..].Trim().TrimStart('-', '@', '+', '!', ':') : "";
            commands.Add(command);
            if (isCommand)
            {
                string[] words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                string program = words.Length > 0 ? words[0][(words[0].LastIndexOfAny(['/', '\\']) + 1)..] : "";
                bool isShell = program is "sh" or "bash" or "dash" or "zsh" or "python" or "python3" or "perl" or "cmd" or "cmd.exe" or "powershell" or "powershell.exe";
                if (isShell && context.Artifact.Extension is not ".service" and not ".timer" && Array.Exists(words, w => w is "-c" or "-e" or "/c" or "/C" || w.StartsWith("-enc", StringComparison.OrdinalIgnoreCase)))
                {
                    context.Anomaly("shell.launcher", document.Offset(at), line.Length, $"What looks like a shortcut runs: {(command.Length > 160 ? command[..157] + "..." : command)}");
                }
            }

            at += line.Length + 1;
        }

        Lines(string.Join('\n', commands), claim, context, "launcher", codeWhen: "import");
    }

    /// <summary>Lines of a <c>.pth</c> file that begin with <c>import</c> are run by <c>site</c> whenever Python starts; others are folders.</summary>
    private static void PathFile(TextDocument document, ReadContext context)
    {
        int at = 0;
        foreach (string line in document.Text.Split('\n'))
        {
            if (line.StartsWith("import ", StringComparison.Ordinal) || line.StartsWith("import\t", StringComparison.Ordinal))
            {
                long offset = document.Offset(at);
                context.Anomaly("python.path-file", offset, line.Length, $"Each start of Python runs: {(line.Length > 160 ? line[..157] + "..." : line.TrimEnd())}");
                int number = document.Line(at);
                context.Submit(new Artifact($"line@0x{offset:x}", new MemorySource(System.Text.Encoding.UTF8.GetBytes(line)), context.Artifact, PythonSourceFormat.FormatId) { When = "import", OuterLine = _ => number });
            }

            at += line.Length + 1;
        }
    }

    /// <summary>Attributes of Git: a filter is a program of the user's configuration that runs on checkout; only that of LFS is ordinary.</summary>
    private static void Attributes(TextDocument document, ReadContext context)
    {
        int at = 0;
        foreach (string line in document.Text.Split('\n'))
        {
            int filter = line.IndexOf("filter=", StringComparison.Ordinal);
            if (filter >= 0 && !line.TrimStart().StartsWith('#') && !IsKnownFilter(line[(filter + "filter=".Length)..].Split(' ', '\t', '\r')[0]))
            {
                context.Anomaly("git.filter", document.Offset(at), line.Length, $"Git hands files to a filter: {(line.Length > 160 ? line[..157] + "..." : line.Trim())}");
            }

            at += line.Length + 1;
        }
    }

    /// <summary>Filters of programs that many have: large files, encryption, the outputs of notebooks.</summary>
    private static bool IsKnownFilter(string name) => name is "lfs" or "xet" or "git-crypt" or "annex" or "nbstripout" or "crypt" or "transcrypt" or "jupyternotebook" or "strip-notebook-output" or "nbclean" or "dvc" or "ipynb";
}
