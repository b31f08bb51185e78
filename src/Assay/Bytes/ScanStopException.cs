// Says that reading must stop although nothing is wrong with the bytes read so far.
namespace Assay.Bytes;

/// <summary>Why a read stopped.</summary>
public enum StopReason
{
    /// <summary>A limit of <see cref="ScanLimits"/> is spent; the detail names it.</summary>
    Limit,

    /// <summary>The host asked to stop.</summary>
    Cancelled,

    /// <summary>The bytes changed or vanished while they were read.</summary>
    Changed,

    /// <summary>The system refused to read the bytes.</summary>
    InputOutput,
}

/// <summary>Reading must stop: a budget is spent, the host cancelled, or the input went away.</summary>
public sealed class ScanStopException : Exception
{
    /// <summary>Creates the exception; <paramref name="what"/> is one plain sentence.</summary>
    public ScanStopException(StopReason reason, string what, long offset = 0)
        : base(what)
    {
        Reason = reason;
        Offset = offset;
    }

    /// <summary>Why reading stopped.</summary>
    public StopReason Reason { get; }

    /// <summary>How far reading had come, in bytes of the source being read.</summary>
    public long Offset { get; }
}
