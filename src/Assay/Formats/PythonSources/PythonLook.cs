// Whether text without a telling name looks like Python source.
using System.Text;
using Assay.Artifacts;

namespace Assay.Formats.PythonSources;

/// <summary>Tells Python source from other text by its first lines: imports, definitions and classes with their colons.</summary>
internal static class PythonLook
{
    private const int LongestLook = 4096;

    private static readonly HashSet<string> s_others = new(StringComparer.Ordinal)
    {
        ".md", ".rst", ".json", ".jsonl", ".ipynb", ".yaml", ".yml", ".toml", ".cfg", ".ini", ".csv", ".tsv", ".html", ".js", ".mjs", ".cjs", ".jsx", ".ts", ".tsx", ".mts", ".cc", ".cxx", ".hpp", ".cuh", ".nix", ".swift", ".kt", ".scala", ".cs", ".sh", ".c", ".h", ".cpp", ".cu", ".java", ".go", ".rs", ".jinja", ".jinja2", ".j2", ".log", ".xml", ".r", ".jl", ".lua",
    };

    /// <summary>Whether the view looks like source.</summary>
    public static bool IsSource(ProbeView view)
    {
        if (s_others.Contains(view.Artifact.Extension))
        {
            return false;
        }

        return IsSource(view.Head.Span);
    }

    /// <summary>Whether a text looks like source.</summary>
    public static bool IsSource(string text) => IsSource(Encoding.UTF8.GetBytes(text.Length > LongestLook ? text[..LongestLook] : text));

    private static bool IsSource(ReadOnlySpan<byte> head)
    {
        if (head.IndexOf("import "u8) < 0 && head.IndexOf("def "u8) < 0)
        {
            return false;
        }

        int telling = 0;
        int others = 0;
        bool inText = false;
        foreach (Range range in head.Split((byte)'\n'))
        {
            string line = Encoding.Latin1.GetString(head[range]).TrimEnd();
            string trimmed = line.TrimStart();
            inText ^= trimmed.Split("\"\"\"").Length % 2 == 0;
            if (trimmed.Length == 0 || trimmed[0] is '#' || inText || trimmed.Length < line.Length)
            {
                continue;
            }

            bool isImport = (trimmed.StartsWith("import ", StringComparison.Ordinal) && trimmed[7..].Split(' ', ',', ';')[0] is { Length: > 0 } module && module.All(c => char.IsLetterOrDigit(c) || c is '_' or '.'))
                || (trimmed.StartsWith("from ", StringComparison.Ordinal) && trimmed.Contains(" import ", StringComparison.Ordinal));
            bool isBlock = (trimmed.StartsWith("def ", StringComparison.Ordinal) || trimmed.StartsWith("class ", StringComparison.Ordinal) || trimmed.StartsWith("async def ", StringComparison.Ordinal)) && trimmed.EndsWith(':');
            telling += isImport || isBlock ? 1 : 0;
            others += isImport || isBlock ? 0 : trimmed.Contains('=', StringComparison.Ordinal) || trimmed.Contains('(', StringComparison.Ordinal) || trimmed[0] is '@' or ')' or ']' or '}' or '"' || trimmed.EndsWith(':') ? 0 : 1;
        }

        return telling > 0 && others <= telling / 2;
    }
}
