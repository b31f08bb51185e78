// Reads the parts of a pack that say by which words intents are told.
using Assay.Artifacts;
using Assay.Detection.Intents;

namespace Assay.Detection.Packs;

/// <summary>Reads intents with the patterns that show them. Packs add to each other's.</summary>
internal static class IntentParser
{
    /// <summary>Reads those parts of packs that are about intents.</summary>
    public static IntentTable Read(IEnumerable<(string Key, PackNode Value)> parts)
    {
        IntentTable table = new();
        foreach ((string key, PackNode value) in parts)
        {
            if (key is "intents" or "intent-words")
                Read(key, value, table);
        }

        return table;
    }

    /// <summary>Adds what stands under a key.</summary>
    public static void Read(string key, PackNode value, IntentTable table)
    {
        if (key == "intents")
        {
            foreach (PackNode node in value.AsList(key))
            {
                ReadIntent(node, table);
            }

            return;
        }

        foreach ((string list, PackNode words) in value.AsMap(key))
        {
            HashSet<string> known = list switch
            {
                "runners" => table.Runners,
                "harmless-programs" => table.HarmlessPrograms,
                _ => throw words.Error($"'{list}' is no list of words: runners, harmless-programs."),
            };
            known.UnionWith(words.AsTexts(list));
        }
    }

    private static void ReadIntent(PackNode node, IntentTable table)
    {
        string? name = null;
        PackNode? shown = null;
        bool harms = false, yields = false;
        foreach ((string key, PackNode value) in node.AsMap("an intent"))
        {
            switch (key)
            {
                case "intent":
                    name = value.AsText(key);
                    break;
                case "harms":
                    harms = value.AsFlag(key);
                    break;
                case "yields":
                    yields = value.AsFlag(key);
                    break;
                case "shown-by":
                    shown = value;
                    break;
                default:
                    throw value.Error($"'{key}' is not a field of an intent: intent, harms, yields, shown-by.");
            }
        }

        if (string.IsNullOrEmpty(name) || shown is null)
        {
            throw node.Error("an intent needs a name ('intent') and patterns ('shown-by').");
        }

        if (harms)
        {
            table.Harmful.Add(name);
        }

        if (yields)
        {
            table.Yielding.Add(name);
        }

        foreach (PackNode pattern in shown.AsList("shown-by"))
        {
            table.Add(ReadPattern(name, pattern));
        }
    }

    private static IntentPattern ReadPattern(string intent, PackNode node)
    {
        IntentConfidence? confidence = null;
        IntentScope? scope = null;
        List<IReadOnlyList<string>> words = [];
        foreach ((string key, PackNode value) in node.AsMap("a pattern"))
        {
            switch (key)
            {
                case "confidence":
                    confidence = value.AsChoice<IntentConfidence>(key);
                    break;
                case "in":
                    scope = value.AsChoice<IntentScope>(key);
                    break;
                case "words":
                    words.AddRange(value.AsList(key).Select(w => Alternatives(w)));
                    break;
                default:
                    throw value.Error($"'{key}' is not a field of a pattern: confidence, in, words.");
            }
        }

        return confidence is { } sure && scope is { } where && words.Count > 0
            ? new IntentPattern(intent, sure, where, words)
            : throw node.Error("a pattern needs a confidence, where it is looked for ('in') and words.");
    }

    private static IReadOnlyList<string> Alternatives(PackNode node) =>
        node.AsTexts("words") is { Count: > 0 } words && words.All(w => w.Length > 0) ? words : throw node.Error("a word is empty.");
}
