// Reads what systems start by themselves or at a double click: services, desktop entries, scripts for the Windows Script Host.
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Shell;
using Assay.Formats.Texts;

namespace Assay.Formats.Native;

/// <summary>
/// Texts that a service manager, a desktop or Windows acts on once they lie in their place: units of systemd, desktop entries, <c>autorun.inf</c>, property lists of launchd; scripts and HTML applications of the
/// Windows Script Host, files that change the registry, shortcuts to programs on other machines; tables of cron. Scripts of shells and path files of Python are texts like others, and read there.
/// </summary>
internal sealed class StartUpFormat : IFormat
{
    private const int Longest = 1 << 20;
    private const string Cron = "cron";
    private const string Registry = "windows-registry";
    private const string Link = "windows-shortcut";
    private static readonly string[] s_programs = [".exe", ".scr", ".hta", ".msi", ".bat", ".cmd", ".ps1", ".vbs", ".js", ".lnk", ".jar", ".cpl", ".dll"];
    private const StringComparison Any = StringComparison.OrdinalIgnoreCase;

    public string Id => "start-up";

    public string Name => "Start-up description or Windows script";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [];

    public Claim? Probe(ProbeView view) => view.IsWhole && view.Range.Length <= Longest && Language(view) is { } language ? new Claim(view.Range, ClaimStrength.Likely) { Parsed = language } : null;

    public void Read(Claim claim, ReadContext context)
    {
        string language = claim.Parsed as string ?? "service";
        TextDocument document = TextDocument.Read(context.Artifact.Bytes, claim.Range, context.Budget);
        context.Cover(claim.Range, CoverageKind.Parsed);
        context.Add(new CodeFact
        {
            Path = context.Artifact.Path, Offset = claim.Range.Offset, Length = claim.Range.Length, Language = language, Summary = s_summaries[language], Phase = "use",
        });
        IEnumerable<string> lines = document.Text.Split('\n').Select(l => l.Trim());
        IEnumerable<string> commands = language == Cron ? lines.Select(CronCommand)
            : lines.Where(l => l.StartsWith("open", Any) || l.StartsWith("shell", Any)).Select(l => l[(l.IndexOf('=') + 1)..]);
        foreach (ShellUse use in ShellLines.Read(string.Join('\n', commands), context.Budget))
        {
            context.Anomaly(use.Code, claim.Range.Offset, 0, use.Detail);
        }
    }

    private static readonly Dictionary<string, string> s_summaries = new(StringComparer.Ordinal)
    {
        ["service"] = "a description of what a system starts by itself",
        [Cron] = "a table of what cron starts by itself",
        ["windows-script"] = "a script for the Windows Script Host",
        [Registry] = "a list of changes to the registry of Windows",
        [Link] = "a shortcut to a program elsewhere",
    };

    /// <summary>The command of a line of a table of cron: what stands behind five fields of time, or behind a word such as <c>@reboot</c>.</summary>
    private static string CronCommand(string line)
    {
        string[] words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        bool isWord = words.Length > 1 && words[0][0] == '@';
        bool isTime = words.Length > 5 && words.Take(3).All(IsNumbers) && words.Skip(3).Take(2).All(w => IsNumbers(w) || (w.Length >= 3 && w.Split(',', '-').All(n => n.Length == 3)));
        return isWord || isTime ? string.Join(' ', words.Skip(isWord ? 1 : 5)) : "";
    }

    private static bool IsNumbers(string field) => field.All(c => char.IsAsciiDigit(c) || c is '*' or '/' or ',' or '-');

    private static string? Language(ProbeView view)
    {
        ReadOnlySpan<byte> head = view.Head.Span;
        if (!TextLook.IsText(head))
        {
            return null;
        }

        if (view.Artifact.Extension is ".js" && TextLook.Of(head) is var script && (script.Contains("ActiveXObject(", StringComparison.Ordinal) || script.Contains("WScript.", StringComparison.Ordinal)))
        {
            return "windows-script";
        }

        if (view.Artifact.Extension is ".vbs" or ".vbe" or ".wsf" or ".wsh" or ".hta" or ".jse")
        {
            return "windows-script";
        }

        string begin = TextLook.Of(head).TrimStart('\ufeff', ' ', '\t', '\r', '\n');
        if (begin.StartsWith("Windows Registry Editor Version", Any) || begin.StartsWith("REGEDIT4", Any))
        {
            return Registry;
        }

        if (begin.StartsWith("[InternetShortcut]", Any))
        {
            return begin.Split('\n').Select(l => l.Trim()).Any(l => l.StartsWith("URL=", Any) && IsProgram(l[4..])) ? Link : null;
        }

        // What the desktop of Windows shows a folder by: a picture on another machine is asked for with the user's own credentials.
        if ((view.Artifact.Extension is ".scf" or ".library-ms" or ".searchconnector-ms" or ".theme" || view.Artifact.Name.EndsWith("desktop.ini", Any)) && LeadsElsewhere(begin))
        {
            return Link;
        }

        string file = view.Artifact.Name[(view.Artifact.Name.LastIndexOfAny(['/', '\\']) + 1)..];
        if (file is "crontab" || view.Artifact.Name.Contains("cron.d/", StringComparison.Ordinal))
        {
            return begin.Split('\n').Any(l => CronCommand(l.Trim()).Length > 0) ? Cron : null;
        }

        // Units of systemd and desktop entries are read with the other texts whose lines a shell or a desktop runs.
        if (!(view.Artifact.Extension is ".inf" or ".plist"))
        {
            return null;
        }

        string text = "\n" + Encoding.UTF8.GetString(head);
        bool starts = (text.Contains("\n[autorun]", Any) && (text.Contains("\nopen", Any) || text.Contains("\nshell", Any))) || (text.Contains("<plist", Any) && text.Contains("<key>Program", Any));
        return starts ? "service" : null;
    }

    /// <summary>Whether a text names a share of another machine (<c>\\\\host\\share</c>).</summary>
    private static bool LeadsElsewhere(string text)
    {
        int at = text.IndexOf("\\\\", StringComparison.Ordinal);
        return at >= 0 && at + 3 < text.Length && char.IsAsciiLetterOrDigit(text[at + 2]) && text.IndexOf('\\', at + 2) > at + 2;
    }

    /// <summary>Whether a shortcut leads to a file of another machine, or to a program, instead of a page.</summary>
    private static bool IsProgram(string target) => target.StartsWith("file:", Any) || target.StartsWith("\\\\", StringComparison.Ordinal)
        || s_programs.Any(e => target.Split('?', '#')[0].EndsWith(e, Any));
}
