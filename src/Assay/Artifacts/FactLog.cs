// All facts of one input, in the order in which they were found.
using Assay.Bytes;

namespace Assay.Artifacts;

/// <summary>
/// Collects the facts of one input. Anomalies with the same path and code are one fact with a count. Its volume is bounded;
/// what is over is counted and reported as an unread, never dropped silently.
/// </summary>
public sealed class FactLog(ScanLimits limits)
{
    private readonly List<Fact> _facts = [];
    private readonly Dictionary<(string Path, string Code), int> _anomalies = [];
    private long _overflow;

    /// <summary>The facts so far.</summary>
    public IReadOnlyList<Fact> Facts => _facts;

    /// <summary>Adds a fact.</summary>
    public void Add(Fact fact)
    {
        if (fact is AnomalyFact anomaly)
        {
            if (_anomalies.TryGetValue((anomaly.Path, anomaly.Code), out int index))
            {
                AnomalyFact first = (AnomalyFact)_facts[index];
                _facts[index] = first with { Count = first.Count + anomaly.Count };
                return;
            }

            _anomalies.Add((anomaly.Path, anomaly.Code), Math.Min(_facts.Count, limits.Facts));
        }

        if (_facts.Count < limits.Facts)
        {
            _facts.Add(fact);
            return;
        }

        if (fact is AnomalyFact over)
        {
            _anomalies.Remove((over.Path, over.Code));
        }

        if (_overflow++ == 0)
        {
            // One place over the limit is reserved for saying so.
            _facts.Add(new UnreadFact { Path = fact.Path, Offset = fact.Offset, Cause = UnreadCause.Limit });
        }

        UnreadFact said = (UnreadFact)_facts[limits.Facts];
        _facts[limits.Facts] = said with { Detail = $"The limit facts={limits.Facts} is spent; {_overflow} further facts were not kept." };
    }
}
