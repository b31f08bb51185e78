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
    private readonly ScanHead _head;
    private readonly ReportSummary _summary = new();

    /// <summary>Begins a report on <paramref name="output"/>, which stays open.</summary>
    public JsonReport(Stream output, ScanHead head)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(head);
        _output = output;
        _head = head;
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
    public void Add(BundleReport bundle) => _summary.Add(bundle);

    /// <inheritdoc/>
    public void Finish(LeftAside aside = default)
    {
        _summary.Add(aside);
        _json.WriteEndArray();
        Bundles(_json, _summary);
        Standing(_json, _head, _summary);
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

    internal static void Tool(Utf8JsonWriter json, ScanHead head)
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
        if (head.Policy.Name.Length > 0)
        {
            json.WriteStartObject("policy");
            Text(json, "name", head.Policy.Name);
            json.WriteString("digest", head.Policy.Digest);
            json.WriteEndObject();
        }

        json.WriteStartObject("limits");
        foreach (LimitEntry limit in LimitTable.All)
        {
            json.WriteNumber(limit.Name, limit.Get(head.Limits));
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>What the folders are as a whole; absent where single files were examined.</summary>
    internal static void Bundles(Utf8JsonWriter json, ReportSummary summary)
    {
        if (summary.Bundles.Count == 0)
        {
            return;
        }

        json.WriteStartArray("bundles");
        foreach (BundleReport bundle in summary.Bundles)
        {
            json.WriteStartObject();
            Text(json, "path", bundle.Path);
            json.WriteNumber("files", bundle.Files);
            json.WriteString("verdict", Words.Of(bundle.Judgement.Verdict));
            JsonFindings.Findings(json, bundle.Judgement.Findings, bundle.Judgement.Waived);
            json.WriteStartArray("unread");
            foreach (UnreadFact unread in bundle.Judgement.Unread)
            {
                json.WriteStartObject();
                JsonFindings.Body(json, unread);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>How the policy stands: what of it has ended, and what meets nothing.</summary>
    internal static void Standing(Utf8JsonWriter json, ScanHead head, ReportSummary summary)
    {
        if (head.Policy.Name.Length == 0)
        {
            return;
        }

        (IReadOnlyList<Waiver> expired, IReadOnlyList<Waiver> unused) = summary.Standing(head);
        json.WriteStartObject("policy");
        JsonFindings.Waivers(json, "expired", expired);
        JsonFindings.Waivers(json, "unused", unused);
        json.WriteEndObject();
    }

    internal static void Summary(Utf8JsonWriter json, ReportSummary summary)
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
        json.WriteNumber("waivedUnread", summary.WaivedUnread);
        json.WriteNumber("ignored", summary.Ignored);
        json.WriteStartArray("ignoredFiles");
        foreach (string file in summary.IgnoredFiles)
        {
            json.WriteStringValue(Escape.WellFormed(file));
        }

        json.WriteEndArray();
        json.WriteNumber("artifacts", summary.Artifacts);
        json.WriteNumber("bytes", summary.Bytes);
        json.WriteEndObject();
    }

    internal static void Target(Utf8JsonWriter json, TargetReport target)
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
        JsonFindings.Findings(json, target.Findings, target.Waived);
        Coverage(json, target);
        if (target.IsTestLoaded)
        {
            JsonEvents.Write(json, target.Events);
        }

        json.WriteEndObject();
    }

    private static void Coverage(Utf8JsonWriter json, TargetReport target)
    {
        json.WriteStartObject("coverage");
        json.WriteBoolean("complete", target.Unread.Count + target.WaivedUnread.Count == 0);
        json.WriteNumber("parsed", target.Bytes.Parsed);
        json.WriteNumber("data", target.Bytes.Data);
        json.WriteNumber("unknown", target.Bytes.Unknown);
        json.WriteStartArray("unread");
        foreach (UnreadFact unread in target.Unread)
        {
            json.WriteStartObject();
            JsonFindings.Body(json, unread);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("waived");
        foreach (WaivedUnread waived in target.WaivedUnread)
        {
            json.WriteStartObject();
            JsonFindings.Body(json, waived.Unread);
            json.WriteStartObject("waiver");
            JsonFindings.Body(json, waived.Waiver);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Text(Utf8JsonWriter json, string name, string value) => json.WriteString(name, Escape.WellFormed(value));
}
