// Advisories about a file in the two forms that security teams exchange: OSV and CSAF.
using System.Globalization;
using System.Text.Json;
using Assay.Detection;
using Assay.Policies;
using Assay.Reports;
using Assay.Scanning;

namespace Assay.Trust.Response;

/// <summary>Who gives an advisory out, and when.</summary>
/// <param name="Publisher">The name of the issuing party.</param>
/// <param name="Namespace">A URL that is under its control.</param>
/// <param name="At">When.</param>
public sealed record AdvisoryIssuer(string Publisher, string Namespace, DateTimeOffset At);

/// <summary>
/// Writes an advisory about one file: as OSV (schema 1.7) and as CSAF 2.0. A file is named by its digest, because models have no registry that all agree on. No text of the file is in it beyond what
/// findings say.
/// </summary>
public static class Advisory
{
    private const int MostFindings = 50;
    private const int LongestText = 600;

    /// <summary>What the advisory is called.</summary>
    public static string IdOf(TargetReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return $"x_assay-{report.Sha256![..16]}";
    }

    /// <summary>In one sentence, what it is about.</summary>
    public static string SummaryOf(TargetReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        string kind = report.Verdict == Verdict.Malicious ? "runs code that does harm when it is loaded" : "does what cannot be shown to be harmless when it is loaded";
        return $"A model file {kind}: {Findings(report)[0].Rule.Title}";
    }

