// What unpicklers would do with some bytes, event by event.
using Assay.Bytes;

namespace Assay.Pickle;

/// <summary>
/// Traces bytes as pickles, whatever they look like: one stream after the other to the end of the bytes or to the first that breaks,
/// and what is left behind the break. The C unpickler is followed; where it meets a place at which another would do something else, the
/// others are run from the start of the stream as well and the events say who does what.
/// </summary>
public static class PickleTrace
{
    /// <summary>Traces <paramref name="source"/> into <paramref name="sink"/>.</summary>
    public static void Run(ByteSource source, PickleTraceSink sink, ScanBudget budget) => Run(source, sink, budget, null);

    /// <summary>The same; <paramref name="arrays"/> knows the arrays that joblib reads in the middle of a pickle.</summary>
    internal static void Run(ByteSource source, PickleTraceSink sink, ScanBudget budget, PickleArrays? arrays)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(sink);
        ArgumentNullException.ThrowIfNull(budget);
        budget.Admit(source.Length);
        Tracer run = new(source, sink, budget, arrays);
        long offset = 0;
        do
        {
            offset = run.Stream(offset);
        }
        while (offset >= 0 && offset < source.Length);
    }

    private sealed class Tracer(ByteSource source, PickleTraceSink sink, ScanBudget budget, PickleArrays? arrays)
    {
        private static readonly Dictionary<PickleDialect, PickleEnding> s_alike = [];
        private static readonly Silence s_silence = new();

        /// <summary>How far the unpickler came that came furthest, in this stream or one before: what one stops in, another may step over.</summary>
        private long _furthest;

        /// <summary>Traces one stream; returns where the next begins, or -1.</summary>
        public long Stream(long offset)
        {
            // The first pass only looks for places at which unpicklers part ways: most pickles have none and then stream.
            using PickleSession session = new(source, offset, source.Length, budget, arrays);
            session.Begin(s_silence);
            PickleEnding ending = session.RunWithinLimits();
            sink.Begin(offset);
            return session.Differentials == Differential.None ? Alike(session, ending) : Apart(offset);
        }

        private long Alike(PickleSession session, PickleEnding ending)
        {
            session.Begin(new PickleReading(PickleDialect.WeightsOnly), s_silence);
            long refusedAt = session.RunWithinLimits() == PickleEnding.Stop ? long.MaxValue : session.Machine.EndingOffset;
            session.Begin(new PickleReading(PickleDialect.C), new PickleTraceStream(sink, refusedAt));
            session.RunWithinLimits();
            (long end, long endingOffset) = (session.Machine.Position, session.Machine.EndingOffset);
            _furthest = Math.Max(_furthest, endingOffset);
            if (ending != PickleEnding.Stop)
            {
                session.RunBehind(new PickleTraceBehind(sink, _furthest));
            }

            sink.End(end, ending, endingOffset, s_alike);
            return ending == PickleEnding.Stop ? end : -1;
        }

        private long Apart(long offset)
        {
            using PickleSession session = new(source, offset, source.Length, budget, arrays) { IsThorough = true };
            PickleTraceMerge merge = new(session);
            session.Begin(merge);
            session.RunWithinLimits();
            while (session.Next() is { } reading)
            {
                merge.Begin();
                session.Begin(reading, merge);
                session.RunWithinLimits();
            }

            merge.WriteTo(sink);
            _furthest = Math.Max(_furthest, session.Furthest);
            SortedDictionary<PickleDialect, PickleEnding> endings = [];
            long next = -1;
            foreach (PickleDialect dialect in PickleReading.Dialects)
            {
                PickleOutcome outcome = session.OutcomeOf(dialect);
                endings[dialect] = outcome.Ending;
                next = next < 0 && outcome.Ending == PickleEnding.Stop ? outcome.Position : next;
            }

            if (next < 0)
            {
                session.RunBehind(new PickleTraceBehind(sink, _furthest));
            }

            PickleOutcome plain = session.OutcomeOf(PickleDialect.C);
            sink.End(plain.Position, plain.Ending, plain.EndingOffset, endings);
            return next;
        }
    }

    private sealed class Silence : PickleObserver;
}
