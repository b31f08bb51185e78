// Tells what recovered code is for; the verdict stays with the call that runs it.
using Assay.Artifacts;
using Assay.Python.Names;

namespace Assay.Detection.Intents;

/// <summary>Tells what recovered texts and reached callables are for, by the words that the packs list.</summary>
internal sealed class IntentDetector(IntentTable table)
{
    private const int PreviewLength = 400;

    private IntentPattern[] CallPatterns => field ??= [.. table.Patterns.Where(p => p.Scope == IntentScope.Call)];

    /// <summary>Whether a fact may show an intent; most inputs have none that does, and the words need not be read then.</summary>
    public static bool Concerns(Fact fact) => fact is TextFact or CodeFact or CallableFact { Use: CallableUse.Called, Reached: true };

    /// <summary>The intents that the facts show, artifact by artifact; of each intent the strongest evidence.</summary>
    public IEnumerable<IntentFact> Detect(IReadOnlyList<Fact> facts)
    {
        OrderedDictionary<string, (List<TextFact> Texts, HashSet<string> Callables)> artifacts = new(StringComparer.Ordinal);
        foreach (Fact fact in facts)
        {
            if (!Concerns(fact))
            {
                continue;
            }

            if (!artifacts.TryGetValue(fact.Path, out (List<TextFact> Texts, HashSet<string> Callables) artifact))
            {
                artifacts.Add(fact.Path, artifact = ([], new(StringComparer.Ordinal)));
            }

            switch (fact)
            {
                case TextFact text:
                    artifact.Texts.Add(text);
                    break;
                case CodeFact code:
                    artifact.Callables.UnionWith(code.Names);
                    break;
                case CallableFact callable:
                    artifact.Callables.Add(CanonicalName.Of(callable.Resolved));
                    break;
            }
        }

        return artifacts.SelectMany(a => Detect(a.Key, a.Value.Texts, a.Value.Callables));
    }

    private IEnumerable<IntentFact> Detect(string path, List<TextFact> texts, HashSet<string> callables)
    {
        Dictionary<string, IntentFact> intents = new(StringComparer.Ordinal);
        foreach (IntentPattern pattern in CallPatterns)
        {
            List<string> words = Calls(pattern, callables);
            if (words.Count > 0)
            {
                Keep(intents, new IntentFact { Path = path, Intent = pattern.Intent, Confidence = pattern.Confidence, Words = words });
            }
        }

        bool codeRuns = texts.Any(t => t.Kind == "code-names" && new TextWords(t, shell: false, table).RunsCommands);
        foreach (TextFact text in texts)
        {
            ReadText(path, text, intents, codeRuns);
        }

        // What prints or opens a calculator beside real harm is no proof of concept.
        bool harm = intents.Values.Any(i => table.Harmful.Contains(i.Intent) && i.Confidence == IntentConfidence.High);
        return intents.Values
            .Select(i => harm && table.Yielding.Contains(i.Intent) ? i with { Confidence = IntentConfidence.Low } : i)
            .OrderByDescending(i => i.Confidence)
            .ThenBy(i => i.Intent, StringComparer.Ordinal);
    }

    private void ReadText(string path, TextFact text, Dictionary<string, IntentFact> intents, bool codeRuns)
    {
        bool shell = text.Kind == "shell-command";
        bool python = text.Kind is "python-source" or "code-names" or "code-text" or "decoded-text" or "file-content" or "code-like-text";
        if (!shell && !python && text.Kind is not ("url" or "native-library" or "network-address"))
        {
            return;
        }

        TextWords words = new(text, shell, table);
        Match(path, text, words, pattern => pattern.Scope == IntentScope.Any || pattern.Scope == (shell ? IntentScope.Shell : IntentScope.Python), python || shell, intents);
        IEnumerable<string> commands = !python ? [] : text.Kind == "code-text" && codeRuns ? [text.Text] : words.RunsCommands ? words.Literals : [];
        foreach (string command in commands.Where(c => c.Length is > 1 and < 8192).Take(256))
        {
            // That it runs commands is said already; what these are for is found from the commands.
            TextFact line = text with { Kind = "shell-command", Text = command };
            Match(path, line, new TextWords(line, shell: true, table), p => p.Scope == IntentScope.Shell && p.Intent != "command-execution", true, intents);
        }
    }

    private void Match(string path, TextFact text, TextWords words, Func<IntentPattern, bool> wanted, bool applies, Dictionary<string, IntentFact> intents)
    {
        foreach (IntentPattern pattern in table.Patterns)
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
                    IsCut = text.IsCut || text.Text.Length > PreviewLength,
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

    private static List<string> Calls(IntentPattern pattern, HashSet<string> callables)
    {
        List<string> found = [];
        foreach (IReadOnlyList<string> alternatives in pattern.Words)
        {
            string? hit = null;
            foreach (string word in alternatives)
            {
                hit ??= word.EndsWith('*') ? StartsWith(callables, word.AsSpan(0, word.Length - 1)) : callables.Contains(word) ? word : null;
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
