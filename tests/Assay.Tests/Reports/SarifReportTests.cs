// The SARIF report: what viewers need, and what a hostile file must not get.
using System.Text;
using System.Text.Json;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Reports;
using Assay.Scanning;
using Assay.Tests.Builders;

namespace Assay.Tests.Reports;

public sealed class SarifReportTests
{
    [Fact]
    public void Everything() => GoldenFile.Matches("everything.sarif", Text(ReportSamples.Everything));

    [Fact]
    public void EveryResultNamesItsRuleByIdAndIndex()
    {
        JsonElement run = Run(ReportSamples.Everything);
        JsonElement rules = run.GetProperty("tool").GetProperty("driver").GetProperty("rules");
        foreach (JsonElement result in run.GetProperty("results").EnumerateArray())
        {
            JsonElement rule = rules[result.GetProperty("ruleIndex").GetInt32()];
            Assert.Equal(result.GetProperty("ruleId").GetString(), rule.GetProperty("id").GetString());
            Assert.NotEqual("", rule.GetProperty("help").GetProperty("markdown").GetString());
        }
    }

    [Fact]
    public void EveryResultHasALocationALineAndAFingerprint()
    {
        JsonElement run = Run(ReportSamples.Everything);
        foreach (JsonElement result in run.GetProperty("results").EnumerateArray())
        {
            JsonElement place = result.GetProperty("locations")[0].GetProperty("physicalLocation");
            string[] files = [.. run.GetProperty("artifacts").EnumerateArray().Select(a => a.GetProperty("location").GetProperty("uri").GetString()!)];
            string uri = place.GetProperty("artifactLocation").GetProperty("uri").GetString()!;
            int index = place.GetProperty("artifactLocation").TryGetProperty("index", out JsonElement told) ? told.GetInt32() : Array.IndexOf(files, uri);
            Assert.Equal(uri, files[index]);
            Assert.Equal(1, place.GetProperty("region").GetProperty("startLine").GetInt32());
            Assert.NotEqual("", result.GetProperty("partialFingerprints").GetProperty("assayContent/v1").GetString());
        }
    }

    [Fact]
    public void AFindingInTheFileItselfHasAByteRegion()
    {
        JsonElement run = Run(ReportSamples.Of(ReportSamples.Passed));
        JsonElement region = run.GetProperty("results")[0].GetProperty("locations")[0].GetProperty("physicalLocation").GetProperty("region");
        Assert.Equal(10, region.GetProperty("byteOffset").GetInt64());
        Assert.Equal(70, region.GetProperty("byteLength").GetInt64());
    }

    [Fact]
    public void AFindingInAMemberHasNoByteRegionOfTheFile()
    {
        JsonElement place = Run(ReportSamples.Everything).GetProperty("results")[0].GetProperty("locations")[0];
        Assert.False(place.GetProperty("physicalLocation").GetProperty("region").TryGetProperty("byteOffset", out _));
        JsonElement member = place.GetProperty("logicalLocations")[0];
        Assert.Equal("models/classifier.pt!/archive/data.pkl", member.GetProperty("fullyQualifiedName").GetString());
        Assert.Equal(34, member.GetProperty("properties").GetProperty("byteOffset").GetInt64());
    }

    [Fact]
    public void T209_AWaivedFindingIsASuppressedResult()
    {
        JsonElement[] suppressed = [.. Run(ReportSamples.Everything).GetProperty("results").EnumerateArray().Where(r => r.TryGetProperty("suppressions", out _))];
        JsonElement suppression = Assert.Single(suppressed).GetProperty("suppressions")[0];
        Assert.Equal("external", suppression.GetProperty("kind").GetString());
        Assert.Equal("reviewed by us", suppression.GetProperty("justification").GetString());
    }

    [Fact]
    public void EveryUnreadIsANotification()
    {
        JsonElement run = Run(ReportSamples.Everything);
        JsonElement invocation = run.GetProperty("invocations")[0];
        JsonElement notifications = invocation.GetProperty("toolExecutionNotifications");
        Assert.Equal(["warning", "warning", "warning", "note"], notifications.EnumerateArray().Select(n => n.GetProperty("level").GetString()));
        Assert.True(invocation.GetProperty("executionSuccessful").GetBoolean());
        JsonElement kinds = run.GetProperty("tool").GetProperty("driver").GetProperty("notifications");
        foreach (JsonElement notification in notifications.EnumerateArray())
        {
            JsonElement descriptor = notification.GetProperty("descriptor");
            Assert.Equal(descriptor.GetProperty("id").GetString(), kinds[descriptor.GetProperty("index").GetInt32()].GetProperty("id").GetString());
        }
    }

