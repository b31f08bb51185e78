// What is odd about one pickle: the first of each kind, and how many there were.
using Assay.Artifacts;

namespace Assay.Formats.Pickles;

/// <summary>The first oddity of each kind is kept and the rest are counted: a stream may be odd millions of times.</summary>
internal sealed class OddityTally(string path)
{
    private readonly List<(AnomalyFact First, long Count)> _kinds = [];

    /// <summary>Whether the kind is known; a further one of it is then counted.</summary>
    public bool IsOldNews(string code)
    {
        int at = _kinds.FindIndex(a => a.First.Code == code);
        if (at >= 0)
        {
            _kinds[at] = (_kinds[at].First, _kinds[at].Count + 1);
        }

        return at >= 0;
    }

    public void Add(string code, long offset, string detail)
    {
        if (!IsOldNews(code))
        {
            _kinds.Add((new AnomalyFact { Path = path, Offset = offset, Code = code, Detail = detail }, 1));
        }
    }

    /// <summary>Takes over the kinds that are not known here: what readings of the same bytes share counts once.</summary>
    public void AddNew(OddityTally other)
    {
        foreach ((AnomalyFact First, long Count) kind in other._kinds)
        {
            if (!_kinds.Exists(k => k.First.Code == kind.First.Code))
            {
                _kinds.Add(kind);
            }
        }
    }

    public void Log(ReadContext context)
    {
        foreach ((AnomalyFact first, long count) in _kinds)
        {
            context.Add(first with { Count = count });
        }
    }
}
