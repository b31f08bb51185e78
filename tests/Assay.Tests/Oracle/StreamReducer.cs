// Makes a stream that shows a miss as short as it can be.
namespace Assay.Tests.Oracle;

/// <summary>Makes a stream that shows a miss as short as it can be: the person who must fix it reads bytes.</summary>
internal static class StreamReducer
{
    private const int Batch = 64;

    /// <summary>Bytes sent for one reduction: long streams are not worked down to the last byte.</summary>
    private const long Effort = 64 << 20;

    /// <summary>A shorter stream whose miss is of the same class.</summary>
    public static OracleMiss Reduce(OracleProcess oracle, OracleMiss miss)
    {
        long effort = Effort;
        int size = Math.Max(1, miss.Stream.Length / 2);
        while (size > 0 && effort > 0)
        {
            if (!Shorter(oracle, ref miss, size, ref effort))
            {
                size /= 2;
            }
        }

        return miss;
    }

    private static bool Shorter(OracleProcess oracle, ref OracleMiss miss, int size, ref long effort)
    {
        byte[] stream = miss.Stream;
        int at = 0;
        while (at + size <= stream.Length && effort > 0)
        {
            List<byte[]> candidates = [];
            for (; at + size <= stream.Length && candidates.Count < Batch; at += Math.Max(1, size / 2))
            {
                candidates.Add([.. stream[..at], .. stream[(at + size)..]]);
            }

            effort -= (long)candidates.Count * stream.Length;
            if (FirstAlike(oracle, miss, candidates) is { } shorter)
            {
                miss = shorter;
                return true;
            }
        }

        return false;
    }

    private static OracleMiss? FirstAlike(OracleProcess oracle, OracleMiss miss, List<byte[]> candidates)
    {
        OracleAnswer?[] answers = oracle.Ask(candidates);
        for (int i = 0; i < candidates.Count; i++)
        {
            if (answers[i]?[miss.View.Dialect, miss.View.Encoding] is not { } real
                || MachineTrace.RunAll(candidates[i]).Find(t => t.View == miss.View).Trace is not { } machine)
            {
                continue;
            }

            OracleMiss shorter = miss with { Stream = candidates[i], Missing = Comparison.Of(real, machine).Missing, Real = real, Machine = machine };
            if (shorter.Missing.Count > 0 && shorter.Class == miss.Class)
            {
                return shorter;
            }
        }

        return null;
    }
}
