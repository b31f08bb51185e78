// The word lists of the analysis.
using System.Reflection;

namespace Assay.Code.Flow;

/// <summary>Reads the word lists of the analysis: one word a line, <c>#</c> begins a comment.</summary>
internal static class CodeData
{
    /// <summary>The words of a list.</summary>
    public static IReadOnlySet<string> Words(string file) => new HashSet<string>(Lines(file), StringComparer.Ordinal);

    /// <summary>The lines of a list.</summary>
    public static IEnumerable<string> Lines(string file)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"code/{file}") ?? throw new InvalidOperationException($"There is no {file}.");
        using StreamReader reader = new(stream);
        while (reader.ReadLine() is { } line)
        {
            if (line.Trim() is { Length: > 0 } text && text[0] != '#')
                yield return text;
        }
    }
}
