// Diagrams of Simulink and variables of Octave as text.
using Assay.Artifacts;
using Assay.Formats.Texts;

namespace Assay.Formats.Matlab;

/// <summary>
/// Texts with code of MATLAB in them: the callbacks of a diagram (<c>InitFcn "..."</c>), which run when it is opened or simulated, and the handles of functions among the variables that Octave saves as text.
/// </summary>
internal static class MatlabTexts
{
    private const int LongestShown = 120;

    /// <summary>Whether a text begins as one of them.</summary>
    public static bool Begins(string extension, string head) =>
        (extension is ".mdl" && (head.TrimStart().StartsWith("Model {", StringComparison.Ordinal) || head.TrimStart().StartsWith("Library {", StringComparison.Ordinal))) || head.StartsWith("# Created by Octave", StringComparison.Ordinal);

    /// <summary>Tells the code that acts.</summary>
    public static void Tell(TextDocument document, ReadContext context)
    {
        context.Budget.SpendWork(8L * document.Text.Length);
        int at = 0;
        foreach (string raw in document.Text.Split('\n'))
        {
            string line = raw.Trim();
            int blank = line.IndexOf(' ', StringComparison.Ordinal);
            bool isCode = line.StartsWith("@(", StringComparison.Ordinal) || (blank > 3 && line.AsSpan(0, blank).EndsWith("Fcn", StringComparison.Ordinal));
            if (isCode && MatlabCode.Acts(line) is { } acts)
            {
                context.Anomaly("matlab.function-acts", document.Offset(at), raw.Length, $"The text calls {acts}: {(line.Length > LongestShown ? line[..LongestShown] : line)}");
            }

            at += raw.Length + 1;
        }
    }
}
