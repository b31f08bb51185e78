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
    private const int NegationReach = 48;
    private static readonly string[] s_ends = [". ", "! ", "? "];

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
            if (line.Length > 0 && !(inFence && isShell))
            {
                // Lines for a shell were read as such.
                paragraphs[^1].Add((line, number));
            }
            else if (paragraphs[^1].Count > 0)
            {
                paragraphs.Add([]);
            }
        }

        foreach (ShellUse use in ShellLines.Read(shell.ToString(), context.Budget))
        {
            // A path in the running text is no program that starts.
            bool counts = (isInstructions && use.Code is not "shell.hidden-program") || use.Code is "shell.reverse-shell" or "shell.encoded-run" || (use.Code is "shell.download-run" or "shell.takes-secrets" && IsUnsafeAddress(use.Detail));
            Say(counts ? use.Code : use.Code is "shell.download-run" ? "card.download-run" : null, use.Detail, use.Line);
        }

        foreach (List<(string Text, int Line)> paragraph in paragraphs.Where(p => p.Count > 0))
        {
            // The line that a finding names is the first with a telling word in it.
            string[] kinds = isInstructions ? ["override", "conceal", "secret"] : ["password", "archive"];
            int line = paragraph.FirstOrDefault(l => Array.Exists(kinds, k => Has(l.Text, k)), paragraph[0]).Line;
            Said(string.Join(' ', paragraph.Select(l => l.Text)), Sentences(paragraph.Select(l => l.Text)), line);
        }

        foreach (HiddenCharacter hidden in HiddenCharacter.In(text).Where(h => isInstructions || h.Code is "text.invisible"))
        {
            context.Anomaly(hidden.Code, start + hidden.Offset, 0, hidden.Detail);
        }

        void Said(string said, List<string> sentences, int line)
        {
            bool address = said.Contains("://", StringComparison.Ordinal);
            if (isInstructions)
            {
                if (Has(said, "override"))
                {
                    Say("agent.override", $"The text tells an agent to put aside its instructions: {Short(said)}", line);
                }

                if (sentences.Exists(IsConcealing) && (address || Has(said, "run")))
                {
                    Say("agent.conceals", $"The text tells an agent to do something behind its user's back: {Short(said)}", line);
                }

                if (TakesSecrets(sentences, said) && (address || Has(said, "override") || sentences.Exists(IsConcealing)))
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

    /// <summary>What is said, sentence by sentence: items of lists and rows of tables are their own.</summary>
    private static List<string> Sentences(IEnumerable<string> lines)
    {
        List<string> sentences = [];
        StringBuilder open = new();
        foreach (string line in lines)
        {
            bool isItem = line.Length > 1 && (line[0] is '|' or '#' || (line[0] is '-' or '*' or '+' && line[1] is ' ') || (char.IsAsciiDigit(line[0]) && line.AsSpan(1).IndexOfAny('.', ')') is >= 0 and < 3));
            if (isItem && open.Length > 0)
            {
                sentences.Add(open.ToString());
                open.Clear();
            }

            string[] parts = line.Split(s_ends, StringSplitOptions.None);
            for (int i = 0; i < parts.Length; i++)
            {
                open.Append(parts[i]).Append(' ');
                if (i + 1 < parts.Length)
                {
                    sentences.Add(open.ToString());
                    open.Clear();
                }
            }
        }

        sentences.Add(open.ToString());
        return sentences;
    }

    /// <summary>Whether a sentence says to keep something from the user: "tell the user" is said by everybody, "do not tell the user" is not, and who forbids to go on without telling conceals nothing.</summary>
    private static bool IsConcealing(string sentence)
    {
        foreach (string word in s_words.Value["conceal"])
        {
            int at = sentence.IndexOf(word, StringComparison.OrdinalIgnoreCase);
            ReadOnlySpan<char> before = at > 0 ? sentence.AsSpan(Math.Max(0, at - NegationReach), Math.Min(at, NegationReach)) : [];
            before = before[(before.LastIndexOfAny(';', '—', '–') + 1)..];
            int not = Last(before, "not");
            int around = Last(before, "around");
            if ((not >= 0 && (around < not || before[not..around].Contains(','))) || (not < 0 && around >= 0))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Where the last word of a kind stands in a text; negative where none does.</summary>
    private static int Last(ReadOnlySpan<char> text, string kind)
    {
        int last = -1;
        foreach (string word in s_words.Value[kind])
        {
            last = Math.Max(last, text.LastIndexOf(word, StringComparison.OrdinalIgnoreCase));
        }

        return last;
    }

    /// <summary>Whether secrets are to be sent, in one sentence or in two that follow each other. A key that goes to the hosts whose name it has is what a key is for.</summary>
    private static bool TakesSecrets(List<string> sentences, string said)
    {
        for (int i = 0; i < sentences.Count; i++)
        {
            // Rows of a table do not follow from each other.
            string two = i + 1 < sentences.Count && !sentences[i].StartsWith('|') ? sentences[i] + sentences[i + 1] : sentences[i];
            if (Has(two, "send") && Has(WithoutOwnKeys(two, said), "secret"))
            {
                return true;
            }
        }

        return false;
    }

    private static string WithoutOwnKeys(string text, string said)
    {
        List<string> hosts = [];
        for (int at = said.IndexOf("://", StringComparison.Ordinal); at >= 0; at = said.IndexOf("://", at + 3, StringComparison.Ordinal))
        {
            hosts.Add(said[(at + 3)..].Split('/', ' ', ':', '"', '\'', ')', '`')[0]);
        }

        StringBuilder kept = new();
        for (int at = 0; at < text.Length;)
        {
            int end = at;
            while (end < text.Length && (char.IsAsciiLetterUpper(text[end]) || char.IsAsciiDigit(text[end]) || text[end] is '_'))
            {
                end++;
            }

            int part = text.AsSpan(at, end - at).IndexOf('_');
            bool isOwn = part > 2 && hosts.Count > 0 && hosts.TrueForAll(h => h.AsSpan().Contains(text.AsSpan(at, part), StringComparison.OrdinalIgnoreCase));
            end = Math.Max(end, at + 1);
            kept.Append(isOwn ? "" : text.AsSpan(at, end - at));
            at = end;
        }

        return kept.ToString();
    }

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
