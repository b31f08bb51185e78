// The report for people: verdict first, then the evidence file by file, then the counts.
using Assay.Artifacts;
using Assay.Detection;
using Assay.Policies;
using Assay.Scanning;

namespace Assay.Reports;

/// <summary>How a text report looks.</summary>
public sealed record TextReportOptions
{
    /// <summary>Columns.</summary>
    public int Width { get; init; } = 100;

    /// <summary>Whether to colour with ANSI codes.</summary>
    public bool Colour { get; init; }

    /// <summary>One line for each file that did not pass, and nothing else.</summary>
    public bool Quiet { get; init; }
}

/// <summary>
/// Writes a report as text to read in a terminal. Text from files is escaped (<see cref="Escape.Visible"/>); the same report
/// at the same width gives the same bytes.
/// </summary>
public static class TextReport
{
    private const int PassedShown = 20;
    private const int Hang = 12;

    /// <summary>Writes <paramref name="report"/>.</summary>
    public static void Write(ScanReport report, TextWriter writer, TextReportOptions? options = null)
    {
        options ??= new TextReportOptions();
        TextPage page = TextPage.Of(writer, options);
        if (options.Quiet)
        {
            Quiet(page, report);
            return;
        }

        ReportSummary summary = new(report);
        Headline(page, report, summary);
        foreach (TargetReport target in report.Targets
            .Where(t => t.Verdict != Verdict.Passed)
            .OrderByDescending(t => t.Verdict))
        {
            page.Blank();
            TextTarget.Write(page, target);
        }

        Passed(page, report);
        Summary(page, report, summary);
    }

    /// <summary>The ink of a verdict.</summary>
    internal static Ink InkOf(Verdict verdict) => verdict switch
    {
        Verdict.Passed => Ink.Good,
        Verdict.Incomplete => Ink.Unsure,
        Verdict.Suspicious => Ink.Warning,
        _ => Ink.Danger,
    };

    private static void Headline(TextPage page, ScanReport report, ReportSummary summary)
    {
        string files = Words.Count(summary.Targets, "file");
        if (summary.Targets == 0)
        {
            page.Entry(0, new Piece("NOTHING TO SCAN", Ink.Unsure), 17, summary.Ignored > 0
                ? $"{Words.Count(summary.Ignored, "file was", "files were")} looked at, and nothing in them is or claims to be a model."
                : "There are no files.");
            return;
        }

        string verdict = Words.Of(report.Verdict).ToUpperInvariant();
        string sentence = report.Verdict switch
        {
            Verdict.Malicious => $"{summary[Verdict.Malicious]:N0} of {files} would do harm when loaded. Do not load {(summary[Verdict.Malicious] == 1 ? "it" : "them")}.",
            Verdict.Suspicious => $"{summary[Verdict.Suspicious]:N0} of {files} cannot be shown to be harmless.",
            Verdict.Incomplete => $"Nothing was found, and {summary[Verdict.Incomplete]:N0} of {files} could not be read to the end.",
            _ => $"{(summary.Findings > 0 ? "Nothing but notes" : "Nothing")} was found in {files}, and all of {(summary.Targets == 1 ? "it" : "them")} was read.",
        };
        page.Entry(0, new Piece(verdict, InkOf(report.Verdict)), verdict.Length + 2, sentence);
    }

    private static void Passed(TextPage page, ScanReport report)
    {
        TargetReport[] passed = [.. report.Targets.Where(t => t.Verdict == Verdict.Passed)];
        if (passed.Length == 0)
        {
            return;
        }

        // Files with something to say come first into the few lines there are.
        TargetReport[] shown = [.. passed.OrderByDescending(Remarks).Take(PassedShown).OrderBy(t => t.Path, StringComparer.Ordinal)];
        page.Blank();
        page.Line(0, new Piece("PASSED", Ink.Good), "  read to the end, and nothing found that decides a verdict");
        foreach (TargetReport target in shown)
        {
            page.Entry(2, new Piece(target.Path, Whole: true), 4 + TextWidth.Of(Escape.Visible(target.Path)),
                new Piece(TextTarget.Kind(target), Ink.Faint));
            TextFinding.Notes(page, target);
            TextFinding.Waived(page, target);
        }

        if (passed.Length > shown.Length)
        {
            page.Line(2, new Piece($"and {Words.Count(passed.Length - shown.Length, "more file")}", Ink.Faint));
        }
    }

