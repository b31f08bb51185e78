// The report for code-scanning viewers: SARIF 2.1.0.
using System.Globalization;
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
/// of it. Waived findings are suppressed results; what was not read is a notification, and a result as well where it decides the verdict. The results stand first; what SARIF lists beside them waits
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
    private readonly ReportSummary _summary = new();

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
        _summary.Add(result);
        if (result.Report is not { } target)
        {
            return;
        }

        int index = checked((int)_artifacts.Count);
        Results(target.Path, index, target.Judgement);
        foreach (UnreadFact unread in target.Unread)
        {
            if (target.Verdict == Verdict.Incomplete)
            {
                SarifResult.Unread(_json, target, index, unread, IndexOf(SarifRule.OfUnread(unread.Cause)));
            }

            _notifications.Add(json => Notification(json, target.Path, index, unread, null));
        }

        foreach (WaivedUnread waived in target.WaivedUnread)
        {
            _notifications.Add(json => Notification(json, target.Path, index, waived.Unread, waived.Waiver));
        }

        _artifacts.Add(json => SarifResult.Artifact(json, target));
        _json.Flush();
    }

    /// <inheritdoc/>
    public void Add(BundleReport bundle)
    {
        _summary.Add(bundle);
        int index = checked((int)_artifacts.Count);
        Results(null, SarifResult.NoArtifact, bundle.Judgement);
        foreach (UnreadFact unread in bundle.Judgement.Unread)
        {
            _notifications.Add(json => Notification(json, SarifResult.FolderUri(bundle), index, unread, null));
        }

        _artifacts.Add(json => SarifResult.Folder(json, bundle));
        _json.Flush();
    }

    /// <inheritdoc/>
    public void Finish(LeftAside aside = default)
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
        _json.WriteStartArray("toolConfigurationNotifications");
        Standing();
        _json.WriteEndArray();
        _json.WriteEndObject();
        _json.WriteEndArray();
        Tool();
        Policy();
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

    /// <summary>Writes the results of a file; those of a folder are about one of its files each.</summary>
    private void Results(string? target, int index, Judgement judgement)
    {
        foreach (Finding finding in judgement.Findings)
        {
            SarifResult.Write(_json, target ?? FileOf(finding.Path), index, finding, IndexOf(finding.Rule), null);
        }

        foreach (WaivedFinding waived in judgement.Waived)
        {
            SarifResult.Write(_json, target ?? FileOf(waived.Finding.Path), index, waived.Finding, IndexOf(waived.Finding.Rule), waived);
        }
    }

    private static string FileOf(string path) => path.IndexOf("!/", StringComparison.Ordinal) is > 0 and int member ? path[..member] : path;

    /// <summary>What of the policy has ended, and what of it meets nothing.</summary>
    private void Standing()
    {
        (IReadOnlyList<Waiver> expired, IReadOnlyList<Waiver> unused) = _summary.Standing(_head);
        foreach (Waiver waiver in expired)
        {
            Message(string.Create(CultureInfo.InvariantCulture, $"A waiver of the policy ended on {waiver.Expires:yyyy-MM-dd}: {waiver} ({waiver.Reason})"), "warning");
        }

        foreach (Waiver waiver in unused)
        {
            Message($"A waiver of the policy met nothing: {waiver} ({waiver.Reason})", "note");
        }

        void Message(string text, string level)
        {
            _json.WriteStartObject();
            _json.WriteString("level", level);
            _json.WriteStartObject("message");
            _json.WriteString("text", SarifText.Message(text));
            _json.WriteEndObject();
            _json.WriteEndObject();
        }
    }

    /// <summary>The policy that was applied, as a component of its own.</summary>
    private void Policy()
    {
        if (_head.Policy.Name.Length == 0)
        {
            return;
        }

        _json.WriteStartArray("policies");
        _json.WriteStartObject();
        _json.WriteString("name", Escape.WellFormed(_head.Policy.Name));
        _json.WriteStartObject("properties");
        _json.WriteString("digest", _head.Policy.Digest);
        _json.WriteEndObject();
        _json.WriteEndObject();
        _json.WriteEndArray();
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
            SarifRule.Write(_json, SarifRule.OfUnread(cause));
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

    private void Notification(Utf8JsonWriter json, string target, int index, UnreadFact unread, Waiver? waiver)
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
        json.WriteString("level", waiver is not null ? "note" : unread.Cause == UnreadCause.Fault ? "error" : "warning");
        json.WriteStartObject("message");
        string detail = unread.Detail.Length > 0 ? unread.Detail : Words.Meaning(unread.Cause);
        string accepted = waiver is null ? "" : $" The policy accepts that {TextFinding.WhatFor(waiver)}";
        json.WriteString("text", SarifText.Message($"Not read: {unread.Path}, offset {unread.Offset}: {detail}{accepted}"));
        json.WriteEndObject();
        json.WriteStartArray("locations");
        SarifResult.Location(json, target, index, unread.Path, unread.Offset, unread.Length);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
