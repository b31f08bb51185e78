// What a run of an audit tells: text, JSON, and one page with trends.
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Assay.Policies;
using Assay.Reports;

namespace Assay.Store.Audits;

/// <summary>Reports on a run of an audit, with the runs before it.</summary>
public static class AuditReport
{
    private const int MostShown = 500;

    /// <summary>One line: the subject of a mail.</summary>
    public static string Headline(Audit audit, AuditRun run) => string.Create(CultureInfo.InvariantCulture,
        $"Audit {audit?.Name}: {run?.Summary.Regressions} regressions, {run!.Summary.Malicious} malicious, {run.Summary.Suspicious} suspicious, {run.Summary.Incomplete} incomplete of {run.Summary.Files} files");

    /// <summary>The report as text.</summary>
    public static string Text(Audit audit, AuditRun run, AuditSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        StringBuilder text = new();
        text.Append(Escape.Visible(Headline(audit, run))).Append('\n');
        text.Append(CultureInfo.InvariantCulture, $"Run {run!.Id} of {run.Began:yyyy-MM-dd HH:mm} UTC, ").Append(run.Summary.Against == 0 ? "the first one.\n" : string.Create(CultureInfo.InvariantCulture, $"compared with run {run.Summary.Against}.\n"));
        foreach (AuditedRepository repository in snapshot.Repositories.Where(IsTold).Take(MostShown))
        {
            text.Append(CultureInfo.InvariantCulture, $"  {Words.Of(repository.Verdict),-10} {Escape.Visible(repository.Name)}{Escape.Visible(Of(repository))}\n");
        }

        foreach (AuditNotice notice in snapshot.Notices.Take(MostShown))
        {
            text.Append(CultureInfo.InvariantCulture, $"  {Mark(notice.Weight)} {Escape.Visible(notice.File)}: {Escape.Visible(notice.What)}\n");
        }

        foreach (AuditedFile file in snapshot.Files.Where(f => f.Verdict >= Verdict.Suspicious).OrderByDescending(f => f.Verdict).Take(MostShown))
        {
            text.Append(CultureInfo.InvariantCulture, $"  {Words.Of(file.Verdict),-10} {Escape.Visible(file.Name)}\n");
        }

        return text.ToString();
    }

