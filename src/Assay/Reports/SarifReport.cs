// The report for code-scanning viewers: SARIF 2.1.0.
using System.Globalization;
using System.Text;
using System.Text.Json;
using Assay.Artifacts;
using Assay.Detection;
using Assay.Policies;
using Assay.Scanning;

namespace Assay.Reports;

/// <summary>
/// Writes a report as SARIF 2.1.0 (OASIS). Files are artifacts with relative, percent-encoded locations; a member of a
/// file is a logical location of it. Waived findings are suppressed results; what was not read is a notification.
/// </summary>
public static class SarifReport
{
    private const string SchemaUri = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

    /// <summary>Writes <paramref name="report"/> to <paramref name="output"/>, which stays open.</summary>
    public static void Write(ScanReport report, Stream output)
    {
        using (Utf8JsonWriter json = new(output, JsonReport.Layout))
        {
            Rule[] rules = [.. report.Targets
                .SelectMany(t => t.Findings.Concat(t.Waived.Select(w => w.Finding)))
                .Select(f => f.Rule)
                .DistinctBy(r => r.Id)
                .OrderBy(r => r.Id, StringComparer.Ordinal)];
            Dictionary<string, int> ruleIndex = [];
            foreach (Rule rule in rules)
            {
                ruleIndex.Add(rule.Id, ruleIndex.Count);
            }

            json.WriteStartObject();
            json.WriteString("$schema", SchemaUri);
            json.WriteString("version", "2.1.0");
            json.WriteStartArray("runs");
            json.WriteStartObject();
            Tool(json, report, rules);
            Invocation(json, report);
            Artifacts(json, report);
            json.WriteStartArray("results");
            for (int index = 0; index < report.Targets.Count; index++)
            {
                TargetReport target = report.Targets[index];
                foreach (Finding finding in target.Findings)
                {
                    Result(json, target, index, finding, ruleIndex[finding.Rule.Id], null);
                }

                foreach (WaivedFinding waived in target.Waived)
                {
                    Result(json, target, index, waived.Finding, ruleIndex[waived.Finding.Rule.Id], waived);
                }

                json.Flush();
            }

            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }

        output.Write("\n"u8);
    }

