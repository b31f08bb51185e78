// Reads the parts of a pack that say what names mean.
using Assay.Detection.Capacity;

namespace Assay.Detection.Packs;

/// <summary>Reads dangerous attributes, hooks, and the words by which code and texts are told.</summary>
internal static class CallableParser
{
    /// <summary>Whether a part of a pack under a key is one of those, and then well-formed.</summary>
    /// <exception cref="RulePackException">It is malformed.</exception>
    public static bool Check(string key, PackNode value)
    {
        switch (key)
        {
            case "dangerous-attributes" or "hooks" or "loading-hooks" or "container-methods" or "writing-methods" or "descriptors" or "plain-attributes" or "command-texts"
                or "keeping-modules" or "walking-attributes" or "opening-builtins" or "name-tables" or "asking-names" or "graph-makers" or "graph-modules" or "graph-words" or "endless-iterators" or "handing-on" or "consumers":
                _ = value.AsTexts(key);
                return true;
            case "code-words":
                _ = CodeWords(value).Count();
                return true;
            case "capacity":
                _ = new CapacityWords([value]);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Combinations of names with their grade.</summary>
    public static IEnumerable<(string Grade, string[] Words)> CodeWords(PackNode node)
    {
        foreach ((string grade, PackNode words) in node.AsMap("code-words"))
        {
            if (grade is not ("harmful" or "suspicious"))
                throw words.Error($"'{grade}' is no grade: harmful, suspicious.");

            foreach (string combination in words.AsTexts(grade))
                yield return (grade, combination.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        }
    }
}
