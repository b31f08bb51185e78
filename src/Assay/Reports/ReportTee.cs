// Several reports on one scan.
using Assay.Scanning;

namespace Assay.Reports;

/// <summary>Gives what it takes to several reports, in their order.</summary>
public sealed class ReportTee(IReadOnlyList<IScanReport> reports) : IScanReport
{
    /// <inheritdoc/>
    public void Add(ScanResult result)
    {
        foreach (IScanReport report in reports)
        {
            report.Add(result);
        }
    }

    /// <inheritdoc/>
    public void Add(BundleReport bundle)
    {
        foreach (IScanReport report in reports)
        {
            report.Add(bundle);
        }
    }

    /// <inheritdoc/>
    public void Finish(LeftAside aside = default)
    {
        foreach (IScanReport report in reports)
        {
            report.Finish(aside);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Each belongs to whoever made it.
    }
}
