// Templates of Go, by which Ollama writes a conversation for a model.
using System.Text.RegularExpressions;

namespace Assay.Formats.Texts;

/// <summary>
/// A template of <c>text/template</c>: <c>.System</c> and <c>.Prompt</c>, or a loop over messages with <c>.Role</c> and <c>.Content</c>. Specification: <c>docs/template.md</c> of Ollama. The language reaches nothing outside; what it can do is say who said what.
/// </summary>
internal static partial class GoTemplate
{
    private const int Longest = 1 << 20;

    /// <summary>Where the user's words are written behind the mark of the operator, or -1.</summary>
    public static int TurnsRoles(string text)
    {
        string read = text.Length > Longest ? text[..Longest] : text;
        return Messages().Match(read) is { Success: true } messages ? messages.Index : Prompts().Match(read) is { Success: true } prompt ? prompt.Index : -1;
    }

    [GeneratedRegex("""\beq[ \t]{1,4}\.Role[ \t]{1,4}"user"[ \t]{0,4}-?\}\}[^{]{0,80}(?:<\|?|\|>)[ \t]{0,4}(?:system|developer)[^{]{0,40}\{\{-?[ \t]{0,4}\.Content""", RegexOptions.NonBacktracking)]
    private static partial Regex Messages();

    [GeneratedRegex("""(?:<\||\|>)[ \t]{0,4}(?:system|developer)[^{]{0,40}\{\{-?[ \t]{0,4}\.Prompt""", RegexOptions.NonBacktracking)]
    private static partial Regex Prompts();
}
