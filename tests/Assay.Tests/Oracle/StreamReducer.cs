// Makes a stream that shows a miss as short as it can be.
namespace Assay.Tests.Oracle;

/// <summary>Makes a stream that shows a miss as short as it can be: the person who must fix it reads bytes.</summary>
internal static class StreamReducer
{
    /// <summary>A shorter stream whose miss is of the same class.</summary>
    public static OracleMiss Reduce(OracleProcess oracle, OracleMiss miss)
    {
        for (int size = Math.Max(1, miss.Stream.Length / 2); size > 0; size = size == 1 && Shorter(oracle, ref miss, size) ? 1 : size / 2)
        {
            while (size > 1 && Shorter(oracle, ref miss, size))
            {
            }
        }

        return miss;
    }

    private static bool Shorter(OracleProcess oracle, ref OracleMiss miss, int size)
    {
        byte[] stream = miss.Stream;
        List<byte[]> candidates = [];
        for (int at = 0; at + size <= stream.Length; at += Math.Max(1, size / 2))
        {
            candidates.Add([.. stream[..at], .. stream[(at + size)..]]);
        }

        OracleTrace[]?[] answers = oracle.Ask(candidates);
        for (int i = 0; i < candidates.Count; i++)
        {
            if (answers[i]?[(int)miss.Dialect] is not { } real)
            {
                continue;
            }

            OracleTrace machine = MachineTrace.Run(candidates[i], miss.Dialect);
            Comparison difference = Comparison.Of(real, machine);
            if (difference.Missing.Count > 0
                && miss with { Stream = candidates[i], Missing = difference.Missing, Real = real, Machine = machine } is var shorter
                && shorter.Class == miss.Class)
            {
                miss = shorter;
                return true;
            }
        }

        return false;
    }
}
