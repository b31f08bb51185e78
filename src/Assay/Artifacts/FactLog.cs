// All facts of one input, in the order in which they were found.
using Assay.Bytes;

namespace Assay.Artifacts;

/// <summary>
/// Collects the facts of one input. Anomalies with the same path and code are one fact with a count. Its volume is bounded;
/// what is over is counted and reported as an unread, never dropped silently. A flood of what was seen before does not keep out what
/// is new: behind the limits, facts about callables and anomalies that the log does not know are still kept, as many and as large again.
/// </summary>
internal sealed class FactLog(ScanLimits limits)
{
    /// <summary>
    /// There is a fact about the format of each of many members; they take no room from what is found in them. What is new may take as much again.
    /// </summary>
    private const int Share = 2;

    private readonly List<Fact> _facts = [];
    private readonly Dictionary<(string Path, string Code), int> _anomalies = [];
    private readonly HashSet<(int Kind, string Name)> _known = [];
    private long _counted;
    private long _bytes;
    private long _formats;
    private long _late;
    private long _overflow;
    private int _saidAt;

    /// <summary>About how many bytes of memory the facts take.</summary>
    internal long HeldBytes { get; private set; }

    /// <summary>The facts so far.</summary>
    public IReadOnlyList<Fact> Facts => _facts;

    /// <summary>Adds a fact.</summary>
    public void Add(Fact fact)
    {
        if (fact is AnomalyFact anomaly && _anomalies.TryGetValue((anomaly.Path, anomaly.Code), out int index))
        {
            AnomalyFact first = (AnomalyFact)_facts[index];
            _facts[index] = first with { Count = first.Count + anomaly.Count };
            return;
        }

        if (!HasRoom(fact))
        {
            SayOverflow(fact);
            return;
        }

        if (fact is AnomalyFact kept)
        {
            _anomalies.Add((kept.Path, kept.Code), _facts.Count);
        }

        _facts.Add(fact);
        HeldBytes += fact.MemorySize;
    }

    /// <summary>Says how many members the range of a format holds, which is known once it is read; <paramref name="at"/> is the number of its fact.</summary>
    internal void AmendMembers(int at, string path, string format, long members)
    {
        if (at < _facts.Count && _facts[at] is FormatFact told && told.Path == path && told.Format == format)
        {
            _facts[at] = told with { Members = members };
        }
    }

    private bool HasRoom(Fact fact)
    {
        if (fact is FormatFact)
        {
            return _formats++ < (long)Share * limits.Facts;
        }

        bool isNew = KeyOf(fact) is { } key && _known.Count < (long)Share * limits.Facts && _known.Add(key);
        long weight = fact.MemorySize;
        bool fits = _counted < limits.Facts && _bytes + weight <= limits.FactBytes;
        if (!fits && !(isNew && _late < limits.Facts && _bytes + weight <= Share * limits.FactBytes))
        {
            return false;
        }

        _bytes += weight;
        _ = fits ? _counted++ : _late++;
        return true;
    }

    private static (int Kind, string Name)? KeyOf(Fact fact) => fact switch
    {
        CallableFact callable => ((int)callable.Use, callable.Resolved.Length > 0 ? callable.Resolved : callable.Callee),
        AnomalyFact anomaly => (-1, anomaly.Code),
        _ => null,
    };

    private void SayOverflow(Fact fact)
    {
        if (_overflow++ == 0)
        {
            _saidAt = _facts.Count;
            _facts.Add(new UnreadFact { Path = fact.Path, Offset = fact.Offset, Cause = UnreadCause.Limit });
        }

        UnreadFact said = (UnreadFact)_facts[_saidAt];
        _facts[_saidAt] = said with { Detail = _bytes < limits.FactBytes && _counted >= limits.Facts
            ? $"The limit facts={limits.Facts} is spent; {_overflow} further facts were not kept."
            : $"The limit fact-bytes={limits.FactBytes} is spent; {_overflow} further facts were not kept." };
    }
}
