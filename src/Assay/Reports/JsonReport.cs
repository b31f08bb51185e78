// The report for programs: one JSON document, schema assay.scan/1.
using System.Text.Json;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Detection;
using Assay.Effects.Packs;
using Assay.Policies;
using Assay.Scanning;

namespace Assay.Reports;

/// <summary>
/// Writes a report as one JSON document of schema <c>assay.scan/1</c> (docs/scan.schema.json); the targets come first and what sums them up behind
/// them. It is plain ASCII: everything else is escaped as JSON escapes it, so the text of a hostile file survives a terminal and loses nothing.
/// </summary>
public sealed class JsonReport : IScanReport
{
    /// <summary>The name of the schema.</summary>
    public const string Schema = "assay.scan/1";

    private readonly Stream _output;
    private readonly Utf8JsonWriter _json;
    private readonly ReportSummary _summary = new();

    /// <summary>Begins a report on <paramref name="output"/>, which stays open.</summary>
    public JsonReport(Stream output, ScanHead head)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(head);
        _output = output;
        _json = new Utf8JsonWriter(output, Layout);
        _json.WriteStartObject();
        _json.WriteString("schema", Schema);
        Tool(_json, head);
        _json.WriteStartArray("targets");
    }

    internal static JsonWriterOptions Layout { get; } = new() { Indented = true, NewLine = "\n" };

    /// <inheritdoc/>
    public void Add(ScanResult result)
    {
        _summary.Add(result);
        if (result.Report is { } target)
        {
            Target(_json, target);
            _json.Flush();
        }
    }

    /// <inheritdoc/>
    public void Finish(long leftAside = 0)
    {
        _summary.Ignored += leftAside;
        _json.WriteEndArray();
        Summary(_json, _summary);
        if (_summary.Targets == 0)
        {
            // Nothing was examined, so there is nothing to say about it, least of all that it passed.
            _json.WriteNull("verdict");
        }
        else
        {
            _json.WriteString("verdict", Words.Of(_summary.Verdict));
        }

        _json.WriteEndObject();
        _json.Dispose();
        _output.Write("\n"u8);
        _output.Flush();
    }

    /// <inheritdoc/>
    public void Dispose() => _json.Dispose();

    private static void Tool(Utf8JsonWriter json, ScanHead head)
    {
        json.WriteStartObject("tool");
        json.WriteString("name", "assay");
        json.WriteString("version", head.Version);
        json.WriteStartObject("rules");
        json.WriteString("version", head.RulesVersion);
        json.WriteString("digest", head.RulesDigest);
        json.WriteEndObject();
        json.WriteStartArray("effectPacks");
        foreach (EffectPackIdentity pack in head.EffectPacks)
        {
            json.WriteStartObject();
            json.WriteString("name", Escape.WellFormed(pack.Name));
            json.WriteString("version", Escape.WellFormed(pack.Version));
            json.WriteString("digest", pack.Digest);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartObject("limits");
        foreach (LimitEntry limit in LimitTable.All)
        {
            json.WriteNumber(limit.Name, limit.Get(head.Limits));
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Summary(Utf8JsonWriter json, ReportSummary summary)
    {
        json.WriteStartObject("summary");
        json.WriteNumber("targets", summary.Targets);
        json.WriteStartObject("verdicts");
        foreach (Verdict verdict in (ReadOnlySpan<Verdict>)[Verdict.Malicious, Verdict.Suspicious, Verdict.Incomplete, Verdict.Passed])
        {
            json.WriteNumber(Words.Of(verdict), summary[verdict]);
        }

        json.WriteEndObject();
        json.WriteStartObject("findings");
        foreach (Severity severity in (ReadOnlySpan<Severity>)[Severity.Critical, Severity.High, Severity.Medium, Severity.Low, Severity.Info])
        {
            json.WriteNumber(Words.Of(severity), summary[severity]);
        }

        json.WriteEndObject();
        json.WriteNumber("waived", summary.Waived);
        json.WriteNumber("unread", summary.Unread);
        json.WriteNumber("ignored", summary.Ignored);
        json.WriteNumber("artifacts", summary.Artifacts);
        json.WriteNumber("bytes", summary.Bytes);
        json.WriteEndObject();
    }

    private static void Target(Utf8JsonWriter json, TargetReport target)
    {
        json.WriteStartObject();
        Text(json, "path", target.Path);
        json.WriteString("sha256", target.Sha256);
        if (target.Size is long size)
        {
            json.WriteNumber("size", size);
        }
        else
        {
            json.WriteNull("size");
        }

        json.WriteStartArray("formats");
        foreach (string format in target.Formats)
        {
            json.WriteStringValue(format);
        }

        json.WriteEndArray();
        json.WriteString("verdict", Words.Of(target.Verdict));
        json.WriteStartArray("findings");
        foreach (Finding finding in target.Findings)
        {
            json.WriteStartObject();
            Body(json, finding);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("waived");
        foreach (WaivedFinding waived in target.Waived)
        {
            json.WriteStartObject();
            Body(json, waived.Finding);
            json.WriteStartObject("waiver");
            Text(json, "rule", waived.Waiver.Rule);
            json.WriteStartArray("contents");
            foreach (string content in waived.Waiver.Contents)
            {
                json.WriteStringValue(content);
            }

            json.WriteEndArray();
            json.WriteString("file", waived.Waiver.File);
            json.WriteString("path", waived.Waiver.Path is null ? null : Escape.WellFormed(waived.Waiver.Path));
            Text(json, "reason", waived.Waiver.Reason);
            json.WriteString("expires", waived.Waiver.Expires?.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture));
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        Coverage(json, target);
        JsonEvents.Write(json, target.Events);
        json.WriteEndObject();
    }

    private static void Body(Utf8JsonWriter json, Finding finding)
    {
        json.WriteString("rule", finding.Rule.Id);
        json.WriteString("severity", Words.Of(finding.Severity));
        json.WriteString("confidence", Words.Of(finding.Confidence));
        Text(json, "title", finding.Rule.Title);
        Text(json, "message", finding.Message);
        json.WriteStartObject("where");
        Text(json, "path", finding.Path);
        json.WriteNumber("offset", finding.Offset);
        json.WriteNumber("length", finding.Length);
        json.WriteEndObject();
        json.WriteStartArray("evidence");
        foreach (Evidence evidence in finding.Evidence)
        {
            json.WriteStartObject();
            Text(json, "kind", evidence.Kind);
            Text(json, "text", evidence.Text);
            if (evidence.Offset is long offset)
            {
                json.WriteNumber("offset", offset);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("loaders");
        foreach (LoaderUse use in finding.Loaders)
        {
            json.WriteStartObject();
            Text(json, "loader", use.Loader);
            Text(json, "versions", use.Versions);
            Text(json, "safeSetting", use.SafeSetting);
            if (use.Of.Length > 0)
            {
                Text(json, "of", use.Of);
            }

            if (use.From > 0)
            {
                json.WriteNumber("from", use.From);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        Text(json, "phase", finding.Phase);
        Text(json, "reached", finding.Reached);
        json.WriteStartArray("references");
        foreach (string reference in finding.Rule.References)
        {
            json.WriteStringValue(Escape.WellFormed(reference));
        }

        json.WriteEndArray();
        Text(json, "key", finding.Key);

        // Nothing can be bound to a content that is not known in full.
        json.WriteString("contentKey", finding.IsContentPartial ? null : finding.ContentKey);
    }

    private static void Coverage(Utf8JsonWriter json, TargetReport target)
    {
        json.WriteStartObject("coverage");
        json.WriteBoolean("complete", target.Unread.Count == 0);
        json.WriteNumber("parsed", target.Bytes.Parsed);
        json.WriteNumber("data", target.Bytes.Data);
        json.WriteNumber("unknown", target.Bytes.Unknown);
        json.WriteStartArray("unread");
        foreach (UnreadFact unread in target.Unread)
        {
            json.WriteStartObject();
            Text(json, "path", unread.Path);
            json.WriteNumber("offset", unread.Offset);
            json.WriteString("cause", Words.Of(unread.Cause));
            Text(json, "detail", unread.Detail);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Text(Utf8JsonWriter json, string name, string value) => json.WriteString(name, Escape.WellFormed(value));
}
