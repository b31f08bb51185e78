// Settings and tables that other programs act on: Git, pip, R, spreadsheets.
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Requirements;
using Assay.Formats.Shell;

namespace Assay.Formats.Texts;

/// <summary>Tells what settings and tables make other programs do that lie in a folder with them.</summary>
internal static class SettingsText
{
    private const int MostTold = 16;
    private const int LongestTable = 16 << 20;
    private const int LongestShown = 160;

    /// <summary>Keys of Git's settings whose values are commands.</summary>
    private static readonly HashSet<string> s_gitCommands = new(StringComparer.OrdinalIgnoreCase)
    {
        "fsmonitor", "sshcommand", "pager", "editor", "smudge", "clean", "process", "textconv", "command", "cmd", "helper", "program", "askpass", "hookspath", "gitproxy", "uploadpack", "receivepack", "external", "driver", "update", "packobjectshook", "templatedir",
    };

    /// <summary>How the formulas of spreadsheets begin that start programs or fetch pages.</summary>
    private static readonly string[] s_formulas = ["cmd|", "msexcel|", "dde(", "powershell|", "mshta|", "rundll32|", "webservice(", "importxml(", "importdata(", "importhtml(", "importfeed(", "exec(", "call(", "register("];

    private static readonly string[] s_registries = ["//registry.npmjs.org", "//npm.pkg.github.com", "//registry.yarnpkg.com", "//registry.npmmirror.com"];

    /// <summary>A page or document: scripts that take what the browser keeps of others and send it away; objects that a word processor opens by itself.</summary>
    public static void Page(TextDocument document, ReadContext context)
    {
        string text = document.Text;
        context.Budget.SpendWork(8L * text.Length);
        int takes = PageScript.TakesAllAt(text);
        if (takes >= 0 && PageScript.Sends(text))
        {
            context.Anomaly("html.script", document.Offset(takes), 0, "A script of the page takes what the browser keeps of its user, and sends something away.");
        }

        int embedded = text.StartsWith("{\\rt", StringComparison.Ordinal) ? text.IndexOf("\\objdata", StringComparison.Ordinal) : -1;
        if (embedded >= 0 && (text.Contains("\\objupdate", StringComparison.Ordinal) || text.Contains("\\objocx", StringComparison.Ordinal) || text.Contains("\\objautlink", StringComparison.Ordinal)))
        {
            context.Anomaly("document.macros", document.Offset(embedded), 0, "The document embeds an object that is opened with it.");
        }
    }

    /// <summary>The texts in quotes of a script of any language, each in its line.</summary>
    public static string Quoted(string script)
    {
        StringBuilder quoted = new(script.Length);
        foreach (string line in script.Split('\n'))
        {
            for (int at = 0; at < line.Length;)
            {
                int open = line.AsSpan(at).IndexOfAny('"', '\'') is >= 0 and int found ? at + found : line.Length;
                int close = open < line.Length ? line.IndexOf(line[open], open + 1) : -1;
                if (close < 0)
                {
                    break;
                }

                quoted.Append(line.AsSpan(open + 1, close - open - 1)).Append(" ; ");
                at = close + 1;
            }

            quoted.Append('\n');
        }

        return quoted.ToString();
    }

    /// <summary>The settings of Git, of a repository or of a user.</summary>
    public static void Git(TextDocument document, ReadContext context)
    {
        int at = 0;
        string section = "";
        foreach (string raw in document.Text.Split('\n'))
        {
            string line = raw.Trim();
            int equals = line.IndexOf('=', StringComparison.Ordinal);
            if (line.StartsWith('['))
            {
                section = line.Trim('[', ']').ToLowerInvariant();
            }
            else if (equals > 0 && line[0] is not ('#' or ';'))
            {
                string key = line[..equals].Trim();
                string value = line[(equals + 1)..].Trim().Trim('"');
                bool isAlias = section is "alias" && value.StartsWith('!');
                bool isKnown = value.StartsWith("git-lfs", StringComparison.Ordinal) || value.StartsWith("git lfs", StringComparison.Ordinal) || value.StartsWith("git-xet", StringComparison.Ordinal) || value is "true" or "false" or "" or "less" or "cat" or "vim" or "vi" or "nano" or "store" or "cache" or "manager"
                    or "manager-core" or "osxkeychain" or "libsecret" or "wincred" || value.StartsWith("cache ", StringComparison.Ordinal) || (section.StartsWith("filter \"", StringComparison.Ordinal) && value.StartsWith("nbstripout", StringComparison.Ordinal)) || (section is "submodule" or "merge" && key is "update" or "driver");
                if ((s_gitCommands.Contains(key) && !isKnown) || isAlias)
                {
                    context.Anomaly("git.runs", document.Offset(at), raw.Length, $"Git runs what its settings say: {Short(line)}");
                }
            }

            at += raw.Length + 1;
        }
    }

