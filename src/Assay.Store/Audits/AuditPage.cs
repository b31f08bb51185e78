// What a run of an audit tells as one page, with trends, for the screen and for paper.
using System.Globalization;
using System.Text;
using Assay.Policies;
using Assay.Reports;

namespace Assay.Store.Audits;

/// <summary>A page that holds all it needs: it runs no script and loads nothing.</summary>
public static class AuditPage
{
    private const int MostRuns = 60;

    /// <summary>Beside the style of all pages; paper is white whatever the screen is.</summary>
    private const string Style = """

        .trends { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(24rem, 100%), 1fr)); gap: 1rem; } h2 { margin-top: 1.4rem; }
        figure { margin: 0; padding: .5rem .8rem; border: 1px solid var(--line); border-radius: .5rem; break-inside: avoid-page; }
        figcaption { font-size: .9em; } svg { display: block; width: 100%; } svg text { fill: var(--soft); font: 10px system-ui, sans-serif; } svg .axis { stroke: var(--line); }
        .change { margin: .8rem 0; padding-left: .8rem; border-left: 4px solid var(--line); }
        .change.worse { border-color: var(--malicious); } .change h3 { margin: 0; font-weight: 600; } .change ul { margin: .2rem 0; padding: 0; list-style: none; } .change li { margin: .15rem 0; break-inside: avoid-page; } .change h3 { break-after: avoid-page; }
        .digest { display: block; color: var(--soft); }
        @media print { :root { --ink: #000; --soft: #444; --page: #fff; --box: #fff; --line: #999; --malicious: #b3131c; --suspicious: #8a5300; --incomplete: #5b3fa8; --passed: #116329; } h2 { break-after: avoid-page; } }

        """;

    /// <summary>The page on a run, with the runs before it.</summary>
    public static string Of(Audit audit, AuditRun run, AuditSnapshot snapshot, IReadOnlyList<AuditRun> runs)
    {
        ArgumentNullException.ThrowIfNull(audit);
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(snapshot);
        ArgumentNullException.ThrowIfNull(runs);
        StringBuilder page = new();
        page.Append("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\n");
        page.Append("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n");
        page.Append(CultureInfo.InvariantCulture, $"<title>Audit {HtmlPage.Text(audit.Name)}</title><style>{HtmlPage.Style}{Style}</style></head><body>\n<h1>Audit {HtmlPage.Text(audit.Name)}</h1>\n<ul class=\"counts\">\n");
        foreach ((string look, string what, long count) in ((string, string, long)[])
        [
            ("high", run.Summary.Against == 0 ? "" : "regressions", run.Summary.Regressions), ("malicious", "malicious", run.Summary.Malicious), ("suspicious", "suspicious", run.Summary.Suspicious),
            ("incomplete", "incomplete", run.Summary.Incomplete), ("passed", "passed", run.Summary.Passed), ("soft", "files", run.Summary.Files),
        ])
        {
            page.Append(what.Length == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"<li><span class=\"badge {(count == 0 ? "low" : look)}\">{count:n0} {what}</span></li>\n"));
        }

