// Where the results of a scan go, one by one.
using Assay.Scanning;

namespace Assay.Reports;

/// <summary>Files and folders that were left out before a scan: by a list of the house, or links that lead elsewhere.</summary>
/// <param name="Ignored">How many count as ignored.</param>
/// <param name="NotLookedAt">How many of them nobody looked at.</param>
/// <param name="Files">The first of these.</param>
public readonly record struct LeftAside(long Ignored, long NotLookedAt, IReadOnlyList<string>? Files);

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
    /// Writes what stands at the end and flushes; what is <paramref name="aside"/> was left out before the scan and counts as ignored. Nothing may be added
    /// afterwards.
    /// </summary>
    void Finish(LeftAside aside = default);
}
