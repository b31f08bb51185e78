// The program of a compiled Core ML model as text, and the files of weights that it names.
using Assay.Artifacts;
using Assay.Formats.Texts;

namespace Assay.Formats.CoreMl;

/// <summary>
/// <c>model.mil</c>: constants say <c>BLOBFILE(path = tensor&lt;string, []>("@model_path/weights/weight.bin"), offset = ...)</c>, and Core ML opens what stands there, with the model's folder in the place of <c>@model_path</c>.
/// </summary>
internal static class CoreMlProgramText
{
    private const string Place = "BLOBFILE(";
    private const string Folder = "@model_path/";
    private const int LongestPath = 1024;
    private const int MostPaths = 64;

    /// <summary>Tells the paths that lead out of the model's folder.</summary>
    public static void Tell(TextDocument document, ReadContext context)
    {
        string text = document.Text;
        context.Budget.SpendWork(text.Length);
        HashSet<string> seen = new(StringComparer.Ordinal);
        for (int at = text.IndexOf(Place, StringComparison.Ordinal); at >= 0 && seen.Count < MostPaths; at = text.IndexOf(Place, at + 1, StringComparison.Ordinal))
        {
            int open = text.IndexOf('"', at);
            int close = open < 0 ? -1 : text.IndexOf('"', open + 1);
            if (close < 0 || close - open > LongestPath || !seen.Add(text[(open + 1)..close]))
            {
                continue;
            }

            string path = text[(open + 1)..close];
            string inside = path.StartsWith(Folder, StringComparison.Ordinal) ? path[Folder.Length..] : path;
            if (BundleName.Resolve("model/x/y", inside).Place is not ReferencePlace.Inside || inside.Split('/', '\\').Contains(".."))
            {
                context.Anomaly("coreml.package-path", document.Offset(open), close - open, $"The program takes constants from {path}, which leads out of the model's folder.");
            }
        }
    }
}
