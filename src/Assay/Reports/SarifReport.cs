// The report for code-scanning viewers: SARIF 2.1.0.
using System.Globalization;
using System.Text;
using System.Text.Json;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Detection;
using Assay.Effects.Packs;
using Assay.Policies;
using Assay.Scanning;

namespace Assay.Reports;

/// <summary>
/// Writes a report as SARIF 2.1.0 (OASIS). Files are artifacts with relative, percent-encoded locations; a member of a file is a logical location
/// of it. Waived findings are suppressed results; what was not read is a notification. The results stand first; what SARIF lists beside them waits
/// in scratch space.
/// </summary>
public sealed class SarifReport : IScanReport
{
    private const string SchemaUri = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
    private readonly Stream _output;
    private readonly ScanHead _head;
    private readonly Utf8JsonWriter _json;
    private readonly JsonSpool _artifacts;
    private readonly JsonSpool _notifications;
    private readonly List<Rule> _rules = [];
    private readonly Dictionary<string, int> _ruleIndex = new(StringComparer.Ordinal);
    private readonly List<UnreadCause> _causes = [];

    /// <summary>Begins a report on <paramref name="output"/>, which stays open.</summary>
    public SarifReport(Stream output, ScanHead head, Scratch scratch)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(head);
        ArgumentNullException.ThrowIfNull(scratch);
        _output = output;
        _head = head;
        _json = new Utf8JsonWriter(output, JsonReport.Layout);
        _artifacts = new JsonSpool(scratch);
        _notifications = new JsonSpool(scratch);
        _json.WriteStartObject();
        _json.WriteString("$schema", SchemaUri);
        _json.WriteString("version", "2.1.0");
        _json.WriteStartObject("properties");
        _json.WriteString("writtenBy", $"Assay {head.Version}");
        _json.WriteEndObject();
        _json.WriteStartArray("runs");
        _json.WriteStartObject();
        _json.WriteStartArray("results");
    }

    /// <inheritdoc/>
    public void Add(ScanResult result)
    {
        if (result.Report is not { } target)
        {
            return;
        }

        int index = checked((int)_artifacts.Count);
        foreach (Finding finding in target.Findings)
        {
            Result(_json, target, index, finding, IndexOf(finding.Rule), null);
        }

        foreach (WaivedFinding waived in target.Waived)
        {
            Result(_json, target, index, waived.Finding, IndexOf(waived.Finding.Rule), waived);
        }

        foreach (UnreadFact unread in target.Unread)
        {
            _notifications.Add(json => Notification(json, target, index, unread));
        }

        _artifacts.Add(json => Artifact(json, target));
        _json.Flush();
    }

    /// <inheritdoc/>
    public void Finish(long leftAside = 0)
    {
        _json.WriteEndArray();
        _json.WriteStartArray("artifacts");
        _artifacts.CopyTo(_json);
        _json.WriteEndArray();
        _json.WriteStartArray("invocations");
        _json.WriteStartObject();
        _json.WriteBoolean("executionSuccessful", !_causes.Contains(UnreadCause.Cancelled) && !_causes.Contains(UnreadCause.Fault));
        _json.WriteStartArray("toolExecutionNotifications");
        _notifications.CopyTo(_json);
        _json.WriteEndArray();
        _json.WriteEndObject();
        _json.WriteEndArray();
        Tool();
        _json.WriteEndObject();
        _json.WriteEndArray();
        _json.WriteEndObject();
        _json.Dispose();
        _output.Write("\n"u8);
        _output.Flush();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _artifacts.Dispose();
        _notifications.Dispose();
        _json.Dispose();
    }

    private int IndexOf(Rule rule)
    {
        if (!_ruleIndex.TryGetValue(rule.Id, out int index))
        {
            index = _rules.Count;
            _ruleIndex.Add(rule.Id, index);
            _rules.Add(rule);
        }

        return index;
    }

    private void Tool()
    {
        _json.WriteStartObject("tool");
        _json.WriteStartObject("driver");
        _json.WriteString("name", "Assay");
        _json.WriteString("version", _head.Version);
        _json.WriteStartArray("rules");
        foreach (Rule rule in _rules)
        {
            SarifRule.Write(_json, rule);
        }

        _json.WriteEndArray();
        _json.WriteStartArray("notifications");
        foreach (UnreadCause cause in _causes)
        {
            _json.WriteStartObject();
            _json.WriteString("id", "unread/" + Words.Of(cause));
            _json.WriteStartObject("shortDescription");
            _json.WriteString("text", Words.Meaning(cause));
            _json.WriteEndObject();
            _json.WriteEndObject();
        }

        _json.WriteEndArray();
        _json.WriteStartObject("properties");
        _json.WriteString("rulesVersion", _head.RulesVersion);
        _json.WriteString("rulesDigest", _head.RulesDigest);
        _json.WriteStartArray("effectPacks");
        foreach (EffectPackIdentity pack in _head.EffectPacks)
        {
            _json.WriteStringValue(Escape.WellFormed($"{pack.Name} {pack.Version} {pack.Digest}"));
        }

        _json.WriteEndArray();
        _json.WriteEndObject();
        _json.WriteEndObject();
        _json.WriteEndObject();
    }

    private void Notification(Utf8JsonWriter json, TargetReport target, int index, UnreadFact unread)
    {
        int cause = _causes.IndexOf(unread.Cause);
        if (cause < 0)
        {
            cause = _causes.Count;
            _causes.Add(unread.Cause);
        }

        json.WriteStartObject();
        json.WriteStartObject("descriptor");
        json.WriteString("id", "unread/" + Words.Of(unread.Cause));
        json.WriteNumber("index", cause);
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

    private static void Artifact(Utf8JsonWriter json, TargetReport target)
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
        // The content key: an alert that somebody dismissed must not swallow another command at the same place.
        json.WriteString("assayContent/v1", Escape.WellFormed(finding.ContentKey));
        // The only key that GitHub reads; without it, an alert follows a hash of "line 1" of a binary file.
        json.WriteString("primaryLocationLineHash", Escape.WellFormed(finding.ContentKey) + ":1");
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
        json.WriteString("key", Escape.Visible(finding.Key));
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