    private static void Tool(Utf8JsonWriter json, ScanReport report, Rule[] rules)
    {
        json.WriteStartObject("tool");
        json.WriteStartObject("driver");
        json.WriteString("name", "Assay");
        json.WriteString("version", report.Version);
        json.WriteStartArray("rules");
        foreach (Rule rule in rules)
        {
            SarifRule.Write(json, rule);
        }

        json.WriteEndArray();
        json.WriteStartArray("notifications");
        foreach (UnreadCause cause in Causes(report))
        {
            json.WriteStartObject();
            json.WriteString("id", "unread/" + Words.Of(cause));
            json.WriteStartObject("shortDescription");
            json.WriteString("text", Words.Meaning(cause));
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartObject("properties");
        json.WriteString("rulesVersion", report.RulesVersion);
        json.WriteString("rulesDigest", report.RulesDigest);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static UnreadCause[] Causes(ScanReport report) =>
        [.. report.Targets.SelectMany(t => t.Unread).Select(u => u.Cause).Distinct().Order()];

    private static void Invocation(Utf8JsonWriter json, ScanReport report)
    {
        UnreadCause[] causes = Causes(report);
        json.WriteStartArray("invocations");
        json.WriteStartObject();
        json.WriteBoolean("executionSuccessful", !causes.Contains(UnreadCause.Cancelled) && !causes.Contains(UnreadCause.Fault));
        json.WriteStartArray("toolExecutionNotifications");
        for (int index = 0; index < report.Targets.Count; index++)
        {
            TargetReport target = report.Targets[index];
            foreach (UnreadFact unread in target.Unread)
            {
                json.WriteStartObject();
                json.WriteStartObject("descriptor");
                json.WriteString("id", "unread/" + Words.Of(unread.Cause));
                json.WriteNumber("index", Array.IndexOf(causes, unread.Cause));
                json.WriteEndObject();
                json.WriteString("level", unread.Cause == UnreadCause.Fault ? "error" : "warning");
                json.WriteStartObject("message");
                string detail = unread.Detail.Length > 0 ? unread.Detail : Words.Meaning(unread.Cause);
                json.WriteString("text", SarifText.Message($"Not read: {unread.Path}, offset {unread.Offset}: {detail}"));
                json.WriteEndObject();
                json.WriteStartArray("locations");
                Location(json, target, index, unread.Path, unread.Offset, unread.Length);
                json.WriteEndArray();
                json.WriteEndObject();
            }
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void Artifacts(Utf8JsonWriter json, ScanReport report)
    {
        json.WriteStartArray("artifacts");
        foreach (TargetReport target in report.Targets)
        {
            json.WriteStartObject();
            json.WriteStartObject("location");
            json.WriteString("uri", SarifText.Uri(target.Path));
            json.WriteEndObject();
            json.WriteStartArray("roles");
            json.WriteStringValue("analysisTarget");
            json.WriteEndArray();
            if (target.Size is long size)
            {
                json.WriteNumber("length", size);
            }

            if (target.Sha256 is string digest)
            {
                json.WriteStartObject("hashes");
                json.WriteString("sha-256", digest);
                json.WriteEndObject();
            }

            json.WriteStartObject("properties");
            json.WriteString("verdict", Words.Of(target.Verdict));
            json.WriteStartArray("formats");
            foreach (string format in target.Formats)
            {
                json.WriteStringValue(format);
            }

            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Result(Utf8JsonWriter json, TargetReport target, int index, Finding finding, int rule, WaivedFinding? waived)
    {
        json.WriteStartObject();
        json.WriteString("ruleId", finding.Rule.Id);
        json.WriteNumber("ruleIndex", rule);
        json.WriteString("level", SarifRule.Level(finding.Severity));
        json.WriteStartObject("message");
        json.WriteString("text", SarifText.Message(Sentence(finding)));
        json.WriteEndObject();
        json.WriteStartArray("locations");
        Location(json, target, index, finding.Path, finding.Offset, finding.Length);
        json.WriteEndArray();
        json.WriteStartObject("partialFingerprints");
        json.WriteString("assayFinding/v1", Escape.WellFormed(finding.Fingerprint));
        // The only key that GitHub reads; without it, an alert follows a hash of "line 1" of a binary file.
        json.WriteString("primaryLocationLineHash", Escape.WellFormed(finding.Fingerprint) + ":1");
        json.WriteEndObject();
        if (waived is not null)
        {
            json.WriteStartArray("suppressions");
            json.WriteStartObject();
            json.WriteString("kind", "external");
            json.WriteString("status", "accepted");
            json.WriteString("justification", Escape.Visible(waived.Waiver.Reason));
            json.WriteEndObject();
            json.WriteEndArray();
        }

        json.WriteStartObject("properties");
        json.WriteString("severity", Words.Of(finding.Severity));
        json.WriteString("confidence", Words.Of(finding.Confidence));
        json.WriteString("phase", Escape.Visible(finding.Phase));
        json.WriteString("reached", Escape.Visible(finding.Reached));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static string Sentence(Finding finding)
    {
        StringBuilder text = new(finding.Message);
        text.Append(CultureInfo.InvariantCulture, $" At {finding.Path}, offset {finding.Offset}.");
        foreach (Evidence evidence in finding.Evidence.Take(8))
        {
            text.Append(CultureInfo.InvariantCulture, $" {evidence.Kind}: {Escape.Cut(evidence.Text, 400)}.");
        }

        return text.ToString();
    }

    private static void Location(Utf8JsonWriter json, TargetReport target, int index, string path, long offset, long length)
    {
        json.WriteStartObject();
        json.WriteStartObject("physicalLocation");
        json.WriteStartObject("artifactLocation");
        json.WriteString("uri", SarifText.Uri(target.Path));
        json.WriteNumber("index", index);
        json.WriteEndObject();
        json.WriteStartObject("region");
        // Viewers that know lines only show nothing for a result that has none, and a binary file has no other line.
        json.WriteNumber("startLine", 1);
        bool member = path != target.Path;
        if (!member)
        {
            json.WriteNumber("byteOffset", offset);
            json.WriteNumber("byteLength", length);
        }

        json.WriteEndObject();
        json.WriteEndObject();
        if (member)
        {
            // The offset counts inflated bytes of the member, which no region of the file could name.
            json.WriteStartArray("logicalLocations");
            json.WriteStartObject();
            json.WriteString("fullyQualifiedName", Escape.Visible(path));
            json.WriteString("kind", "member");
            json.WriteStartObject("properties");
            json.WriteNumber("byteOffset", offset);
            json.WriteNumber("byteLength", length);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }
}
