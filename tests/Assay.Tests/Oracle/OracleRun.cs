// Runs many streams through unpicklers and machine, side by side.
namespace Assay.Tests.Oracle;

/// <summary>Runs many streams through unpicklers and machine, side by side.</summary>
internal static class OracleRun
{
    private const int Batch = 256;

    /// <summary>Compares the generated streams from <paramref name="first"/> on.</summary>
    public static void Generated(StreamGenerator generator, long first, long count, int workers, OracleTally tally, Action<long>? progress = null)
    {
        long next = first;
        long end = first + count;
        long done = 0;
        Parallel.For(0, workers, new ParallelOptions { MaxDegreeOfParallelism = workers }, _ =>
        {
            using OracleProcess oracle = new();
            while (true)
            {
                long from = Interlocked.Add(ref next, Batch) - Batch;
                if (from >= end)
                {
                    return;
                }

                long to = Math.Min(end, from + Batch);
                List<(string Name, byte[] Stream)> streams = [];
                for (long i = from; i < to; i++)
                {
                    streams.Add(($"#{i}", generator.Make(i)));
                }

                Compare(oracle, streams, tally);
                progress?.Invoke(Interlocked.Add(ref done, to - from));
            }
        });
    }

    /// <summary>Compares some streams.</summary>
    public static void Compare(OracleProcess oracle, IReadOnlyList<(string Name, byte[] Stream)> streams, OracleTally tally)
    {
        List<(OracleView View, OracleTrace Trace)>[] machine = new List<(OracleView, OracleTrace)>[streams.Count];
        OracleAnswer?[] real = oracle.Ask(
            [.. streams.Select(s => s.Stream)],
            meanwhile: () =>
            {
                for (int i = 0; i < streams.Count; i++)
                {
                    machine[i] = MachineTrace.RunAll(streams[i].Stream);
                }
            });
        for (int i = 0; i < streams.Count; i++)
        {
            if (real[i] is not { } answer)
            {
                tally.AddDead();
                continue;
            }

            List<(OracleView, OracleTrace, OracleTrace, Comparison)> traces = [];
            foreach ((OracleView view, OracleTrace trace) in machine[i])
            {
                if (answer[view.Dialect, view.Encoding] is not { } unpickler)
                {
                    continue;
                }

                traces.Add((view, unpickler, trace, Comparison.Of(unpickler, trace)));
            }

            tally.Add(streams[i].Name, streams[i].Stream, traces);
        }
    }
}
