// The reports for browsers, pull requests, build servers and bills of materials, written into memory.
using System.Text;
using Assay.Bytes;
using Assay.Reports;
using Assay.Tests.Builders;

namespace Assay.Tests.Reports;

/// <summary>Writes a report in one of the further formats into memory.</summary>
internal static class FurtherReports
{
    public static string Text(string format, ScanReport report)
    {
        using MemoryStream stream = new();
        report.WriteTo(format switch
        {
            "html" => new HtmlReport(stream, report.Head, new MemoryScratch()),
            "markdown" => new MarkdownReport(stream, report.Head, new MemoryScratch()),
            "junit" => new JUnitReport(stream, report.Head),
            _ => new CycloneDxReport(stream, report.Head, new MemoryScratch()),
        });
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
