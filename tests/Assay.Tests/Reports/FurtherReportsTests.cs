// HTML, Markdown, JUnit and CycloneDX: what they say, that the same report gives the same bytes, and what a hostile file must not get.
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Assay.Artifacts;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;

namespace Assay.Tests.Reports;

public sealed class FurtherReportsTests
{
    private const string Markup = "<script>x</script><img src=x onerror=y> [a](javascript:b) @somebody #1 ``` | https://attacker.example *b* \"'&lt;";

    [Theory]
    [InlineData("html", "everything.html")]
    [InlineData("markdown", "everything.md")]
    [InlineData("junit", "everything.junit.xml")]
    [InlineData("cyclonedx", "everything.cdx.json")]
    public void Everything(string format, string golden) => GoldenFile.Matches(golden, FurtherReports.Text(format, ReportSamples.Everything));

    [Theory]
    [InlineData("html")]
    [InlineData("markdown")]
    [InlineData("junit")]
    [InlineData("cyclonedx")]
    public void T212_TheSameReportGivesTheSameBytes(string format) =>
        Assert.Equal(FurtherReports.Text(format, ReportSamples.Everything), FurtherReports.Text(format, ReportSamples.Everything with { }));

    [Theory]
    [InlineData("html")]
    [InlineData("markdown")]
    [InlineData("junit")]
    public void T211_NothingInvisibleReachesAReader(string format)
    {
        foreach (string line in FurtherReports.Text(format, ReportSamples.Hostile(EscapeTests.Attack)).Split('\n'))
        {
            EscapeTests.AssertHarmless(line);
        }
    }

    [Fact]
    public void T211_HtmlHoldsNoMarkupOfAFile()
    {
        string html = FurtherReports.Text("html", ReportSamples.Hostile(Markup));
        Assert.DoesNotContain("<img", html, StringComparison.Ordinal);
        Assert.Single(Regex.Matches(html, "<script>", RegexOptions.None, TimeSpan.FromSeconds(5)));
        Assert.Contains("&lt;script&gt;", html, StringComparison.Ordinal);
    }

    [Fact]
    public void T211_MarkdownHoldsNoMarkupOfAFileOutsideOfCode()
    {
        foreach (string line in FurtherReports.Text("markdown", ReportSamples.Hostile(Markup)).Split('\n'))
        {
            // What stands between fences of a length is code, whatever it is.
            string text = Regex.Replace(line, "(?<!`)(`+)(?!`).*?(?<!`)\\1(?!`)", "", RegexOptions.None, TimeSpan.FromSeconds(5));
            Assert.DoesNotContain("<img", text, StringComparison.Ordinal);
            Assert.DoesNotContain(" [a]", text, StringComparison.Ordinal);
            Assert.DoesNotContain("@somebody", text, StringComparison.Ordinal);
            Assert.DoesNotContain("://", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void HtmlNeedsNothingElseAndLetsNothingElseRun()
    {
        string html = FurtherReports.Text("html", ReportSamples.Everything);
        Assert.DoesNotMatch("(?i)<link|<img|<iframe|src=|url\\(|@import|\\son[a-z]+=", html);
        Assert.Contains("default-src 'none'", html, StringComparison.Ordinal);
        Assert.Contains("@media print", html, StringComparison.Ordinal);
        Assert.Contains("prefers-color-scheme: dark", html, StringComparison.Ordinal);
    }

    [Fact]
    public void JUnitFailsWhereAFileIsFlaggedAndErrsWhereItWasNotRead()
    {
        XElement suites = XDocument.Parse(FurtherReports.Text("junit", ReportSamples.Everything)).Root!;
        XElement Suite(TargetReport target) => suites.Elements("testsuite").Single(s => s.Attribute("name")!.Value == target.Path);
        Assert.Equal("malicious", Suite(ReportSamples.Malicious).Element("testcase")!.Element("failure")!.Attribute("type")!.Value);
        Assert.NotNull(Suite(ReportSamples.Incomplete).Element("testcase")!.Element("error"));
        Assert.Equal(("0", "0"), (Suite(ReportSamples.Passed).Attribute("failures")!.Value, Suite(ReportSamples.Passed).Attribute("errors")!.Value));
        Assert.All(suites.Elements("testsuite"), s => Assert.Equal("1", s.Attribute("tests")!.Value));
    }

    [Fact]
    public void CycloneDxComponentsAndVulnerabilitiesReferToEachOther()
    {
        JsonElement bom = JsonDocument.Parse(FurtherReports.Text("cyclonedx", ReportSamples.Everything)).RootElement;
        Assert.Equal(("CycloneDX", "1.6"), (bom.GetProperty("bomFormat").GetString(), bom.GetProperty("specVersion").GetString()));
        string[] references = [.. bom.GetProperty("components").EnumerateArray().Select(c => c.GetProperty("bom-ref").GetString()!)];
        Assert.Equal(references.Length, references.Distinct().Count());
        JsonElement[] found = [.. bom.GetProperty("vulnerabilities").EnumerateArray()];
        Assert.NotEmpty(found);
        Assert.All(found, v => Assert.Contains(v.GetProperty("affects")[0].GetProperty("ref").GetString(), references));
        Assert.Contains(found, v => v.TryGetProperty("analysis", out _));
    }

    [Fact]
    public void CycloneDxTellsLicencesAndDataSetsThatAFileNames()
    {
        EntryFact Entry(string key, string value) => new() { Path = "a.gguf", Source = "metadata", Key = key, Value = value };
        TargetReport target = ReportSamples.Passed with
        {
            Read = new FactSet { Path = "a.gguf", Facts = [Entry("general\\.license", "apache-2.0"), Entry("__metadata__.dataset", "squad"), Entry("attributes.licensed_to", "nobody")] },
        };
        JsonElement component = JsonDocument.Parse(FurtherReports.Text("cyclonedx", ReportSamples.Of(target))).RootElement.GetProperty("components")[0];
        Assert.Equal("machine-learning-model", component.GetProperty("type").GetString());
        Assert.Equal("apache-2.0", Assert.Single(component.GetProperty("licenses").EnumerateArray()).GetProperty("license").GetProperty("name").GetString());
        Assert.Equal("squad", Assert.Single(component.GetProperty("modelCard").GetProperty("modelParameters").GetProperty("datasets").EnumerateArray()).GetProperty("name").GetString());
    }

    [Theory]
    [InlineData("html", "MALICIOUS")]
    [InlineData("markdown", "# Assay: MALICIOUS")]
    [InlineData("junit", "failure type=\"malicious\"")]
    [InlineData("cyclonedx", "\"assay:verdict\"")]
    public void TheVerdictStandsInEachReport(string format, string text) => Assert.Contains(text, FurtherReports.Text(format, ReportSamples.Everything), StringComparison.Ordinal);
}
