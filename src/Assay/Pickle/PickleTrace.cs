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
    private static readonly PickleDialect[] s_all = Enum.GetValues<PickleDialect>();

    /// <summary>Traces <paramref name="source"/> into <paramref name="sink"/>.</summary>
    public static void Run(ByteSource source, PickleTraceSink sink, ScanBudget budget) => Run(source, sink, budget, null);

    /// <summary>The same; <paramref name="arrays"/> knows the arrays that joblib reads in the middle of a pickle.</summary>
    internal static void Run(ByteSource source, PickleTraceSink sink, ScanBudget budget, PickleArrays? arrays)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(sink);
        ArgumentNullException.ThrowIfNull(budget);
        PickleMachine machine = PickleMachinePool.Rent();
        try
        {
            Tracer run = new(machine, source, sink, budget, arrays);
            long offset = 0;
            do
            {
                offset = run.Stream(offset);
            }
            while (offset >= 0 && offset < source.Length);
        }
        finally
        {
            PickleMachinePool.Return(machine);
        }
    }

    private sealed class Tracer(PickleMachine machine, ByteSource source, PickleTraceSink sink, ScanBudget budget, PickleArrays? arrays)
    {
        private static readonly Dictionary<PickleDialect, PickleEnding> s_alike = [];

        /// <summary>How far the unpickler came that came furthest, in this stream or one before: what one stops in, another may step over.</summary>
        private long _furthest;

        /// <summary>Traces one stream; returns where the next begins, or -1.</summary>
        public long Stream(long offset)
        {
            // The first pass only looks for places at which unpicklers part ways: most pickles have none and then stream.
            ArrayFinder finder = new(arrays);
            PickleEnding ending = Once(offset, finder, PickleDialect.C);
            sink.Begin(offset);
            return machine.Differentials == Differential.None && !finder.Found ? Alike(offset, ending) : Apart(offset, finder.Found);
        }

        private long Alike(long offset, PickleEnding ending)
        {
            PickleEnding restricted = Once(offset, new ArrayFinder(null), PickleDialect.WeightsOnly);
            long refusedAt = restricted == PickleEnding.Stop ? long.MaxValue : machine.EndingOffset;
            Once(offset, new PickleTraceStream(sink, refusedAt), PickleDialect.C);
            (long end, long endingOffset) = (machine.Position, machine.EndingOffset);
            _furthest = Math.Max(_furthest, endingOffset);
            if (ending != PickleEnding.Stop)
            {
                machine.RunBehind(new PickleTraceBehind(sink, _furthest));
            }

            sink.End(end, ending, endingOffset, s_alike);
            return ending == PickleEnding.Stop ? end : -1;
        }

        private long Apart(long offset, bool hasArrays)
        {
            bool names = machine.Differentials.HasFlag(Differential.Names);
            PickleTraceMerge merge = new();
            SortedDictionary<PickleDialect, PickleEnding> endings = [];
            (long end, long endingOffset, long next) = (0, 0, -1);
            for (int i = s_all.Length - 1; i >= 0; i--)
            {
                PickleDialect dialect = s_all[i];
                merge.Begin(dialect);
                PickleEncodings encodings = names ? PickleEncodings.All & ~PickleEncodings.Latin1 : PickleEncodings.All;
                PickleEnding ending = dialect == PickleDialect.Joblib && hasArrays
                    ? WithArrays(offset, merge, encodings)
                    : Once(offset, merge, dialect, encodings);
                if (names && dialect != PickleDialect.Joblib)
                {
                    merge.Begin(dialect);
                    ending = Once(offset, merge, dialect, PickleEncodings.Latin1);
                }

                endings[dialect] = ending;
                _furthest = Math.Max(_furthest, machine.EndingOffset);
                next = ending == PickleEnding.Stop ? machine.Position : next;
                (end, endingOffset) = (machine.Position, machine.EndingOffset);
            }

            merge.WriteTo(sink);
            if (next < 0)
            {
                machine.RunBehind(new PickleTraceBehind(sink, _furthest));
            }

            sink.End(end, endings[PickleDialect.C], endingOffset, endings);
            return next;
        }

        /// <summary>Runs the stream as joblib does: where an array was built, its bytes are read from the file.</summary>
        private PickleEnding WithArrays(long offset, PickleTraceMerge merge, PickleEncodings encodings)
        {
            merge.Arrays = arrays;
            PickleEnding ending = Once(offset, merge, PickleDialect.Joblib, encodings);
            while (ending == PickleEnding.Suspended && merge.State is { IsEmpty: false } state)
            {
                merge.State = default;
                long at = machine.FilePosition;
                long end = arrays!.End(machine, state, at, out bool isPickle);
                if (isPickle)
                {
                    end = Nested(at, merge);
                }

                if (end < 0 || end > source.Length)
                {
                    ending = machine.Fail(PickleEnding.Truncated, "joblib reads an array here, and it is not all there.");
                    break;
                }

                machine.SeekFile(end);
                machine.ReplaceTop();
                ending = Guarded();
            }

            merge.Arrays = null;
            return ending;
        }

        /// <summary>An array of objects is a pickle, which joblib hands to <c>pickle.load</c>.</summary>
        private long Nested(long at, PickleTraceMerge merge)
        {
            PickleMachine nested = PickleMachinePool.Rent();
            merge.Arrays = null;
            try
            {
                nested.Open(source, at, source.Length, merge, budget, PickleDialect.C, PickleEncodings.Ascii);
                return nested.Run() == PickleEnding.Stop ? nested.Position : -1;
            }
            catch (ScanStopException e) when (e.Reason == StopReason.Limit)
            {
                return -1;
            }
            finally
            {
                merge.Arrays = arrays;
                PickleMachinePool.Return(nested);
            }
        }

        private PickleEnding Once(long offset, PickleObserver observer, PickleDialect dialect, PickleEncodings encodings = PickleEncodings.All)
        {
            machine.Open(source, offset, source.Length, observer, budget, dialect, encodings);
            return Guarded();
        }

        private PickleEnding Guarded()
        {
            try
            {
                return machine.Run();
            }
            catch (ScanStopException e) when (e.Reason == StopReason.Limit)
            {
                return machine.Fail(PickleEnding.Limit, e.Message);
            }
        }
    }

    /// <summary>Notices whether there is an array that only joblib steps over.</summary>
    private sealed class ArrayFinder(PickleArrays? arrays) : PickleObserver
    {
        public bool Found { get; private set; }

        public override void OnState(PickleMachine machine, PickleValue target, PickleValue state, long offset) =>
            Found |= arrays is not null && arrays.Follows(machine, target);
    }
}
