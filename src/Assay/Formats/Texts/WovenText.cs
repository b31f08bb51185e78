// Reports with code in them: R Markdown and Quarto run their chunks when the report is made.
using System.Text;
using Assay.Artifacts;
using Assay.Formats.Shell;

namespace Assay.Formats.Texts;

/// <summary>
/// Reports that are woven from text and code (R Markdown, Quarto, Sweave): a fence with a language in braces is a chunk that runs when the report is made, seen or not. Chunks of a shell and of Python are read as such; of
/// other languages what they hand to a shell.
/// </summary>
internal static class WovenText
{
    private const int MostChunks = 1024;

    /// <summary>Tells what the chunks do.</summary>
    public static void Tell(TextDocument document, Claim claim, ReadContext context)
    {
        MarkdownText.Front(document.Text, context);
        string[] lines = document.Text.Split('\n');
        StringBuilder shell = new(document.Text.Length);
        StringBuilder others = new(document.Text.Length);
        int chunks = 0;
        for (int i = 0; i < lines.Length; i++)
        {
            shell.Append('\n');
            others.Append('\n');
            string fence = lines[i].Trim();
            if (LanguageOf(fence) is not { } language)
            {
                continue;
            }

            if (++chunks > MostChunks)
            {
                context.Unread(UnreadCause.Limit, document.Offset(lines.Take(i).Sum(l => l.Length + 1)), 0, $"The report has more than {MostChunks} chunks of code.");
                break;
            }

            int first = i + 1;
            StringBuilder source = new();
            bool isShell = language is "bash" or "sh" or "zsh" or "system" or "powershell" or "cmd";
            while (++i < lines.Length && !IsEnd(lines[i].Trim(), fence))
            {
                source.Append(lines[i]).Append('\n');
                shell.Append(isShell ? lines[i] : "").Append('\n');
                others.Append(isShell || language is "python" ? "" : lines[i]).Append('\n');
            }

            shell.Append('\n');
            others.Append('\n');
            if (language is "python" or "javascript")
            {
                TextFormat.Code($"chunk{chunks}", new InlineSource(language, source.ToString(), first + 1), "use", context);
            }
        }

        TextFormat.Lines(shell.ToString(), claim, context, chunks > 0 ? "shell" : null);
        TextFormat.Lines(SettingsText.Quoted(others.ToString()), claim, context, null, mayBeOther: true);
    }

    /// <summary>The language of the chunk that a line begins: <c>```{bash, echo=FALSE}</c>, <c>&lt;&lt;setup, engine='bash'&gt;&gt;=</c>; null where none begins.</summary>
    private static string? LanguageOf(string line)
    {
        if (line.StartsWith("<<", StringComparison.Ordinal) && line.EndsWith(">>=", StringComparison.Ordinal))
        {
            int engine = line.IndexOf("engine", StringComparison.Ordinal);
            string named = engine < 0 ? "" : new string([.. line[(engine + 6)..].TrimStart(' ', '=', '\'', '"').TakeWhile(char.IsAsciiLetter)]);
            return named.Length > 0 ? named.ToLowerInvariant() : "r";
        }

        int brace = line.StartsWith("```", StringComparison.Ordinal) || line.StartsWith("~~~", StringComparison.Ordinal) ? line.IndexOf('{', StringComparison.Ordinal) : -1;
        if (brace < 0 || line.AsSpan(0, brace).Trim("`~ ").Length > 0)
        {
            return null;
        }

        string language = new string([.. line[(brace + 1)..].TrimStart('.', ' ').TakeWhile(char.IsAsciiLetterOrDigit)]).ToLowerInvariant();
        return language is "js" or "node" or "ojs" ? "javascript" : language is "python3" ? "python" : language;
    }

    private static bool IsEnd(string line, string fence) => fence.StartsWith("<<", StringComparison.Ordinal) ? line is "@" : line.StartsWith(fence[..3], StringComparison.Ordinal) && line.Trim('`', '~').Length == 0;
}
