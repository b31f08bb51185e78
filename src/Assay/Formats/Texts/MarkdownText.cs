// What texts in Markdown tell people or agents to do: lines for a shell, and instructions that work against their reader.
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Shell;

namespace Assay.Formats.Texts;

/// <summary>
/// Model cards, and texts that agents take for instructions (<c>SKILL.md</c>, <c>CLAUDE.md</c>, rules of editors). What stands in fences of a shell is read as its lines; an agent runs what stands in the running text as
/// well. Of what is said in words only that counts which no honest author says: to put aside other instructions, to hide from the user, to send secrets.
/// </summary>
internal static class MarkdownText
{
    private static readonly Lazy<Dictionary<string, string[]>> s_words = new(() => EmbeddedTable.Rows("formats/instructions.tsv").ToDictionary(r => r[0], r => r[1].Split('|'), StringComparer.Ordinal));

    private const int MostFront = 200;

    /// <summary>What the front of a card says of its model, one key a line: licence, language, data sets, the model that it was made of.</summary>
    public static void Front(string text, ReadContext context)
    {
        string[] lines = text.Split('\n', MostFront);
        for (int i = 1; i < lines.Length && lines[0].TrimEnd() is "---" && lines[i].TrimEnd() is not "---"; i++)
        {
            int colon = lines[i].IndexOf(": ", StringComparison.Ordinal);
            if (colon > 0 && lines[i].AsSpan(0, colon).IndexOfAnyExceptInRange('_', 'z') < 0)
            {
                context.Meta(lines[i][..colon], lines[i][(colon + 2)..].Trim().Trim('"', '\''));
            }
        }
    }

    /// <summary>Tells what a text tells its readers to do.</summary>
    public static void Tell(string text, long start, bool isInstructions, ReadContext context)
    {
        context.Budget.SpendWork(20L * text.Length);
        if (isInstructions)
        {
            context.Add(new CodeFact { Path = context.Artifact.Path, Offset = start, Length = text.Length, Language = "instructions", Summary = "instructions for agents", Phase = "use" });
        }

        StringBuilder shell = new(text.Length);
        List<List<(string Text, int Line)>> paragraphs = [[]];
        int number = 0;
        bool inFence = false;
        bool isShell = false;
        foreach (string raw in text.Split('\n'))
        {
            number++;
            string line = raw.Trim();
            string command = "";
            if (line.StartsWith("```", StringComparison.Ordinal) || line.StartsWith("~~~", StringComparison.Ordinal))
            {
                string language = line.TrimStart('`', '~').Trim().Split(' ', '{')[0].ToLowerInvariant();
                inFence = !inFence;
                isShell = inFence && language is "" or "bash" or "sh" or "shell" or "console" or "zsh" or "terminal" or "shell-session" or "powershell" or "ps1" or "cmd" or "bat";
            }
            else if (inFence)
            {
                command = isShell ? line.TrimStart('$', '>', '#') : "";
            }
            else if (isInstructions)
            {
                command = Inline(line);
            }

            shell.Append(command).Append('\n');
            if (line.Length > 0)
            {
                paragraphs[^1].Add((line, number));
            }
            else if (paragraphs[^1].Count > 0)
            {
                paragraphs.Add([]);
            }
        }

        foreach (ShellUse use in ShellLines.Read(shell.ToString(), context.Budget))
        {
            bool counts = isInstructions || use.Code is "shell.reverse-shell" or "shell.encoded-run" || (use.Code is "shell.download-run" or "shell.takes-secrets" && IsUnsafeAddress(use.Detail));
            Say(counts ? use.Code : use.Code is "shell.download-run" ? "card.download-run" : null, use.Detail, use.Line);
        }

        foreach (List<(string Text, int Line)> paragraph in paragraphs.Where(p => p.Count > 0))
        {
            // The line that a finding names is the first with a telling word in it.
            string[] kinds = isInstructions ? ["override", "conceal", "secret"] : ["password", "archive"];
            Said(string.Join(' ', paragraph.Select(l => l.Text)), paragraph.FirstOrDefault(l => Array.Exists(kinds, k => Has(l.Text, k)), paragraph[0]).Line);
        }

        foreach (HiddenCharacter hidden in HiddenCharacter.In(text).Where(h => isInstructions || h.Code is "text.invisible"))
        {
            context.Anomaly(hidden.Code, start + hidden.Offset, 0, hidden.Detail);
        }

        void Said(string said, int line)
        {
            bool address = said.Contains("://", StringComparison.Ordinal);
            if (isInstructions)
            {
                if (Has(said, "override"))
                {
                    Say("agent.override", $"The text tells an agent to put aside its instructions: {Short(said)}", line);
                }

                if (Has(said, "conceal") && (address || Has(said, "run")))
                {
                    Say("agent.conceals", $"The text tells an agent to do something behind its user's back: {Short(said)}", line);
                }

                if (Has(said, "send") && Has(said, "secret") && (address || Has(said, "override") || Has(said, "conceal")))
                {
                    Say("agent.takes-secrets", $"The text tells an agent to send secrets away: {Short(said)}", line);
                }
            }
            else if (address && Has(said, "archive") && Has(said, "password") && Has(said, "start"))
            {
                Say("card.locked-archive", $"The card sends its readers to an archive with a password, and has them start what is in it: {Short(said)}", line);
            }
        }

        void Say(string? code, string detail, int line)
        {
            if (code is not null)
            {
                context.Add(new AnomalyFact { Path = context.Artifact.Path, Offset = start, Code = code, Detail = detail, Line = context.OuterLine(line), When = "use" });
            }
        }
    }

    private static bool Has(string text, string kind) => Array.Exists(s_words.Value[kind], w => text.Contains(w, StringComparison.OrdinalIgnoreCase));

    /// <summary>What stands between backquotes, one command behind the other.</summary>
    private static string Inline(string line)
    {
        string[] parts = line.Split('`');
        return parts.Length < 3 ? "" : string.Join(" ; ", parts.Where((_, i) => i % 2 == 1));
    }

    /// <summary>Whether a line fetches from an address without protection, or from a number in the place of a name.</summary>
    private static bool IsUnsafeAddress(string line)
    {
        int scheme = line.IndexOf("://", StringComparison.Ordinal);
        return scheme >= 0 && (line.Contains("http://", StringComparison.Ordinal) || (scheme + 3 < line.Length && char.IsAsciiDigit(line[scheme + 3]) && line[(scheme + 3)..].Split('/', ':')[0].All(c => char.IsAsciiDigit(c) || c is '.')));
    }

    private static string Short(string text) => text.Length > 200 ? text[..197] + "..." : text.Trim();
}
