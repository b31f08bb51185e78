// The folders of a scan as wholes, in the report for people.
using Assay.Policies;
using Assay.Scanning;

namespace Assay.Reports;

/// <summary>Writes what folders are as a whole: what their files are together, and none by itself.</summary>
internal static class TextBundle
{
    private const int Hang = 12;
    private const int Shown = 10;

    /// <summary>Writes the folders of which there is something to say that no file of theirs says.</summary>
    public static void Write(TextPage page, IReadOnlyList<BundleReport> bundles, bool verbose)
    {
        foreach (BundleReport bundle in bundles.Where(b => b.Judgement.Findings.Count + b.Judgement.Waived.Count > 0))
        {
            page.Blank();
            page.Entry(0, Badge(bundle.Judgement), bundle.Judgement is { Verdict: Verdict.Passed, Waived.Count: > 0 } ? 18 : Hang, new Piece(bundle.Path, Ink.Strong, true));
            page.Entry(2, TextReport.Label("folder"), Hang, $"{Words.Count(bundle.Files, "file")} examined together");
            TextFinding.Write(page, bundle.Path, bundle.Judgement.Findings, verbose);
            TextTarget.Purpose(page, bundle.Judgement.Findings);
            TextFinding.Notes(page, bundle.Path, bundle.Judgement.Findings, verbose);
            TextFinding.Waived(page, bundle.Judgement);
        }
    }

    private static Piece Badge(Judgement judgement) => judgement is { Verdict: Verdict.Passed, Waived.Count: > 0 }
        ? new Piece("PASSED BY WAIVER", Ink.Warning)
        : new Piece(Words.Of(judgement.Verdict).ToUpperInvariant(), TextReport.InkOf(judgement.Verdict));

    /// <summary>Writes a line for each folder.</summary>
    public static void Summary(TextPage page, IReadOnlyList<BundleReport> bundles)
    {
        string label = "folders";
        foreach (BundleReport bundle in bundles.Take(Shown))
        {
            int own = bundle.Judgement.Findings.Count;
            string together = own > 0 ? $"{Words.Count(own, "finding")} of its own" : "nothing beyond what its files show";
            page.Entry(2, TextReport.Label(label), Hang, new Piece(bundle.Path, Whole: true),
                $"as a whole: {Words.Of(bundle.Judgement.Verdict)}, {Words.Count(bundle.Files, "file")} together; {together}");
            label = "";
        }

        if (bundles.Count > Shown)
        {
            page.Entry(2, "", Hang, new Piece($"and {Words.Count(bundles.Count - Shown, "more folder")}; --format json lists all", Ink.Faint));
        }
    }
}