        page.Append(CultureInfo.InvariantCulture, $"</ul>\n<p class=\"soft\">Run {run.Id} of {Day(run)} UTC{(run.Summary.Against == 0 ? ", the first one" : string.Create(CultureInfo.InvariantCulture, $", compared with run {run.Summary.Against}"))}; looked at: <span class=\"path\">{HtmlPage.Text(string.Join(" ", audit.Targets))}</span></p>\n");
        Trends(page, [.. runs.Where(r => r.Id <= run.Id).OrderBy(r => r.Id).TakeLast(MostRuns)]);
        Changes(page, run, snapshot);
        Repositories(page, snapshot);
        Files(page, snapshot);
        page.Append("</body></html>\n");
        return page.ToString();
    }

    private static void Trends(StringBuilder page, AuditRun[] runs)
    {
        if (runs.Length < 2)
        {
            return;
        }

        page.Append("<h2>Trends</h2>\n<div class=\"trends\">\n");
        Trend(page, "Malicious and suspicious files", "malicious", runs, r => r.Summary.Malicious + r.Summary.Suspicious);
        Trend(page, "Regressions", "suspicious", runs, r => r.Summary.Regressions);
        Trend(page, "Files not read in full", "incomplete", runs, r => r.Summary.Incomplete);
        Trend(page, "Files", "passed", runs, r => r.Summary.Files);
        page.Append("</div>\n");
    }

    private static void Trend(StringBuilder page, string title, string look, AuditRun[] runs, Func<AuditRun, long> value)
    {
        const int Width = 320, Height = 100, Left = 34, Right = 8, Top = 10, Bottom = 18;
        long most = Math.Max(1, runs.Max(value));
        (long X, long Y)[] points = [.. runs.Select((r, i) => (Left + (i * (long)(Width - Left - Right) / (runs.Length - 1)), Height - Bottom - (value(r) * (Height - Top - Bottom) / most)))];
        page.Append(CultureInfo.InvariantCulture, $"<figure class=\"{look}\"><figcaption>{title}: <b>{value(runs[^1]):n0}</b></figcaption><svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{title} over {runs.Length} runs: {value(runs[0])} at first, {value(runs[^1])} at last, {runs.Max(value)} at most\">");
        page.Append(CultureInfo.InvariantCulture, $"<path class=\"axis\" fill=\"none\" d=\"M{Left} {Top}V{Height - Bottom}H{Width - Right}\"/><text x=\"{Left - 4}\" y=\"{Top + 4}\" text-anchor=\"end\">{most}</text><text x=\"{Left - 4}\" y=\"{Height - Bottom}\" text-anchor=\"end\">0</text>");
        page.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left}\" y=\"{Height - 4}\">{runs[0].Began:yyyy-MM-dd}</text><text x=\"{Width - Right}\" y=\"{Height - 4}\" text-anchor=\"end\">{runs[^1].Began:yyyy-MM-dd}</text>");
        page.Append(CultureInfo.InvariantCulture, $"<polyline fill=\"none\" stroke=\"currentColor\" stroke-width=\"2\" points=\"{string.Join(' ', points.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.X},{p.Y}")))}\"/>");
        for (int i = 0; i < runs.Length; i++)
        {
            page.Append(CultureInfo.InvariantCulture, $"<circle fill=\"currentColor\" r=\"2.5\" cx=\"{points[i].X}\" cy=\"{points[i].Y}\"><title>run {runs[i].Id}, {Day(runs[i])}: {value(runs[i])}</title></circle>");
        }

        page.Append("</svg></figure>\n");
    }

    /// <summary>What changed, file by file, those with the weightiest change first.</summary>
    private static void Changes(StringBuilder page, AuditRun run, AuditSnapshot snapshot)
    {
        page.Append("<h2>What changed</h2>\n").Append(snapshot.Notices.Count > 0 ? "" : run.Summary.Against == 0 ? "<p>This is the first run, and the next one is compared with it.</p>\n" : "<p>Nothing.</p>\n");
        foreach (IGrouping<string, AuditNotice> file in snapshot.Notices.Take(AuditReport.MostShown).GroupBy(n => n.File, StringComparer.Ordinal))
        {
            page.Append(CultureInfo.InvariantCulture, $"<section class=\"change{(file.Max(n => n.Weight) >= AuditComparison.Regression ? " worse" : "")}\"><h3 class=\"path\">{HtmlPage.Text(file.Key)}</h3><ul>\n");
            foreach (AuditNotice notice in file)
            {
                string look = notice.Weight >= 4 ? "malicious" : notice.Weight >= AuditComparison.Regression ? "high" : notice.Weight >= 2 ? "suspicious" : "low";
                page.Append(CultureInfo.InvariantCulture, $"<li><span class=\"badge {look}\">{HtmlPage.Text(notice.Kind)}</span> {HtmlPage.Text(notice.What)}</li>\n");
            }

            page.Append("</ul></section>\n");
        }

        More(page, snapshot.Notices.Count);
    }

    /// <summary>Repositories, what we say of them, and beside it what the hub says.</summary>
    private static void Repositories(StringBuilder page, AuditSnapshot snapshot)
    {
        AuditedRepository[] told = [.. snapshot.Repositories.Where(AuditReport.IsTold)];
        Table(page, "Repositories", [.. told.Take(AuditReport.MostShown).Select(r => (r.Verdict, r.Name, AuditReport.Of(r).TrimStart(':', ' ')))], told.Length);
    }

    private static void Files(StringBuilder page, AuditSnapshot snapshot)
    {
        AuditedFile[] files = [.. snapshot.Files.Where(f => f.Verdict > Verdict.Passed).OrderByDescending(f => f.Verdict).ThenBy(f => f.Name, StringComparer.Ordinal)];
        Table(page, "Files that did not pass", [.. files.Take(AuditReport.MostShown).Select(f => (f.Verdict, f.Name, f.Sha256.Length == 0 ? "" : $"sha256 {f.Sha256}"))], files.Length);
    }

    private static void Table(StringBuilder page, string title, IReadOnlyList<(Verdict Verdict, string Name, string Below)> rows, int all)
    {
        if (rows.Count == 0)
        {
            return;
        }

        page.Append(CultureInfo.InvariantCulture, $"<h2>{title}</h2>\n<table class=\"evidence\">\n");
        foreach ((Verdict verdict, string name, string below) in rows)
        {
            string word = Words.Of(verdict);
            page.Append(CultureInfo.InvariantCulture, $"<tr><th><span class=\"badge {word}\">{word}</span></th><td class=\"path\">{HtmlPage.Text(name)}<span class=\"digest\">{HtmlPage.Text(below)}</span></td></tr>\n");
        }

        page.Append("</table>\n");
        More(page, all);
    }

    private static void More(StringBuilder page, int all) =>
        page.Append(all > AuditReport.MostShown ? string.Create(CultureInfo.InvariantCulture, $"<p class=\"soft\">And {all - AuditReport.MostShown:n0} more, which the report as JSON has.</p>\n") : "");

    private static string Day(AuditRun run) => string.Create(CultureInfo.InvariantCulture, $"{run.Began:yyyy-MM-dd HH:mm}");
}
