// What a run of an audit tells: text, JSON, and one page with trends.
using System.Globalization;
using System.Text;
using System.Text.Json;
using Assay.Policies;
using Assay.Reports;

namespace Assay.Store.Audits;

/// <summary>Reports on a run of an audit, with the runs before it.</summary>
public static class AuditReport
{
    /// <summary>Of notices, files and repositories so many are told to people, and how many more there are; JSON has all.</summary>
    internal const int MostShown = 500;

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
        void Some(IEnumerable<string> lines)
        {
            int count = 0;
            foreach (string line in lines)
            {
                if (++count <= MostShown)
                {
                    text.Append("  ").Append(Escape.Visible(line)).Append('\n');
                }
            }

            if (count > MostShown)
            {
                text.Append(CultureInfo.InvariantCulture, $"  and {count - MostShown:n0} more, which the report as JSON has\n");
            }
        }

        Some(snapshot.Repositories.Where(IsTold).Select(r => $"{Words.Of(r.Verdict),-10} {r.Name}{Of(r)}"));
        Some(snapshot.Notices.Select(n => $"{Mark(n.Weight)} {n.File}: {n.What}"));
        Some(snapshot.Files.Where(f => f.Verdict >= Verdict.Suspicious).OrderByDescending(f => f.Verdict).Select(f => $"{Words.Of(f.Verdict),-10} {f.Name}"));
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

    /// <summary>Whether a repository is told by itself: one of a server, and a folder whose files do something together.</summary>
    internal static bool IsTold(AuditedRepository repository) => repository.Commit.Length > 0 || repository.Fault.Length > 0 || repository.Rules.Count > 0;

    internal static string Of(AuditedRepository repository)
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

    private static string Mark(int weight) => weight >= 4 ? "!!" : weight >= AuditComparison.Regression ? "! " : weight == 2 ? "* " : "- ";
}
