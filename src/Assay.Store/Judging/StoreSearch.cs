// Which models call this, refer there, hold that?
using Assay.Policies;
using Assay.Store.Databases;

namespace Assay.Store.Judging;

/// <summary>What is looked for; what is null is not asked, and all that is asked must hold.</summary>
public sealed record StoreQuestion
{
    /// <summary>A callable that is called or imported, by its resolved name; * stands for anything.</summary>
    public string? Calls { get; init; }

    /// <summary>A host that is named; * stands for anything.</summary>
    public string? Host { get; init; }

    /// <summary>What is referred to, as it is written; * stands for anything.</summary>
    public string? Refers { get; init; }

    /// <summary>The SHA-256 of the artifact, or a digest that it holds.</summary>
    public string? Digest { get; init; }

    /// <summary>The code of an anomaly; * stands for anything.</summary>
    public string? Code { get; init; }

    /// <summary>A format that it, or something in it, was read as.</summary>
    public string? Format { get; init; }

    /// <summary>The repository that it was seen in; * stands for anything.</summary>
    public string? Repository { get; init; }

    /// <summary>Who publishes it; * stands for anything.</summary>
    public string? Publisher { get; init; }
}

/// <summary>A model that was found.</summary>
public sealed record StoreHit(string Sha256, long Size, string Path, DateTimeOffset LastSeen, Verdict? Verdict);

/// <summary>What was found.</summary>
/// <param name="Hits">The models, those read last first.</param>
/// <param name="Readings">How many readings fit, of which several may be of one model.</param>
/// <param name="IsMore">Whether there may be more readings than were counted.</param>
public sealed record StoreFound(IReadOnlyList<StoreHit> Hits, long Readings, bool IsMore);

/// <summary>
/// Finds models in a store by what they do and hold. Nobody wants to see more than the last thousand models that call what a third of a million call, so each question is answered in a bounded time:
/// what a part of it fits is taken from the indexes up to a number of rows; where that is not all, the readings of the other parts, or else the newest, are looked at one by one.
/// </summary>
public static class StoreSearch
{
    /// <summary>So many rows are taken for one part of a question before it is one that fits too much to be counted.</summary>
    private const int MostRows = 250_000;

    /// <summary>So many readings are looked at for parts of a question that fit that much.</summary>
    private const int MostProbed = 20_000;

    private const int Step = 4000;

    /// <summary>The models that a question fits, those read last first, up to so many.</summary>
    public static StoreFound Find(ModelStore store, StoreQuestion question, int most) => Find(store, question, most, MostRows, MostProbed);

    /// <summary>The same with other bounds, which decide how it is found and never what.</summary>
    internal static StoreFound Find(ModelStore store, StoreQuestion question, int most, int mostRows, int mostProbed)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(question);
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        return store.Do(c =>
        {
            List<SearchPart> parts = SearchPart.Of(c, question);
            if (parts.Count == 0 || parts.Exists(p => p.IsEmpty))
            {
                return new StoreFound([], 0, false);
            }

            if (parts is [{ } only] && only.Newest(c, most * 2) is { } newest)
            {
                return One(c, only, newest, most, mostRows);
            }

            long last = c.Number("SELECT max(id) FROM readings") ?? 0;
            BitSet? narrow = null;
            List<SearchPart> wide = [];
            foreach (SearchPart part in parts)
            {
                if (part.All(c, last, mostRows) is not { } fits)
                {
                    wide.Add(part);
                }
                else if (narrow is null)
                {
                    narrow = fits;
                }
                else
                {
                    narrow.And(fits);
                }
            }

            return wide.Count == 0
                ? new StoreFound(Shown(c, narrow!.Descending(), most), narrow.Count, false)
                : Both(c, narrow?.Descending() ?? Down(last), wide, most, mostProbed);
        });
    }

    /// <summary>One part that is answered by the index alone, newest first.</summary>
    private static StoreFound One(StoreConnection c, SearchPart only, List<long> newest, int most, int mostRows)
    {
        List<StoreHit> hits = Shown(c, newest, most);
        for (int some = most * 2; hits.Count < most && newest.Count == some;)
        {
            // Many readings are of one and the same model.
            some *= 8;
            newest = only.Newest(c, some)!;
            hits = Shown(c, newest, most);
        }

        (long count, bool isMore) = only.Count(c, mostRows);
        return new StoreFound(hits, count, isMore);
    }

    /// <summary>Those of the candidates, which come newest first, that fit the wide parts too. Models are looked for to the end; only how many more there are is not.</summary>
    private static StoreFound Both(StoreConnection c, IEnumerable<long> candidates, List<SearchPart> wide, int most, int mostProbed)
    {
        List<StoreHit> hits = [];
        HashSet<string> told = new(StringComparer.Ordinal);
        long probed = 0, count = 0;
        foreach (long[] some in candidates.Chunk(Step))
        {
            if (hits.Count == most && probed >= mostProbed)
            {
                return new StoreFound(hits, count, true);
            }

            HashSet<long> left = [.. some];
            foreach (SearchPart part in wide)
            {
                left.IntersectWith(part.Among(c, left));
            }

            probed += some.Length;
            count += left.Count;
            if (hits.Count < most)
            {
                Show(c, [.. some.Where(left.Contains)], most, hits, told);
            }
        }

        return new StoreFound(hits, count, false);
    }

    private static IEnumerable<long> Down(long last)
    {
        for (long at = last; at > 0; at--)
        {
            yield return at;
        }
    }

    private static List<StoreHit> Shown(StoreConnection c, IEnumerable<long> readings, int most)
    {
        List<StoreHit> hits = [];
        HashSet<string> told = new(StringComparer.Ordinal);
        foreach (long[] some in readings.Chunk(Math.Min(most, Step)))
        {
            Show(c, some, most, hits, told);
            if (hits.Count == most)
            {
                break;
            }
        }

        return hits;
    }

    /// <summary>Adds the models of readings, each once.</summary>
    private static void Show(StoreConnection c, long[] readings, int most, List<StoreHit> hits, HashSet<string> told)
    {
        List<(long Reading, StoreHit Hit)> found = c.All(
            "SELECT r.id, a.sha256, a.size, a.last_seen, (SELECT s.path FROM sightings s WHERE s.artifact = a.id ORDER BY s.last_seen DESC LIMIT 1), "
                + "(SELECT v.verdict FROM verdicts v WHERE v.reading = r.id ORDER BY v.ruling DESC LIMIT 1) FROM readings r JOIN artifacts a ON a.id = r.artifact WHERE " + c.IsOneOf("r.id", "@a"),
            r => (r.GetInt64(0), new StoreHit(Convert.ToHexStringLower((byte[])r[1]), r.GetInt64(2), r.IsDBNull(4) ? "" : r.GetString(4), DateTimeOffset.FromUnixTimeMilliseconds(r.GetInt64(3)), r.IsDBNull(5) ? null : (Verdict)r.GetInt64(5))),
            c.Many(readings));
        hits.AddRange(found.OrderByDescending(f => f.Reading).Select(f => f.Hit).Where(h => told.Add(h.Sha256)).Take(most - hits.Count).ToArray());
    }
}
