// The report for programs that read line by line: one JSON object a line.
using System.Text.Json;
using Assay.Policies;
using Assay.Scanning;

namespace Assay.Reports;

/// <summary>
/// Writes a report as lines of JSON: the first says the schema (<c>assay.scan.lines/1</c>) and the tool, one follows for each file (<c>target</c>) as it comes, and the last sums up (<c>end</c>) with what
/// folders are as a whole. The objects are those of <see cref="JsonReport"/> (docs/scan.schema.json), in plain ASCII. A report without its last line is none.
/// </summary>
public sealed class JsonLinesReport : IScanReport
{
    /// <summary>The name of the schema.</summary>
    public const string Schema = "assay.scan.lines/1";

    private readonly Stream _output;
    private readonly ScanHead _head;
    private readonly ReportSummary _summary = new();
    private readonly Utf8JsonWriter _json;

    /// <summary>Begins a report on <paramref name="output"/>, which stays open.</summary>
    public JsonLinesReport(Stream output, ScanHead head)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(head);
        _output = output;
        _head = head;
        _json = new Utf8JsonWriter(output);
        Line(json =>
        {
            json.WriteString("schema", Schema);
            JsonReport.Tool(json, head);
        });
    }

    /// <inheritdoc/>
    public void Add(ScanResult result)
    {
        _summary.Add(result);
        if (result.Report is { } target)
        {
            Line(json =>
            {
                json.WritePropertyName("target");
                JsonReport.Target(json, target);
            });
        }
    }

    /// <inheritdoc/>
    public void Add(BundleReport bundle) => _summary.Add(bundle);

    /// <inheritdoc/>
    public void Finish(LeftAside aside = default)
    {
        _summary.Add(aside);
        Line(json =>
        {
            json.WriteStartObject("end");
            JsonReport.Bundles(json, _summary);
            JsonReport.Standing(json, _head, _summary);
            JsonReport.Summary(json, _summary);
            json.WriteString("verdict", _summary.Targets == 0 ? null : Words.Of(_summary.Verdict));
            json.WriteEndObject();
        });
    }

    /// <inheritdoc/>
    public void Dispose() => _json.Dispose();

    private void Line(Action<Utf8JsonWriter> write)
    {
        _json.WriteStartObject();
        write(_json);
        _json.WriteEndObject();
        _json.Flush();
        _json.Reset();
        _output.Write("\n"u8);
        _output.Flush();
    }
}
