// One labelled file and what the scan said about it.
using Assay.Policies;
using Assay.Scanning;

namespace Assay.Bench;

/// <summary>A row of <c>labels.tsv</c>.</summary>
internal sealed record CorpusLabel(string Path, string Label, string Family, string Technique)
{
    /// <summary>Reads the labels of a corpus. The header names the columns; more columns than these may stand in it.</summary>
    public static IReadOnlyList<CorpusLabel> Read(string folder)
    {
        string[] lines = File.ReadAllLines(System.IO.Path.Combine(folder, "labels.tsv"));
        string[] header = lines.Length > 0 ? lines[0].Split('\t') : [];
        int path = Column("path"), label = Column("label"), family = Column("family"), technique = Array.IndexOf(header, "format_or_technique");
        return [.. lines.Skip(1).Where(l => l.Length > 0).Select(l => l.Split('\t')).Select(c =>
            new CorpusLabel(c[path], c[label], c[family], technique >= 0 && technique < c.Length ? c[technique] : ""))];

        int Column(string name) =>
            Array.IndexOf(header, name) is >= 0 and int at ? at : throw new FormatException($"labels.tsv has no column '{name}'.");
    }
}

/// <summary>
/// A labelled file after its scan, as little of it as is printed: a program lets go of each report as well, and the run measures what scanning takes.
/// The verdict is null when the scan itself failed.
/// </summary>
internal sealed record CorpusCase(CorpusLabel Label, Verdict? Verdict, IReadOnlyList<string> Reasons, TimeSpan Wall, string? Crash)
{
    /// <summary>What is kept of a report: the verdict, rule ids with what they say, and what was not read.</summary>
    public static CorpusCase Of(CorpusLabel label, TargetReport report, TimeSpan wall) => new(
        label,
        report.Verdict,
        [.. report.Findings.Select(f => $"{f.Rule.Id} ({f.Severity.ToString().ToLowerInvariant()}): {f.Message}"),
            .. report.Unread.Select(u => $"unread, {u.Cause.ToString().ToLowerInvariant()} at {u.Offset} of {u.Path}: {u.Detail}")],
        wall,
        null);

    /// <summary>Whether the verdict is suspicious or malicious.</summary>
    public bool Flagged => Verdict is Policies.Verdict.Suspicious or Policies.Verdict.Malicious;

    /// <summary>Whether nothing was found and something was not read.</summary>
    public bool Incomplete => Verdict is Policies.Verdict.Incomplete;

    /// <summary>The verdict in a word.</summary>
    public string Said => Verdict is null ? "crash" : Verdict.ToString()!.ToLowerInvariant();
}
