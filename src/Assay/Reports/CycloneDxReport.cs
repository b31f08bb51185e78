// The bill of materials: CycloneDX 1.6 for machine-learning models.
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Detection;
using Assay.Policies;
using Assay.Scanning;

namespace Assay.Reports;

/// <summary>
/// Writes a report as a CycloneDX 1.6 bill of materials (ECMA-424): each file is a component with its digest, formats, verdict, and the licences and data sets that its own
/// metadata names; findings are vulnerabilities that affect it, and what a policy waived is analysed. It has no time and no random serial number, so that the same scan gives the same bytes.
/// </summary>
public sealed partial class CycloneDxReport : IScanReport
{
    private const int MostNames = 100;
    private const int LongestName = 256;
    private readonly Stream _output;
    private readonly Utf8JsonWriter _json;
    private readonly JsonSpool _vulnerabilities;
    private readonly ReportSummary _summary = new();
    private readonly ScanHead _head;
    private long _components;
    private long _findings;

    /// <summary>Begins a report on <paramref name="output"/>, which stays open.</summary>
    public CycloneDxReport(Stream output, ScanHead head, Scratch scratch)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(head);
        ArgumentNullException.ThrowIfNull(scratch);
        (_output, _head) = (output, head);
        _vulnerabilities = new JsonSpool(scratch);
        _json = new Utf8JsonWriter(output, JsonReport.Layout);
        _json.WriteStartObject();
        _json.WriteString("$schema", "http://cyclonedx.org/schema/bom-1.6.schema.json");
        _json.WriteString("bomFormat", "CycloneDX");
        _json.WriteString("specVersion", "1.6");
        _json.WriteNumber("version", 1);
        _json.WriteStartObject("metadata");
        _json.WriteStartObject("tools");
        _json.WriteStartArray("components");
        _json.WriteStartObject();
        _json.WriteString("type", "application");
        _json.WriteString("name", "Assay");
        _json.WriteString("version", _head.Version);
        _json.WriteEndObject();
        _json.WriteEndArray();
        _json.WriteEndObject();
        Properties(_json, [("assay:rules", _head.RulesVersion), ("assay:rulesDigest", _head.RulesDigest), ("assay:policy", _head.Policy.Name), ("assay:policyDigest", _head.Policy.Digest)]);
        _json.WriteEndObject();
        _json.WriteStartArray("components");
    }

    /// <inheritdoc/>
    public void Add(ScanResult result)
    {
        _summary.Add(result);
        if (result.Report is not { } target)
        {
            return;
        }

        string reference = string.Create(CultureInfo.InvariantCulture, $"file-{++_components}");
        _json.WriteStartObject();
        _json.WriteString("type", target.Formats.Count > 0 ? "machine-learning-model" : "file");
        _json.WriteString("bom-ref", reference);
        _json.WriteString("name", Name(target.Path));
        if (target.Sha256 is { } digest)
        {
            _json.WriteStartArray("hashes");
            _json.WriteStartObject();
            _json.WriteString("alg", "SHA-256");
            _json.WriteString("content", digest);
            _json.WriteEndObject();
            _json.WriteEndArray();
        }

        Metadata(target.Facts);
        List<(string, string)> properties = [("assay:verdict", Words.Of(target.Verdict)), ("assay:size", target.Size?.ToString(CultureInfo.InvariantCulture) ?? "")];
        properties.AddRange(target.Formats.Select(f => ("assay:format", f)));
        properties.AddRange(target.Unread.Take(MostNames).Select(u => ("assay:notRead", $"{Words.Of(u.Cause)}: {u.Path}, offset {u.Offset.ToString(CultureInfo.InvariantCulture)}: {u.Detail}")));
        Properties(_json, properties);
        _json.WriteEndObject();
        Vulnerabilities(reference, target.Judgement);
        _json.Flush();
    }

    /// <inheritdoc/>
    public void Add(BundleReport bundle)
    {
        _summary.Add(bundle);
        string reference = string.Create(CultureInfo.InvariantCulture, $"folder-{++_components}");
        _json.WriteStartObject();
        _json.WriteString("type", "data");
        _json.WriteString("bom-ref", reference);
        _json.WriteString("name", Name(bundle.Path));
        Properties(_json, [("assay:verdict", Words.Of(bundle.Judgement.Verdict)), ("assay:files", bundle.Files.ToString(CultureInfo.InvariantCulture))]);
        _json.WriteEndObject();
        Vulnerabilities(reference, bundle.Judgement);
        _json.Flush();
    }

    /// <inheritdoc/>
    public void Finish(LeftAside aside = default)
    {
        _summary.Add(aside);
        _json.WriteEndArray();
        _json.WriteStartArray("vulnerabilities");
        _vulnerabilities.CopyTo(_json);
        _json.WriteEndArray();
        Properties(_json, [("assay:verdict", Words.Of(_summary.Verdict)), ("assay:ignored", _summary.Ignored.ToString(CultureInfo.InvariantCulture))]);
        _json.WriteEndObject();
        _json.Dispose();
        _output.Write("\n"u8);
        _output.Flush();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _vulnerabilities.Dispose();
        _json.Dispose();
    }

    /// <summary>The licences and data sets that the file's own metadata names.</summary>
    private void Metadata(IReadOnlyList<Fact> facts)
    {
        List<string> licences = [];
        List<string> sets = [];
        foreach (EntryFact entry in facts.OfType<EntryFact>())
        {
            if (entry is not { Kind: EntryKind.Text, Value.Length: > 0 and <= LongestName } || entry.Value.Contains('\n', StringComparison.Ordinal))
            {
                continue;
            }

            List<string>? names = Licence().IsMatch(entry.Key) ? licences : DataSet().IsMatch(entry.Key) ? sets : null;
            string name = Name(entry.Value);
            if (names is not null && names.Count < MostNames && !names.Contains(name))
            {
                names.Add(name);
            }
        }

        if (licences.Count > 0)
        {
            _json.WriteStartArray("licenses");
            foreach (string licence in licences)
            {
                _json.WriteStartObject();
                _json.WriteStartObject("license");
                _json.WriteString("name", licence);
                _json.WriteEndObject();
                _json.WriteEndObject();
            }

            _json.WriteEndArray();
        }

        if (sets.Count > 0)
        {
            _json.WriteStartObject("modelCard");
            _json.WriteStartObject("modelParameters");
            _json.WriteStartArray("datasets");
            foreach (string set in sets)
            {
                _json.WriteStartObject();
                _json.WriteString("type", "dataset");
                _json.WriteString("name", set);
                _json.WriteEndObject();
            }

            _json.WriteEndArray();
            _json.WriteEndObject();
            _json.WriteEndObject();
        }
    }

    private void Vulnerabilities(string reference, Judgement judgement)
    {
        foreach (Finding finding in judgement.Findings)
        {
            _vulnerabilities.Add(json => Vulnerability(json, reference, finding, null));
        }

        foreach (WaivedFinding waived in judgement.Waived)
        {
            _vulnerabilities.Add(json => Vulnerability(json, reference, waived.Finding, waived.Waiver));
        }
    }

    private void Vulnerability(Utf8JsonWriter json, string reference, Finding finding, Waiver? waiver)
    {
        Rule rule = finding.Rule;
        json.WriteStartObject();
        json.WriteString("bom-ref", string.Create(CultureInfo.InvariantCulture, $"finding-{++_findings}"));
        json.WriteString("id", rule.Id);
        json.WriteStartObject("source");
        json.WriteString("name", "Assay");
        json.WriteEndObject();
        string[] known = [.. rule.References.Where(r => r.StartsWith("CVE-", StringComparison.Ordinal) || r.StartsWith("GHSA-", StringComparison.Ordinal)).Distinct()];
        if (known.Length > 0)
        {
            json.WriteStartArray("references");
            foreach (string id in known)
            {
                json.WriteStartObject();
                json.WriteString("id", id);
                json.WriteStartObject("source");
                json.WriteString("name", id.StartsWith("CVE-", StringComparison.Ordinal) ? "NVD" : "GitHub Advisories");
                json.WriteEndObject();
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteStartArray("ratings");
        json.WriteStartObject();
        json.WriteString("severity", Words.Of(finding.Severity));
        json.WriteString("method", "other");
        json.WriteEndObject();
        json.WriteEndArray();
        int[] weaknesses = [.. rule.References.Where(r => r.StartsWith("CWE-", StringComparison.Ordinal)).Select(r => int.TryParse(r.AsSpan(4), NumberStyles.None, CultureInfo.InvariantCulture, out int n) ? n : 0).Where(n => n > 0).Distinct()];
        if (weaknesses.Length > 0)
        {
            json.WriteStartArray("cwes");
            foreach (int weakness in weaknesses)
            {
                json.WriteNumberValue(weakness);
            }

            json.WriteEndArray();
        }

        json.WriteString("description", Text($"{rule.Title}. {finding.Message}"));
        json.WriteString("detail", Text(rule.Why));
        json.WriteString("recommendation", Text(rule.Fix));
        string[] addresses = [.. rule.References.Where(r => r.StartsWith("https://", StringComparison.Ordinal)).Distinct()];
        if (addresses.Length > 0)
        {
            json.WriteStartArray("advisories");
            foreach (string address in addresses)
            {
                json.WriteStartObject();
                json.WriteString("url", address);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        if (waiver is not null)
        {
            json.WriteStartObject("analysis");
            json.WriteString("state", "in_triage");
            json.WriteString("detail", Text($"Waived {TextFinding.WhatFor(waiver)}"));
            json.WriteEndObject();
        }

        json.WriteStartArray("affects");
        json.WriteStartObject();
        json.WriteString("ref", reference);
        json.WriteEndObject();
        json.WriteEndArray();
        List<(string, string)> properties =
        [
            ("assay:confidence", Words.Of(finding.Confidence)), ("assay:path", finding.Path), ("assay:offset", finding.Offset.ToString(CultureInfo.InvariantCulture)), ("assay:reached", finding.Reached),
            ("assay:phase", finding.Phase), ("assay:key", finding.Key), ("assay:waived", waiver is null ? "" : "true"),
        ];
        properties.AddRange(finding.Evidence.Take(MostNames).Select(e => ("assay:evidence", $"{e.Kind}: {e.Text}")));
        properties.AddRange(finding.Loaders.Select(l => ("assay:loader", l.Loader)));
        Properties(json, properties);
        json.WriteEndObject();
    }

    private static void Properties(Utf8JsonWriter json, IReadOnlyList<(string Name, string Value)> properties)
    {
        json.WriteStartArray("properties");
        foreach ((string name, string value) in properties.Where(p => p.Value.Length > 0))
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WriteString("value", Text(value));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static string Name(string text) => Text(text) is { Length: > 0 } name ? name : "-";

    private static string Text(string text) => Escape.WellFormed(text);

    [GeneratedRegex(@"(?i)(?:^|[.\\\]_])licen[cs]es?(?:\\?[._](?:name|id))?(?:\[\d+\])?$", RegexOptions.NonBacktracking)]
    private static partial Regex Licence();

    [GeneratedRegex(@"(?i)(?:^|[.\\\]_])datasets?(?:\\?\.\d+)?(?:\\?[._](?:name|id))?(?:\[\d+\])?$", RegexOptions.NonBacktracking)]
    private static partial Regex DataSet();
}
