// The memory of a process, as one scan of several sees it.
namespace Assay.Bytes;

/// <summary>
/// What one scan takes of the memory that all scans of a process share. Taking waits while others hold too much; it never fails because of them,
/// so that what a scan finds does not depend on what is scanned beside it. How much one scan may hold is its own limit.
/// </summary>
public interface IMemoryShare : IDisposable
{
    /// <summary>Takes so many bytes more; waits until they are there.</summary>
    /// <exception cref="ScanStopException">The host asked to stop while this waited.</exception>
    void Take(long bytes, CancellationToken cancellation);

    /// <summary>Gives bytes back that were taken.</summary>
    void Give(long bytes);
}
