// Tells lines of source that start programs which only tell something, or convert what they are given.
using System.Buffers;
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Detection.Sources;

/// <summary>
/// Judges what a program is started with by what its arguments can do. Programs that print what a machine is, and filters behind them, change nothing; a converter whose name is written out runs nothing, whatever file it gets.
/// An operator of a shell in what is known, or a value that another machine or a client gives, and nothing is said for the line.
/// </summary>
internal static class ProgramLines
{
    private static readonly Lazy<Dictionary<string, HashSet<string>>> s_words = new(() => EmbeddedTable.Rows("detection/sources.tsv").ToDictionary(r => r[0], r => r[1].Split(' ').ToHashSet(StringComparer.Ordinal), StringComparer.Ordinal));
    private static readonly SearchValues<char> s_operators = SearchValues.Create(";&`<>\n");
    private static readonly SearchValues<char> s_shell = SearchValues.Create("|;&`$<>\n");
    private static readonly string[] s_asking = ["freeze", "list", "show", "check", "--version", "debug"];

    /// <summary>Whether a call starts programs that change nothing.</summary>
    public static bool Tells(SourceUse use) => use.Runs.Count == 0 && !use.IsHidden && use.Layers.Count == 0 && use.Arguments.Count > 0 && use.Arguments[0] switch
    {
        { Kind: ShapeKind.Str } line => IsOfFilters(line.Text) || (line.Text.Split(' ', StringSplitOptions.RemoveEmptyEntries) is ["pip" or "pip3", var asked, .. var rest] && s_asking.Contains(asked) && rest.All(w => w.AsSpan().IndexOfAny(s_shell) < 0)),
        { Kind: ShapeKind.Unknown, Text: { Length: > 0 } head } => Converts(head),
        { Kind: ShapeKind.List or ShapeKind.Tuple } words => AsksPip(words.Items) || (words.Items is [{ Kind: ShapeKind.Str, Text: var program }, ..] && Has("converting", program)),
        _ => false,
    };

    private static bool Has(string kind, string word) => s_words.Value[kind].Contains(word);

    /// <summary>Whether each program of a line tells something, or hands on what another one tells; a variable of the environment among their arguments is one.</summary>
    private static bool IsOfFilters(string line)
    {
        string loud = line.Replace("2>/dev/null", "", StringComparison.Ordinal).Replace("2>&1", "", StringComparison.Ordinal);
        if (loud.AsSpan().ContainsAny(s_operators) || loud.Contains("$(", StringComparison.Ordinal) || loud.Contains("${", StringComparison.Ordinal))
        {
            return false;
        }

        return Array.TrueForAll(loud.Split('|'), p => p.Trim().Split(' ')[0] is { Length: > 0 } program && (Has("filtering", program) || (Has("telling", program) && !Has("interpreting", program))));
    }

    /// <summary>Whether a line begins with a converter that is found where programs lie, and what is known of the rest goes no further.</summary>
    private static bool Converts(string head) => head.IndexOf(' ') is > 0 and int end && Has("converting", head[..end]) && !head.AsSpan().ContainsAny(s_operators) && head.AsSpan().IndexOfAny('|', '$') < 0;

    /// <summary>Whether pip is only asked what there is: <c>[sys.executable, "-m", "pip", "freeze"]</c>.</summary>
    private static bool AsksPip(IReadOnlyList<ValueShape> words)
    {
        int pip = 0;
        while (pip < words.Count && !(words[pip] is { Kind: ShapeKind.Str, Text: "pip" } && pip > 0 && words[pip - 1] is { Kind: ShapeKind.Str, Text: "-m" }))
        {
            pip++;
        }

        return pip is > 1 and < 6 && words[0] is { Kind: not ShapeKind.Str } or { Text: "python" or "python3" } && words.Skip(1).Take(pip - 2).All(w => w is { Kind: ShapeKind.Str, Text: "-s" or "-I" or "-u" or "-E" })
            && pip + 1 < words.Count && words[pip + 1] is { Kind: ShapeKind.Str } asked && s_asking.Contains(asked.Text);
    }
}
