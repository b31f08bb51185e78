// Tells what recovered code is for.
using Assay.Artifacts;
using Assay.Evaluation.Payloads;

namespace Assay.Evaluation.Intents;

/// <summary>Tells what recovered texts and reached callables are for, and lists what they name.</summary>
internal static class IntentReader
{
    private const int PreviewLength = 400;
    private const int MaxFacts = 64;
    private static readonly IntentPattern[] s_callPatterns = [.. IntentTable.Patterns.Where(p => p.Scope == IntentScope.Call)];
    private static readonly HashSet<string> s_harm =
    [
        "reverse-shell", "download-and-run", "credential-theft", "environment-theft", "file-tampering", "persistence", "crypto-mining", "beacon", "scanner-tampering", "denial-of-service",
    ];

    /// <summary>The facts about the texts and callables of one artifact; strongest evidence of each intent.</summary>
    public static List<Fact> Read(string path, IReadOnlyList<RecoveredText> texts, HashSet<string> callables, HashSet<string> reached)
    {
        if (texts.Count == 0 && callables.Count == 0 && reached.Count == 0)
        {
            return [];
        }

        Dictionary<string, IntentFact> intents = new(StringComparer.Ordinal);
        foreach (IntentPattern pattern in s_callPatterns)
        {
            List<string> words = Calls(pattern, callables, reached);
            if (words.Count > 0)
            {
                Keep(intents, new IntentFact { Path = path, Intent = pattern.Intent, Confidence = pattern.Confidence, Words = words });
            }
        }

        bool codeRuns = texts.Any(t => t.Kind == "code-names" && new TextWords(t, shell: false).RunsCommands);
        foreach (RecoveredText text in texts)
        {
            ReadText(path, text, intents, codeRuns);
        }

        // What prints or opens a calculator beside real harm is no proof of concept.
        if (intents.TryGetValue("proof-of-concept", out IntentFact? proof) && intents.Values.Any(i => s_harm.Contains(i.Intent) && i.Confidence == IntentConfidence.High))
        {
            intents["proof-of-concept"] = proof with { Confidence = IntentConfidence.Low };
        }

        List<Fact> facts = [.. intents.Values.OrderByDescending(i => i.Confidence).ThenBy(i => i.Intent, StringComparer.Ordinal)];
        facts.AddRange(IndicatorScanner.Scan(path, texts).Take(MaxFacts));
        return facts;
    }

    private static void ReadText(string path, RecoveredText text, Dictionary<string, IntentFact> intents, bool codeRuns)
    {
        bool shell = text.Kind == "shell-command";
        bool python = text.Kind is "python-source" or "code-names" or "code-text" or "decoded-text" or "file-content" or "code-like-text";
        if (!shell && !python && text.Kind is not ("url" or "native-library" or "network-address"))
        {
            return;
        }

        TextWords words = new(text, shell);
        Match(path, text, words, pattern => pattern.Scope == IntentScope.Any || pattern.Scope == (shell ? IntentScope.Shell : IntentScope.Python), python || shell, intents);
        IEnumerable<string> commands = !python ? [] : text.Kind == "code-text" && codeRuns ? [text.Text] : words.RunsCommands ? words.Literals : [];
        foreach (string command in commands.Where(c => c.Length is > 1 and < 8192).Take(256))
        {
            // That it runs commands is said already; what these are for is told by the commands.
            RecoveredText line = text with { Kind = "shell-command", Text = command };
            Match(path, line, new TextWords(line, shell: true), p => p.Scope == IntentScope.Shell && p.Intent != "command-execution", true, intents);
        }
    }

    private static void Match(string path, RecoveredText text, TextWords words, Func<IntentPattern, bool> wanted, bool applies, Dictionary<string, IntentFact> intents)
    {
        foreach (IntentPattern pattern in IntentTable.Patterns)
        {
            bool holds = wanted(pattern) && (applies || pattern.Scope == IntentScope.Any);
            if (holds && words.Match(pattern) is { Count: > 0 } found)
            {
                Keep(intents, new IntentFact
                {
                    Path = path,
                    Offset = text.Offset,
                    Intent = pattern.Intent,
                    // Nothing says that what gets a text which looks like code runs it.
                    Confidence = text.Kind == "code-like-text" && pattern.Confidence == IntentConfidence.High ? IntentConfidence.Medium : pattern.Confidence,
                    Words = found,
                    Text = text.Text.Length > PreviewLength ? text.Text[..PreviewLength] : text.Text,
                    Layers = text.Layers,
                });
            }
        }
    }

    private static void Keep(Dictionary<string, IntentFact> intents, IntentFact fact)
    {
        if (!intents.TryGetValue(fact.Intent, out IntentFact? known) || fact.Confidence > known.Confidence || (fact.Confidence == known.Confidence && known.Text.Length == 0))
        {
            intents[fact.Intent] = fact;
        }
    }

    private static List<string> Calls(IntentPattern pattern, HashSet<string> callables, HashSet<string> reached)
    {
        List<string> found = [];
        foreach (string[] alternatives in pattern.Words)
        {
            string? hit = null;
            foreach (string word in alternatives)
            {
                hit ??= word.EndsWith('*')
                    ? StartsWith(callables, word.AsSpan(0, word.Length - 1)) ?? StartsWith(reached, word.AsSpan(0, word.Length - 1))
                    : callables.Contains(word) || reached.Contains(word) ? word : null;
            }

            if (hit is null)
            {
                return [];
            }

            found.Add(hit);
        }

        return found;
    }

    private static string? StartsWith(HashSet<string> names, ReadOnlySpan<char> start)
    {
        foreach (string name in names)
        {
            if (name.AsSpan().StartsWith(start, StringComparison.Ordinal))
            {
                return name;
            }
        }

        return null;
    }
}