    [Fact]
    public void WhatWasNotReadIsAResultWhereItDecides()
    {
        JsonElement[] Unread(TargetReport target) => [.. Run(ReportSamples.Of(target)).GetProperty("results").EnumerateArray().Where(r => r.GetProperty("ruleId").GetString()!.StartsWith("unread/", StringComparison.Ordinal))];
        JsonElement result = Assert.Single(Unread(ReportSamples.Incomplete));
        Assert.Equal(("unread/not-supported", "warning"), (result.GetProperty("ruleId").GetString(), result.GetProperty("level").GetString()));
        Assert.Empty(Unread(ReportSamples.Malicious));

        string Print(TargetReport target) => Unread(target)[0].GetProperty("partialFingerprints").GetProperty("primaryLocationLineHash").GetString()!;
        TargetReport known = ReportSamples.Incomplete with { Sha256 = ReportSamples.Malicious.Sha256 };
        Assert.Equal(Print(known), Print(known with { Path = "elsewhere.h5", Unread = [known.Unread[0] with { Path = "elsewhere.h5" }] }));
        Assert.NotEqual(Print(known), Print(known with { Sha256 = ReportSamples.Passed.Sha256 }));
    }

    [Theory]
    [InlineData(UnreadCause.Cancelled)]
    [InlineData(UnreadCause.Fault)]
    public void ARunThatDidNotEndWellIsNotSuccessful(UnreadCause cause)
    {
        TargetReport target = ReportSamples.Missing with { Unread = [new UnreadFact { Path = "x", Cause = cause }] };
        Assert.False(Run(ReportSamples.Of(target)).GetProperty("invocations")[0].GetProperty("executionSuccessful").GetBoolean());
    }

    [Theory]
    [InlineData("models/a.pt", "models/a.pt")]
    [InlineData("./a.pt", "a.pt")]
    [InlineData("a b#c?d%.pt", "a%20b%23c%3Fd%25.pt")]
    [InlineData("c:d/e", "c%3Ad/e")]
    [InlineData("é\u202e", "%C3%A9%E2%80%AE")]
    [InlineData("\n\e", "%0A%1B")]
    [InlineData("/abs/x.pt", "file:///abs/x.pt")]
    [InlineData("-", "-")]
    public void PathsBecomeUriReferences(string path, string uri)
    {
        Assert.Equal(uri, SarifText.Uri(path));
        Assert.True(Uri.TryCreate(uri, UriKind.RelativeOrAbsolute, out _));
    }

    [Fact]
    public void AHalfOfAPairInAPathIsMadeVisible() => Assert.Equal("a%5Cu%7Bd800%7D", SarifText.Uri("a\ud800"));

    [Fact]
    public void T211_TextOfAFileBecomesNeitherLinkNorPlaceholder() =>
        Assert.Equal("\\[click\\](https://x) {{0}} <b>", SarifText.Message("[click](https://x) {0} <b>"));

    [Fact]
    public void T211_NothingUnsafeIsInAnyTextThatViewersShow()
    {
        JsonElement run = Run(ReportSamples.Hostile(EscapeTests.Attack));
        foreach (string text in Strings(run))
        {
            EscapeTests.AssertHarmless(text.Replace("\n", "", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void T211_ARulePackCannotPutHtmlOrLinksIntoHelp()
    {
        TargetReport target = ReportSamples.Of(ReportSamples.Passed).Targets[0];
        target = target with { Findings = [ReportSamples.Hit(ReportSamples.Note with { Why = "<img src=x> [a](javascript:b) {0}" }, "x", "m")] };
        string markdown = Run(ReportSamples.Of(target)).GetProperty("tool").GetProperty("driver").GetProperty("rules")[0].GetProperty("help").GetProperty("markdown").GetString()!;
        Assert.DoesNotContain("<img", markdown, StringComparison.Ordinal);
        Assert.DoesNotContain(" [a]", markdown, StringComparison.Ordinal);
    }

    [Fact]
    public void T212_TheSameReportGivesTheSameBytes() =>
        Assert.Equal(Text(ReportSamples.Everything), Text(ReportSamples.Everything with { }));

    private static IEnumerable<string> Strings(JsonElement root)
    {
        Stack<JsonElement> pending = new([root]);
        while (pending.TryPop(out JsonElement element))
        {
            switch (element.ValueKind)
            {
                case JsonValueKind.String:
                    // Fingerprints are keys, shown to nobody.
                    yield return element.GetString()!;
                    break;
                case JsonValueKind.Array:
                    foreach (JsonElement item in element.EnumerateArray())
                    {
                        pending.Push(item);
                    }

                    break;
                case JsonValueKind.Object:
                    foreach (JsonProperty property in element.EnumerateObject().Where(p => p.Name != "partialFingerprints"))
                    {
                        pending.Push(property.Value);
                    }

                    break;
            }
        }
    }

    private static JsonElement Run(ScanReport report) => JsonDocument.Parse(Text(report)).RootElement.GetProperty("runs")[0];

    private static string Text(ScanReport report)
    {
        using MemoryStream stream = new();
        report.WriteTo(new SarifReport(stream, report.Head, new MemoryScratch()));
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
