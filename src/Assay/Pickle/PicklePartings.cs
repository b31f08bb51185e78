// The readings of a pickle that do something which its first reading does not.
using Assay.Bytes;

namespace Assay.Pickle;

/// <summary>A reading that does something which those before it do not.</summary>
/// <param name="Reading">The reading.</param>
/// <param name="Who">The unpicklers that read so.</param>
/// <param name="Ending">How it ends.</param>
/// <param name="Position">The offset behind what it reads.</param>
/// <param name="From">The offset of the first thing that only it does.</param>
internal sealed record PickleParting(PickleReading Reading, string Who, PickleEnding Ending, long Position, long From);

/// <summary>
/// Finds the readings of a pickle that a listing in the order of one unpickler would hide: one raises at a frame, and others go on and run what follows.
/// </summary>
internal static class PicklePartings
{
    /// <summary>The readings beyond the first that import, call or fill something which none before them does; none where all unpicklers read alike.</summary>
    public static IReadOnlyList<PickleParting> Of(ByteSource source, long offset, ScanBudget budget, PickleArrays? arrays)
    {
        using PickleSession session = new(source, offset, source.Length, budget, arrays);
        Events events = new();
        session.Begin(events);
        session.RunWithinLimits();
        if (session.Differentials == Differential.None)
        {
            return [];
        }

        List<(PickleReading Reading, PickleEnding Ending, long Position, long From)> parted = [];
        while (session.Next() is { } reading)
        {
            events.Next();
            session.Begin(reading, events);
            PickleEnding ending = session.RunWithinLimits();
            if (events.New is { } from)
            {
                parted.Add((reading, ending, session.Machine.Position, from));
            }
        }

        return [.. parted.Select(p => new PickleParting(p.Reading, Who(session, p.Reading), p.Ending, p.Position, p.From))];
    }

    private static string Who(PickleSession session, PickleReading reading) =>
        string.Join(", ", PickleReading.Dialects.Where(d => session.Of(d).Contains(reading)).Select(DialectNames.Of));

    /// <summary>What was done so far, and where something new is done.</summary>
    private sealed class Events : PickleTracing
    {
        private const int Most = 1 << 20;
        private readonly HashSet<PickleTraceEvent> _seen = [];
        private bool _isFirst = true;

        /// <summary>The offset of the first event of this reading that none before it had.</summary>
        public long? New { get; private set; }

        public void Next() => (_isFirst, New) = (false, null);

        protected override void Add(PickleMachine machine, PickleTraceEvent traced)
        {
            // Whether items are given one by one or at once is written beside the statement, and is no other statement.
            if (_seen.Count < Most && _seen.Add(traced with { Method = null }) && !_isFirst)
            {
                New ??= traced.Offset;
            }
        }
    }
}