    /// <summary>Writes OSV.</summary>
    public static void WriteOsv(Stream stream, TargetReport report, AdvisoryIssuer issuer)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(issuer);
        Finding[] findings = Findings(report);
        using Utf8JsonWriter json = new(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteString("schema_version", "1.7.0");
        json.WriteString("id", IdOf(report));
        json.WriteString("modified", Time(issuer.At));
        json.WriteString("published", Time(issuer.At));
        json.WriteString("summary", SummaryOf(report));
        json.WriteString("details", Details(report, findings));
        json.WriteStartArray("affected");
        json.WriteStartObject();
        json.WriteStartArray("versions");
        json.WriteEndArray();
        json.WriteStartObject("database_specific");
        json.WriteString("sha256", report.Sha256);
        json.WriteString("name", Name(report));
        json.WriteNumber("size", report.Size ?? 0);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteStartArray("references");
        foreach (string url in References(findings))
        {
            json.WriteStartObject();
            json.WriteString("type", "WEB");
            json.WriteString("url", url);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartObject("database_specific");
        json.WriteString("verdict", report.Verdict.ToString().ToLowerInvariant());
        json.WriteString("severity", Severity(findings));
        json.WriteStartArray("cwe_ids");
        foreach (string cwe in Cwes(findings))
        {
            json.WriteStringValue(cwe);
        }

        json.WriteEndArray();
        json.WriteString("assay", Scanner.Version);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>Writes CSAF.</summary>
    public static void WriteCsaf(Stream stream, TargetReport report, AdvisoryIssuer issuer)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(issuer);
        Finding[] findings = Findings(report);
        const string Product = "FILE-1";
        using Utf8JsonWriter json = new(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        Document(json, report, issuer, findings);
        json.WriteStartObject("product_tree");
        json.WriteStartArray("full_product_names");
        json.WriteStartObject();
        json.WriteString("name", Name(report));
        json.WriteString("product_id", Product);
        json.WriteStartObject("product_identification_helper");
        json.WriteStartArray("hashes");
        json.WriteStartObject();
        json.WriteStartArray("file_hashes");
        json.WriteStartObject();
        json.WriteString("algorithm", "sha256");
        json.WriteString("value", report.Sha256);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteString("filename", Name(report));
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteStartArray("vulnerabilities");
        foreach (IGrouping<string, Finding> rule in findings.GroupBy(f => f.Rule.Id))
        {
            Vulnerability(json, [.. rule], Product);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>The findings that decide the verdict, the worst first.</summary>
    internal static Finding[] Findings(TargetReport report) => [.. report.Findings.Where(f => f.Severity >= Detection.Severity.Medium).Take(MostFindings)];

    private static void Document(Utf8JsonWriter json, TargetReport report, AdvisoryIssuer issuer, Finding[] findings)
    {
        json.WriteStartObject("document");
        json.WriteString("category", "csaf_security_advisory");
        json.WriteString("csaf_version", "2.0");
        json.WriteString("title", SummaryOf(report));
        json.WriteString("lang", "en");
        json.WriteStartObject("aggregate_severity");
        json.WriteString("text", Severity(findings));
        json.WriteEndObject();
        json.WriteStartObject("publisher");
        json.WriteString("category", "discoverer");
        json.WriteString("name", issuer.Publisher);
        json.WriteString("namespace", issuer.Namespace);
        json.WriteEndObject();
        json.WriteStartArray("notes");
        Note(json, "summary", SummaryOf(report));
        Note(json, "details", Details(report, findings));
        json.WriteEndArray();
        json.WriteStartObject("tracking");
        json.WriteString("id", IdOf(report));
        json.WriteString("status", "draft");
        json.WriteString("version", "0");
        json.WriteString("initial_release_date", Time(issuer.At));
        json.WriteString("current_release_date", Time(issuer.At));
        json.WriteStartArray("revision_history");
        json.WriteStartObject();
        json.WriteString("date", Time(issuer.At));
        json.WriteString("number", "0");
        json.WriteString("summary", "First draft.");
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteStartObject("generator");
        json.WriteStartObject("engine");
        json.WriteString("name", "Assay");
        json.WriteString("version", Scanner.Version);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Vulnerability(Utf8JsonWriter json, Finding[] places, string product)
    {
        Rule rule = places[0].Rule;
        json.WriteStartObject();
        json.WriteString("title", rule.Title);
        json.WriteStartArray("ids");
        json.WriteStartObject();
        json.WriteString("system_name", "Assay");
        json.WriteString("text", rule.Id);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteStartArray("notes");
        Note(json, "description", rule.Why);
        foreach (Finding place in places.Take(10))
        {
            Note(json, "details", Text($"{place.Message} ({Inside(place.Path)}offset {place.Offset})"));
        }

        json.WriteEndArray();
        json.WriteStartObject("product_status");
        json.WriteStartArray("known_affected");
        json.WriteStringValue(product);
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteStartArray("remediations");
        json.WriteStartObject();
        json.WriteString("category", "mitigation");
        json.WriteString("details", rule.Fix);
        json.WriteStartArray("product_ids");
        json.WriteStringValue(product);
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteStartArray("threats");
        json.WriteStartObject();
        json.WriteString("category", "impact");
        json.WriteString("details", places.Max(p => p.Severity).ToString());
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Note(Utf8JsonWriter json, string category, string text)
    {
        json.WriteStartObject();
        json.WriteString("category", category);
        json.WriteString("text", text);
        json.WriteEndObject();
    }

    private static string Details(TargetReport report, Finding[] findings)
    {
        List<string> lines = [$"The file {Name(report)} (SHA-256 {report.Sha256}, {report.Size ?? 0} bytes) was examined and not loaded. What loading it would do:", ""];
        lines.AddRange(findings.Take(20).Select(f => $"- {f.Rule.Title} ({f.Rule.Id}): {Text(f.Message)}"));
        lines.Add("");
        lines.Add($"Loaders that come there: {Loaders(findings)}.");
        string[] conditions = [.. findings.SelectMany(f => f.Loaders).Where(l => l.SafeSetting.Length > 0).Select(l => $"- {l.Loader}{(l.Versions.Length > 0 ? " " + l.Versions : "")}: {l.SafeSetting}").Distinct().Order(StringComparer.Ordinal).Take(12)];
        lines.AddRange(conditions.Length > 0 ? ["With these settings and versions they do not:", .. conditions] : []);
        string[] inside = [.. findings.SelectMany(f => f.Loaders).Select(l => l.Of).Where(o => o.Length > 0).Distinct().Order(StringComparer.Ordinal).Take(5)];
        lines.AddRange(inside.Length > 0 ? [$"They are given {string.Join(", ", inside.Select(o => Text(Inside(report, o))))}, once somebody has unpacked it: the file as it is they do not take."] : []);
        lines.Add("Do not load the file. Whoever has loaded it should treat the machine and the secrets on it as known to others.");
        return string.Join('\n', lines);
    }

    /// <summary>What lies in the file, by the file's name alone.</summary>
    private static string Inside(TargetReport report, string of) => of.StartsWith(report.Path, StringComparison.Ordinal) ? Name(report) + of[report.Path.Length..] : of;

    private static string Loaders(Finding[] findings)
    {
        string[] loaders = [.. findings.SelectMany(f => f.Loaders).Select(l => l.Loader).Distinct().Order(StringComparer.Ordinal).Take(12)];
        return loaders.Length > 0 ? string.Join(", ", loaders) : "none known to Assay";
    }

    private static IEnumerable<string> References(Finding[] findings) =>
        findings.SelectMany(f => f.Rule.References).Where(r => r.StartsWith("https://", StringComparison.Ordinal))
            .Concat(Cwes(findings).Select(c => $"https://cwe.mitre.org/data/definitions/{c[4..]}.html")).Distinct();

    private static IEnumerable<string> Cwes(Finding[] findings) => findings.SelectMany(f => f.Rule.References).Where(r => r.StartsWith("CWE-", StringComparison.Ordinal) && r[4..].All(char.IsAsciiDigit)).Distinct();

    private static string Severity(Finding[] findings) => findings.Max(f => f.Severity).ToString().ToLowerInvariant();

    /// <summary>A text of the file, so that no reader obeys it.</summary>
    private static string Text(string text) => Escape.Visible(Escape.Cut(text, LongestText));

    private static string Name(TargetReport report) => Text(Path.GetFileName(report.Path)) is { Length: > 0 } name ? name : "file";

    private static string Inside(string path)
    {
        int mark = path.IndexOf("!/", StringComparison.Ordinal);
        return mark < 0 ? "" : Text(path[(mark + 2)..]) + ", ";
    }

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