    /// <summary>The report as JSON.</summary>
    public static byte[] Json(Audit audit, AuditRun run, AuditSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(audit);
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(snapshot);
        using MemoryStream bytes = new();
        using (Utf8JsonWriter json = new(bytes, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("schema", "assay.audit/1");
            json.WriteString("audit", Escape.WellFormed(audit.Name));
            json.WriteNumber("run", run.Id);
            json.WriteString("began", run.Began);
            json.WritePropertyName("summary");
            JsonSerializer.Serialize(json, run.Summary, AuditJsonContext.Default.AuditSummary);
            json.WriteStartArray("notices");
            foreach (AuditNotice notice in snapshot.Notices)
            {
                json.WriteStartObject();
                json.WriteString("kind", notice.Kind);
                json.WriteNumber("weight", notice.Weight);
                json.WriteString("file", Escape.WellFormed(notice.File));
                json.WriteString("what", Escape.WellFormed(notice.What));
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartArray("repositories");
            foreach (AuditedRepository repository in snapshot.Repositories)
            {
                json.WriteStartObject();
                json.WriteString("name", Escape.WellFormed(repository.Name));
                json.WriteString("verdict", Words.Of(repository.Verdict));
                Texts(json, "rules", repository.Rules);
                if (repository.Commit.Length > 0)
                {
                    json.WriteString("commit", repository.Commit);
                    json.WriteString("owner", Escape.WellFormed(repository.Owner));
                    json.WriteNumber("readBytes", repository.ReadBytes);
                    json.WriteString("hubSays", repository.HubSays.Length == 0 ? null : Escape.WellFormed(repository.HubSays));
                }

                if (repository.Fault.Length > 0)
                {
                    json.WriteString("fault", Escape.WellFormed(repository.Fault));
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartArray("files");
            foreach (AuditedFile file in snapshot.Files)
            {
                json.WriteStartObject();
                json.WriteString("name", Escape.WellFormed(file.Name));
                json.WriteString("sha256", file.Sha256);
                json.WriteNumber("size", file.Size);
                json.WriteString("verdict", Words.Of(file.Verdict));
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return bytes.ToArray();
    }

    /// <summary>The report as one page that holds all it needs, with the trends of the runs; it runs no script and loads nothing.</summary>
    public static string Html(Audit audit, AuditRun run, AuditSnapshot snapshot, IReadOnlyList<AuditRun> runs)
    {
        ArgumentNullException.ThrowIfNull(audit);
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(snapshot);
        ArgumentNullException.ThrowIfNull(runs);
        StringBuilder page = new();
        page.Append("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\n");
        page.Append("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n");
        page.Append(CultureInfo.InvariantCulture, $"<title>Audit {Safe(audit.Name)}</title><style>{HtmlPage.Style}</style></head><body>\n");
        page.Append(CultureInfo.InvariantCulture, $"<h1>Audit {Safe(audit.Name)}</h1>\n<p class=\"lead\">{Safe(Headline(audit, run))}.</p>\n");
        page.Append(CultureInfo.InvariantCulture, $"<p class=\"soft\">Run {run.Id} of {run.Began:yyyy-MM-dd HH:mm} UTC{(run.Summary.Against == 0 ? ", the first one" : string.Create(CultureInfo.InvariantCulture, $", compared with run {run.Summary.Against}"))}.</p>\n");
        AuditRun[] order = [.. runs.OrderBy(r => r.Id).TakeLast(60)];
        if (order.Length > 1)
        {
            page.Append("<h2>Trends</h2>\n");
            Trend(page, "Malicious and suspicious files", "malicious", order, r => r.Summary.Malicious + r.Summary.Suspicious);
            Trend(page, "Files not read in full", "incomplete", order, r => r.Summary.Incomplete);
            Trend(page, "Files", "passed", order, r => r.Summary.Files);
            Trend(page, "Regressions", "suspicious", order, r => r.Summary.Regressions);
        }

        page.Append("<h2>What changed</h2>\n");
        page.Append(snapshot.Notices.Count == 0 ? "<p>Nothing.</p>\n" : "<table class=\"evidence\">\n");
        foreach (AuditNotice notice in snapshot.Notices.Take(MostShown))
        {
            string look = notice.Weight >= 4 ? "malicious" : notice.Weight >= AuditComparison.Regression ? "high" : notice.Weight >= 2 ? "suspicious" : "low";
            page.Append(CultureInfo.InvariantCulture, $"<tr><th><span class=\"badge {look}\">{Safe(notice.Kind)}</span></th><td class=\"path\">{Safe(notice.File)}</td><td>{Safe(notice.What)}</td></tr>\n");
        }

        page.Append(snapshot.Notices.Count == 0 ? "" : "</table>\n");
        Repositories(page, snapshot);
        page.Append("<h2>Files that did not pass</h2>\n<table class=\"evidence\">\n");
        foreach (AuditedFile file in snapshot.Files.Where(f => f.Verdict > Verdict.Passed).OrderByDescending(f => f.Verdict).ThenBy(f => f.Name, StringComparer.Ordinal).Take(MostShown))
        {
            string verdict = Words.Of(file.Verdict);
            page.Append(CultureInfo.InvariantCulture, $"<tr><th><span class=\"badge {verdict}\">{verdict}</span></th><td class=\"path\">{Safe(file.Name)}</td><td>{Safe(file.Sha256)}</td></tr>\n");
        }

        page.Append("</table>\n</body></html>\n");
        return page.ToString();
    }

    /// <summary>Repositories, what we say of them, and beside it what the hub says.</summary>
    private static void Repositories(StringBuilder page, AuditSnapshot snapshot)
    {
        AuditedRepository[] told = [.. snapshot.Repositories.Where(IsTold).Take(MostShown)];
        if (told.Length == 0)
        {
            return;
        }

        page.Append("<h2>Repositories</h2>\n<table class=\"evidence\">\n");
        foreach (AuditedRepository repository in told)
        {
            string verdict = Words.Of(repository.Verdict);
            page.Append(CultureInfo.InvariantCulture, $"<tr><th><span class=\"badge {verdict}\">{verdict}</span></th><td class=\"path\">{Safe(repository.Name)}</td><td>{Safe(Of(repository).TrimStart(':', ' '))}</td></tr>\n");
        }

        page.Append("</table>\n");
    }

    /// <summary>Whether a repository is told by itself: one of a server, and a folder whose files do something together.</summary>
    private static bool IsTold(AuditedRepository repository) => repository.Commit.Length > 0 || repository.Fault.Length > 0 || repository.Rules.Count > 0;

    private static string Of(AuditedRepository repository)
    {
        List<string> parts = [];
        if (repository.Fault.Length > 0)
        {
            parts.Add(repository.Fault);
        }
        else if (repository.Commit.Length > 0)
        {
            parts.Add($"commit {repository.Commit}");
        }

        if (repository.Rules.Count > 0)
        {
            parts.Add($"its files together: {string.Join(", ", repository.Rules)}");
        }

        if (repository.HubSays.Length > 0)
        {
            parts.Add($"the hub's own scan {repository.HubSays}, and nothing here rests on that");
        }

        return parts.Count == 0 ? "" : ": " + string.Join("; ", parts);
    }

    private static void Texts(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (string text in texts)
        {
            json.WriteStringValue(Escape.WellFormed(text));
        }

        json.WriteEndArray();
    }

    private static void Trend(StringBuilder page, string title, string look, AuditRun[] runs, Func<AuditRun, long> value)
    {
        const int Width = 640, Height = 90, Edge = 8;
        long most = Math.Max(1, runs.Max(value));
        string points = string.Join(' ', runs.Select((r, i) => string.Create(CultureInfo.InvariantCulture,
            $"{Edge + (i * (Width - (2 * Edge)) / Math.Max(1, runs.Length - 1))},{Height - Edge - (value(r) * (Height - (2 * Edge)) / most)}")));
        page.Append(CultureInfo.InvariantCulture, $"<figure class=\"{look}\"><figcaption>{title}: {value(runs[^1])} (most {runs.Max(value)})</figcaption>");
        page.Append(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {Width} {Height}\" width=\"100%\" role=\"img\" aria-label=\"{title} over {runs.Length} runs\"><polyline fill=\"none\" stroke=\"currentColor\" stroke-width=\"2\" points=\"{points}\"/></svg></figure>\n");
    }

    private static string Mark(int weight) => weight >= 4 ? "!!" : weight >= AuditComparison.Regression ? "! " : weight == 2 ? "* " : "- ";

    private static string Safe(string text) => WebUtility.HtmlEncode(Escape.Visible(text));
}