    private static int Remarks(TargetReport target) => target.Findings.Count + target.Waived.Count > 0 ? 1 : 0;

    private static void Summary(TextPage page, ScanReport report, ReportSummary summary)
    {
        page.Blank();
        page.Line(0, new Piece("SUMMARY", Ink.Strong));
        List<string> verdicts = [];
        foreach (Verdict verdict in (ReadOnlySpan<Verdict>)[Verdict.Malicious, Verdict.Suspicious, Verdict.Incomplete, Verdict.Passed])
        {
            if (summary[verdict] > 0)
            {
                verdicts.Add($"{summary[verdict]:N0} {Words.Of(verdict)}");
            }
        }

        string ignored = summary.Ignored > 0 ? $"; {Words.Count(summary.Ignored, "other file")} ignored (no model)" : "";
        string counted = verdicts.Count > 0 ? ": " + string.Join(", ", verdicts) : "";
        page.Entry(2, Label("files"), Hang, $"{summary.Targets:N0} examined{counted}{ignored}");
        List<string> severities = [];
        foreach (Severity severity in (ReadOnlySpan<Severity>)[Severity.Critical, Severity.High, Severity.Medium, Severity.Low, Severity.Info])
        {
            if (summary[severity] > 0)
            {
                severities.Add($"{summary[severity]:N0} {Words.Of(severity)}");
            }
        }

        string waived = summary.Waived > 0 ? $"; {summary.Waived:N0} waived by your policy" : "";
        page.Entry(2, Label("findings"), Hang, (severities.Count > 0 ? string.Join(", ", severities) : "none") + waived);
        if (summary.Targets > 0)
        {
            string coverage = summary.Unread == 0
                ? "complete"
                : $"incomplete: {Words.Count(summary.Unread, "part")} of {Words.Count(summary.UnreadTargets, "file")} not read";
            page.Entry(2, Label("coverage"), Hang,
                $"{coverage}; of {Words.Size(summary.Bytes)}, {Words.Size(summary.Parsed)} parsed, {Words.Size(summary.Data)} stepped over as data, {Words.Size(summary.Unknown)} unaccounted for");
        }

        string digest = report.RulesDigest.Length > 12 ? report.RulesDigest[..12] : report.RulesDigest;
        page.Entry(2, Label("by"), Hang, $"assay {report.Version}, rules {report.RulesVersion}{(digest.Length > 0 ? $" ({digest})" : "")}");
        if (summary.Targets > 0 && report.Verdict == Verdict.Passed)
        {
            page.Blank();
            page.Entry(0, "", 0, new Piece("Passed means that Assay found nothing that a loader would run. It says nothing about what the model's weights do.", Ink.Faint));
        }
    }

    internal static Piece Label(string text) => new(text, Ink.Faint);

    private static void Quiet(TextPage page, ScanReport report)
    {
        foreach (TargetReport target in report.Targets.Where(t => t.Verdict != Verdict.Passed))
        {
            string rules = string.Join(' ', target.Findings.Where(f => f.Severity >= Severity.Medium).Select(f => f.Rule.Id).Distinct());
            string causes = string.Join(' ', target.Unread.Select(u => Words.Of(u.Cause)).Distinct());
            string why = rules.Length > 0 ? rules : causes;
            page.Line(0, new Piece(target.Path), ": ", new Piece(Words.Of(target.Verdict), InkOf(target.Verdict)), why.Length > 0 ? " " + why : "");
        }
    }
}
