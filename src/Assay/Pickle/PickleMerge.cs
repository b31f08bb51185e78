// What several readings of one pickle come to.
namespace Assay.Pickle;

/// <summary>The events of the readings of a session, each once, in the order of first sight, with the loaders that come to it.</summary>
internal sealed class PickleMerge<TEvent>(PickleSession session, IEqualityComparer<TEvent>? comparer = null)
    where TEvent : notnull
{
    /// <summary>Bits of one reading in <see cref="Merged"/>: one for each encoding.</summary>
    private const int Bits = 4;

    private readonly Dictionary<TEvent, int> _index = new(comparer);
    private readonly List<Merged> _events = [];

    /// <summary>The reading with a number comes to an event, with loaders of the given encodings.</summary>
    public void Add(int number, TEvent seen, PickleEncodings encodings)
    {
        ulong bits = (ulong)encodings << (Bits * number);
        if (_index.TryGetValue(seen, out int at))
        {
            _events[at] = _events[at] with { Readings = _events[at].Readings | bits };
            return;
        }

        _index.Add(seen, _events.Count);
        _events.Add(new Merged(seen, bits));
    }

    /// <summary>
    /// The events, who comes to them, and whether the first reading does. An event that no loader comes to, because the first reading turned
    /// out to be reached by none, is left out; while readings are still due, all may come to all.
    /// </summary>
    public IEnumerable<(TEvent Event, PickleTraceReach Reach, bool IsInFirst)> All()
    {
        if (_events.Count == 0)
        {
            yield break;
        }

        if (session.Next() is not null)
        {
            PickleTraceReach any = new(PickleReading.Dialects, PickleEncodings.All);
            foreach (Merged merged in _events)
            {
                yield return (merged.Event, any, Of(merged, 0) != PickleEncodings.None);
            }

            yield break;
        }

        int[][] readings = [.. PickleReading.Dialects.Select(d => session.NumbersOf(d).ToArray())];
        foreach (Merged merged in _events)
        {
            if (Reach(merged, readings) is { } reach)
            {
                yield return (merged.Event, reach, Of(merged, 0) != PickleEncodings.None);
            }
        }
    }

    private PickleTraceReach? Reach(Merged merged, int[][] readings)
    {
        List<PickleDialect> dialects = [];
        PickleEncodings encodings = PickleEncodings.None;
        for (int i = 0; i < readings.Length; i++)
        {
            PickleEncodings here = PickleEncodings.None;
            foreach (int number in readings[i])
            {
                here |= Of(merged, number);

                // joblib's unpickler is bound to one encoding; the others tell which there are.
                encodings |= session.Readings[number].Reading.Dialect == PickleDialect.Joblib ? PickleEncodings.None : Of(merged, number);
            }

            if (PickleReading.Dialects[i] == PickleDialect.Joblib ? here.HasFlag(PickleEncodings.Ascii) : here != PickleEncodings.None)
            {
                dialects.Add(PickleReading.Dialects[i]);
            }
        }

        return dialects.Count == 0 ? null : new PickleTraceReach(dialects, encodings == PickleEncodings.None ? PickleEncodings.All : encodings);
    }

    private static PickleEncodings Of(Merged merged, int number) => (PickleEncodings)(merged.Readings >> (Bits * number)) & PickleEncodings.All;

    private readonly record struct Merged(TEvent Event, ulong Readings);
}
