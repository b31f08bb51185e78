// The collector's own limit, behind the meter's.
using Assay.Bytes;

namespace Assay.Cli;

/// <summary>
/// Sets a hard limit for the collector: what the meter did not see must not take the machine's memory. An input that meets it is incomplete.
/// </summary>
internal static class HeapFence
{
    /// <summary>What the program takes beside its inputs: rules, reports, pools, code.</summary>
    private const long Beside = 1L << 30;

    /// <summary>Sets the limit for scans under <paramref name="limits"/>.</summary>
    public static void Set(ScanLimits limits)
    {
        const long Most = long.MaxValue / 4;
        long limit = Math.Min(limits.SharedMemory, Most) + Math.Min(limits.Memory, Most) + Beside;
        if (limit >= GC.GetGCMemoryInfo().TotalAvailableMemoryBytes)
        {
            // The machine or its container has less: the collector keeps to that already.
            return;
        }

        AppContext.SetData("GCHeapHardLimit", (ulong)limit);
        GC.RefreshMemoryLimit();
    }
}
