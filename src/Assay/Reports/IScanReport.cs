// Where the results of a scan go, one by one.
using Assay.Scanning;

namespace Assay.Reports;

/// <summary>
/// A report that is written while its results come, in the order in which they come, with its totals at the end: it takes no more memory for a
/// million results than for a few. The same results give the same bytes. What the stream behind it throws comes out of every member. A report that is
/// disposed before it is finished ends where it is, and is none.
/// </summary>
public interface IScanReport : IDisposable
{
    /// <summary>Takes the next result.</summary>
    void Add(ScanResult result);

    /// <summary>Takes what a bundle is as a whole; after all results.</summary>
    void Add(BundleReport bundle);

    /// <summary>
    /// Writes what stands at the end and flushes. <paramref name="leftAside"/> files were left aside before the scan and count as ignored. Nothing may
    /// be added afterwards.
    /// </summary>
    void Finish(long leftAside = 0);
}
