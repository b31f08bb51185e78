// The JSON report: its schema, its bytes, and text that loses nothing.
using System.Text;
using System.Text.Json;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Reports;
using Assay.Scanning;
using Assay.Tests.Builders;

namespace Assay.Tests.Reports;

public sealed class JsonReportTests
{
    private static readonly JsonSchema Schema = JsonSchema.FromDocs("scan.schema.json");

    [Fact]
    public void Everything() => GoldenFile.Matches("everything.json", Text(ReportSamples.Everything));

    [Fact]
    public void EverythingConformsToThePublishedSchema() => Assert.Empty(Schema.Errors(Parse(ReportSamples.Everything)));

    [Fact]
    public void AnEmptyReportConformsAndHasNoVerdict()
    {
        JsonElement document = Parse(ReportSamples.Of());
        Assert.Empty(Schema.Errors(document));
        Assert.Equal(JsonValueKind.Null, document.GetProperty("verdict").ValueKind);
    }

    [Fact]
    public void AHostileReportConforms() => Assert.Empty(Schema.Errors(Parse(ReportSamples.Hostile(EscapeTests.Attack))));

    [Fact]
    public void TheSchemaRefusesWhatItMust()
    {
        string text = Text(ReportSamples.Everything);
        Assert.NotEmpty(Schema.Errors(Json(text.Replace("\"malicious\"", "\"fine\"", StringComparison.Ordinal))));
        Assert.NotEmpty(Schema.Errors(Json(text.Replace("\"offset\": 34", "\"offset\": -1", StringComparison.Ordinal))));
        Assert.NotEmpty(Schema.Errors(Json(text.Replace("\"contentKey\"", "\"content\"", StringComparison.Ordinal))));
    }

    [Fact]
    public void EveryCauseIsInTheSchema()
    {
        foreach (UnreadCause cause in Enum.GetValues<UnreadCause>())
        {
            TargetReport target = ReportSamples.Missing with { Unread = [new UnreadFact { Path = "x", Cause = cause }] };
            Assert.Empty(Schema.Errors(Parse(ReportSamples.Of(target))));
        }
    }

    [Fact]
    public void EveryLimitIsNamed()
    {
        JsonElement limits = Parse(ReportSamples.Of()).GetProperty("tool").GetProperty("limits");
        Assert.Equal(LimitTable.All.Count, limits.EnumerateObject().Count());
        Assert.Equal(new ScanLimits().InflatedBytes, limits.GetProperty("inflated-bytes").GetInt64());
    }

    [Fact]
    public void T211_TheDocumentIsPlainAscii()
    {
        string text = Text(ReportSamples.Hostile(EscapeTests.Attack));
        Assert.DoesNotContain(text, c => c is (< ' ' or > '~') and not '\n');
    }

    [Fact]
    public void TextSurvivesExceptHalvesOfPairs()
    {
        JsonElement document = Parse(ReportSamples.Hostile(EscapeTests.Attack));
        string path = document.GetProperty("targets")[0].GetProperty("path").GetString()!;
        Assert.Equal(Escape.WellFormed(EscapeTests.Attack), path);
    }

    [Fact]
    public void T212_TheSameReportGivesTheSameBytes() =>
        Assert.Equal(Text(ReportSamples.Everything), Text(ReportSamples.Everything with { }));

    [Fact]
    public void T209_WaivedFindingsStayInTheReport()
    {
        JsonElement waived = Parse(ReportSamples.Everything).GetProperty("targets")[0].GetProperty("waived")[0];
        Assert.Equal("PKL201", waived.GetProperty("rule").GetString());
        Assert.Equal("reviewed by us", waived.GetProperty("waiver").GetProperty("reason").GetString());
    }

    [Fact]
    public void T220_CoverageAddsUpToTheSize()
    {
        JsonElement target = Parse(ReportSamples.Everything).GetProperty("targets")[0];
        JsonElement coverage = target.GetProperty("coverage");
        long sum = coverage.GetProperty("parsed").GetInt64() + coverage.GetProperty("data").GetInt64() + coverage.GetProperty("unknown").GetInt64();
        Assert.Equal(target.GetProperty("size").GetInt64(), sum);
        Assert.False(coverage.GetProperty("complete").GetBoolean());
    }

    private static JsonElement Parse(ScanReport report) => Json(Text(report));

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;

    private static string Text(ScanReport report)
    {
        using MemoryStream stream = new();
        report.WriteTo(new JsonReport(stream, report.Head));
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
