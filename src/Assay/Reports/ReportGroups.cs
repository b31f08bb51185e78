// What the reports for people have in common: findings of one rule together, and one sentence for a verdict.
using Assay.Detection;
using Assay.Policies;

namespace Assay.Reports;

/// <summary>What the reports for people have in common.</summary>
internal static class ReportGroups
{
    /// <summary>The findings that decide the verdict, those of one rule and severity together.</summary>
    public static IEnumerable<Finding[]> Deciding(IReadOnlyList<Finding> findings) =>
        findings.Where(f => f.Severity >= Severity.Medium).GroupBy(f => (f.Rule.Id, f.Severity)).Select(g => g.ToArray());

    /// <summary>The findings that are only worth knowing, without those that the <see cref="Account"/> tells.</summary>
    public static Finding[] Notes(IReadOnlyList<Finding> findings) => [.. findings.Where(f => f.Severity < Severity.Medium).Except(Account.Of(findings)?.Told ?? [])];

    /// <summary>What a verdict on all files means.</summary>
    public static string Sentence(ReportSummary summary) => summary.Targets + summary.Bundles.Count == 0 ? "Nothing was scanned." : summary.Verdict switch
    {
        > Verdict.Passed when summary[summary.Verdict] == 0 && summary.Bundles.Count > 0 => Together(summary),
        Verdict.Malicious => $"{Words.Count(summary[Verdict.Malicious], "file")} of {summary.Targets:N0} would do harm when loaded. Do not load them.",
        Verdict.Suspicious => $"{Words.Count(summary[Verdict.Suspicious], "file")} of {summary.Targets:N0} cannot be shown to be harmless.",
        Verdict.Incomplete => $"{Words.Count(summary[Verdict.Incomplete], "file")} of {summary.Targets:N0} could not be read in full.",
        _ => $"{Words.Count(summary.Targets, "file")} passed: {Passed(summary)}.",
    };

    /// <summary>What a pass says: where notes tell of calls, that loaders run nothing would be more than is known.</summary>
    public static string Passed(ReportSummary summary) => summary.Findings > 0 ? "nothing that decides a verdict; the notes say what else a load does" : "nothing that a loader would run";

    /// <summary>The verdict is that of a folder, and of no file in it.</summary>
    public static string Together(ReportSummary summary)
    {
        string folder = summary.Bundles.First(b => b.Judgement.Verdict == summary.Verdict).Path;
        return summary.Verdict switch
        {
            Verdict.Malicious => $"The files of {folder} together would do harm when loaded, and none by itself. Do not load them.",
            Verdict.Suspicious => $"The files of {folder} together cannot be shown to be harmless.",
            _ => $"Nothing was found, and the files of {folder} could not be judged together to the end.",
        };
    }

    /// <summary>A place in words: the path where it is not the file itself, and the offset.</summary>
    public static string Place(string target, Finding finding) =>
        string.Join(' ', TextFinding.Where(target, finding.Path, finding.Offset, finding.Length, finding.Line).Select(p => p.Text));

    /// <summary>Who gets there, and with which setting not.</summary>
    public static string Loaders(Finding finding) =>
        string.Join("; ", finding.Loaders.Select(l => l.Loader + (l.Versions.Length > 0 ? " " + l.Versions : "") + (l.SafeSetting.Length > 0 ? ": " + l.SafeSetting : "")));
}