    /// <summary>The settings of pip: where it looks for packages, and whom it trusts.</summary>
    public static void Pip(TextDocument document, ReadContext context)
    {
        int at = 0;
        foreach (string raw in document.Text.Split('\n'))
        {
            int equals = raw.IndexOf('=', StringComparison.Ordinal);
            string key = equals < 0 ? "" : raw[..equals].Trim().ToLowerInvariant();
            if (key is "index-url" or "extra-index-url" or "find-links" or "trusted-host" or "repository" or "index" or "url" or "registry" || key.EndsWith(":registry", StringComparison.Ordinal))
            {
                string value = raw[(equals + 1)..].Trim().Trim('"', '\'');
                bool isKnown = s_registries.Any(r => value.Contains(r, StringComparison.Ordinal));
                foreach (ShellUse use in isKnown ? [] : RequirementLines.Read($"--{(key is "extra-index-url" or "find-links" or "trusted-host" ? key : "index-url")} {value}"))
                {
                    context.Anomaly(use.Code, document.Offset(at), raw.Length, use.Detail);
                }
            }

            at += raw.Length + 1;
        }
    }

    /// <summary>The profile of R: it runs whenever R starts in the folder.</summary>
    public static void RProfile(TextDocument document, ReadContext context)
    {
        int at = 0;
        int told = 0;
        foreach (string raw in document.Text.Split('\n'))
        {
            string line = raw.Split('#')[0];
            bool runs = Calls(line, "system") || Calls(line, "system2") || Calls(line, "shell") || Calls(line, "download.file") || Calls(line, "eval") || Calls(line, "dyn.load") || ((Calls(line, "source") || Calls(line, "readRDS") || Calls(line, "load")) && (line.Contains("://", StringComparison.Ordinal) || line.Contains("url(", StringComparison.Ordinal) || line.Contains("rawConnection(", StringComparison.Ordinal) || line.Contains("textConnection(", StringComparison.Ordinal)));
            if (runs && told++ < MostTold)
            {
                context.Anomaly("r.profile-runs", document.Offset(at), raw.Length, $"Each start of R in the folder runs: {Short(raw.Trim())}");
            }

            at += raw.Length + 1;
        }
    }

    private static bool Calls(string line, string name)
    {
        int at = line.IndexOf(name + "(", StringComparison.Ordinal);
        return at >= 0 && (at == 0 || !(char.IsAsciiLetterOrDigit(line[at - 1]) || line[at - 1] is '.' or '_'));
    }

    /// <summary>Cells of a table that spreadsheets take for formulas which start programs or fetch pages.</summary>
    public static void Formulas(ByteSource bytes, ByteRange range, ReadContext context)
    {
        if (range.Length > LongestTable)
        {
            return;
        }

        context.Budget.SpendWork(range.Length, range.Offset);
        string text = Encoding.Latin1.GetString(bytes.ReadUpTo(range.Offset, (int)range.Length));
        int told = 0;
        for (int at = 0; at < text.Length && told < MostTold;)
        {
            char sign = text[at];
            if (sign is '=' or '+' or '-' or '@')
            {
                ReadOnlySpan<char> rest = text.AsSpan(at + 1, Math.Min(64, text.Length - at - 1)).TrimStart("=+-@ '(");
                foreach (string formula in s_formulas)
                {
                    if (rest.StartsWith(formula, StringComparison.OrdinalIgnoreCase))
                    {
                        told++;
                        context.Anomaly("table.formula", range.Offset + at, 0, $"A spreadsheet runs the cell: {Short(text.Substring(at, Math.Min(120, text.Length - at)).Split('\n')[0])}");
                        break;
                    }
                }
            }

            // The next cell begins behind a comma, a tab, a semicolon, a quote or the end of a line.
            int next = text.AsSpan(at).IndexOfAny(",\t;\"\n");
            at = next < 0 ? text.Length : at + next + 1;
        }
    }

    /// <summary>The commands that a script of macOS hands to a shell.</summary>
    public static string ShellOf(string script)
    {
        StringBuilder commands = new();
        foreach (string line in script.Split('\n'))
        {
            int at = line.IndexOf("do shell script", StringComparison.OrdinalIgnoreCase);
            int open = at < 0 ? -1 : line.IndexOf('"', at);
            int close = open < 0 ? -1 : line.LastIndexOf('"');
            commands.Append(close > open ? line[(open + 1)..close].Replace("\\\"", "\"", StringComparison.Ordinal) : "").Append('\n');
        }

        return commands.ToString();
    }

    private static string Short(string text) => text.Length > LongestShown ? text[..(LongestShown - 3)] + "..." : text;
}
