// Files beside a source, as the source itself would read them.
using System.Text;
using Assay.Evaluation.Functions;
using Assay.Evaluation.Values;

namespace Assay.Evaluation.Sources;

/// <summary>
/// What a source reads of the files beside it: payloads lie in tables, vocabularies and settings, and the source takes them from there. Paths are those of the source's own folder, which
/// <c>__file__</c> leads to.
/// </summary>
internal static class BesideFiles
{
    /// <summary>What <c>__file__</c> begins with: the folder of the source.</summary>
    public const string Here = "./";

    /// <summary>An opened file; unknown where there is none of that name.</summary>
    public static FoldedValue Open(Folder folder, string path, IReadOnlyList<FoldedValue> arguments)
    {
        string relative = path.StartsWith(Here, StringComparison.Ordinal) ? path[Here.Length..] : path;
        string mode = arguments.Text(1) ?? "r";
        if (mode.AsSpan().IndexOfAny('w', 'a', 'x') >= 0 || relative.StartsWith('/') || relative.StartsWith('~') || folder.Beside!(relative) is not { } bytes || !folder.Budget.Room(bytes.Length))
        {
            return FoldedValue.Unknown;
        }

        IReadOnlyList<string> layers = ["file " + relative];
        return new FoldedFile(mode.Contains('b', StringComparison.Ordinal) ? new FoldedBytes(bytes) { Layers = layers } : new FoldedText(Encoding.UTF8.GetString(bytes)) { Layers = layers });
    }
}
