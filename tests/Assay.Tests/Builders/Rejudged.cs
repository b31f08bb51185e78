// Judges what a scan read once more, from its written form alone.
using Assay.Artifacts;
using Assay.Detection;
using Assay.Policies;
using Assay.Reports;
using Assay.Scanning;

namespace Assay.Tests.Builders;

internal static class Rejudged
{
    /// <summary>Whether the facts of a report, written and read again, give the same report to the last byte.</summary>
    public static bool IsTheSame(TargetReport report, ScanHead head)
    {
        FactSet facts = FactJson.Read(FactJson.Write(report.Read!));
        TargetReport again = TargetReport.Of(facts, Judge.Of(facts, RuleSet.Default, Policy.None, new DateOnly(2030, 1, 1)));
        return Json(report, head).AsSpan().SequenceEqual(Json(again, head));
    }

    private static byte[] Json(TargetReport target, ScanHead head)
    {
        using MemoryStream stream = new();
        using (JsonReport report = new(stream, head))
        {
            report.Add(new ScanResult(target.Path, target));
            report.Finish();
        }

        return stream.ToArray();
    }
}
