// Tells lines of source that only fetch files of data, or move files about below the folder that one works in.
using System.Buffers;
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Detection.Sources;

/// <summary>
/// Programs do ordinary work beside a model: weights and pictures are fetched, folders made, files copied. That is told by all that the line says: what is fetched over a protected connection and kept under the name of
/// something that is no code and no archive, and paths that stay below. Anything that is not known of the line, an option among the words too, and nothing is said for it.
/// </summary>
internal static class DataPrograms
{
    private static readonly Lazy<Dictionary<string, HashSet<string>>> s_words = new(() => EmbeddedTable.Rows("detection/sources.tsv").ToDictionary(r => r[0], r => r[1].Split(' ').ToHashSet(StringComparer.Ordinal), StringComparer.Ordinal));
    private static readonly SearchValues<char> s_operators = SearchValues.Create("|;`$><\n(){}*[]!'\"\\");

    /// <summary>Whether a call of a program does no more than that.</summary>
    public static bool Are(SourceUse use)
    {
        if (use.Runs.Count > 0 || use.IsHidden || use.Layers.Count > 0 || use.Arguments is not [var first, ..])
        {
            return false;
        }

        if (first.Kind is ShapeKind.Str)
        {
            return !first.Text.AsSpan().ContainsAny(s_operators) && first.Text.Split("&&") is var parts && Array.TrueForAll(parts, p => !p.Contains('&', StringComparison.Ordinal) && Is(p.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
        }

        return first.Kind is ShapeKind.List or ShapeKind.Tuple && first.Items.All(i => i is { Kind: ShapeKind.Str, Elided: false }) && Is([.. first.Items.Select(i => i.Text)]);
    }

    /// <summary>Whether an address is one of a picture or a sound, of a machine that has a name.</summary>
    public static bool IsAddress(string text) =>
        (text.StartsWith("https://", StringComparison.Ordinal) || text.StartsWith("http://", StringComparison.Ordinal)) && text.IndexOf("://", StringComparison.Ordinal) + 3 is var host && host < text.Length && char.IsAsciiLetter(text[host])
        && text.AsSpan().IndexOfAny('@', '?', '#') < 0 && s_words.Value["shown-ending"].Contains(Ending(text));

    private static bool Is(string[] words) => words.Length > 1 && words[0] switch
    {
        "wget" or "curl" => Fetches(words),
        "mkdir" => Rest(words).All(IsBelow),
        "rm" => Rest(words).All(w => IsBelow(w) && w.TrimEnd('/') is not ("." or "")),
        "cp" or "mv" => Rest(words) is { Count: > 1 } paths && paths.All(p => IsBelow(p) && (Ending(paths[^1]).Length == 0 || Ending(paths[^1]) == Ending(p))),
        "cd" => words.Length == 2 && IsBelow(words[1]),
        _ => false,
    };

    private static bool Fetches(string[] words)
    {
        bool isKept = true;
        bool isNamed = false;
        int addresses = 0;
        bool known = true;
        for (int i = 1; i < words.Length; i++)
        {
            string word = words[i];
            if (word is "-O" or "-o" or "--output" or "--output-document" && !(word is "-O" && words[0] is "curl"))
            {
                isNamed = true;
                isKept &= i + 1 < words.Length && IsBelow(words[i + 1]) && IsData(words[i + 1]);
                i++;
            }
            else if (word is "-P" or "--directory-prefix")
            {
                isKept &= i + 1 < words.Length && IsBelow(words[i + 1]);
                i++;
            }
            else if (word.StartsWith('-'))
            {
                known &= s_words.Value["fetch-plain"].Contains(word);
            }
            else
            {
                addresses++;
                known &= word.StartsWith("https://", StringComparison.Ordinal) && word.IndexOf('@', StringComparison.Ordinal) < 0;
                isKept &= IsData(word.Split('?', '#')[0]) || isNamed || words.Skip(i).Any(w => w is "-o" || (w is "-O" && words[0] is "wget"));
            }
        }

        return known && isKept && addresses > 0;
    }

    private static List<string> Rest(string[] words)
    {
        List<string> rest = [.. words.Skip(1).SkipWhile(w => w is "-p" or "-r" or "-f" or "-rf" or "-fr" or "-R" or "-v" or "-a" or "-n")];
        return rest.Exists(w => w.StartsWith('-')) ? [""] : rest;
    }

    /// <summary>Whether a path stays below the folder that one works in, or lies where whatever is temporary lies.</summary>
    private static bool IsBelow(string path) => path.Length > 0 && !path.Contains("..", StringComparison.Ordinal) && path[0] is not ('~' or '/' or '-') && !path.StartsWith(".git", StringComparison.Ordinal);

    private static bool IsData(string path) => s_words.Value["data-ending"].Contains(Ending(path));

    private static string Ending(string path)
    {
        string name = path[(path.LastIndexOf('/') + 1)..];
        return name.LastIndexOf('.') is > 0 and int dot ? name[dot..].ToLowerInvariant() : "";
    }
}
