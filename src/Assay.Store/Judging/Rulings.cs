// Rulings and verdicts in a store.
using System.Data.Common;
using Assay.Policies;
using Assay.Store.Databases;
using Assay.Store.Scans;

namespace Assay.Store.Judging;

/// <summary>
/// Rulings and verdicts in a store. A ruling that was made by judging the store again has a parent: for readings up to a number it has verdicts only where they differ, and the
/// parent's hold for the others.
/// </summary>
internal static class Rulings
{
    private const int LongestChain = 8;

    /// <summary>The ruling, which is made where it is not known, and those whose verdicts hold where it has none, with the last reading for which they do.</summary>
    public static List<(long Id, long UpTo)> ChainOf(StoreConnection c, Ruling ruling, long now)
    {
        if (c.Number("SELECT id FROM rulings WHERE digest = @a", ruling.Digest) is null)
        {
            c.Write(() => c.Execute("INSERT INTO rulings (digest, rules, upto, made) VALUES (@a, @b, 0, @c) ON CONFLICT (digest) DO NOTHING", ruling.Digest, ruling.Description, now));
        }

        return ChainOf(c, c.Number("SELECT id FROM rulings WHERE digest = @a", ruling.Digest)!.Value);
    }

    /// <summary>The ruling with that number and its parents.</summary>
    public static List<(long Id, long UpTo)> ChainOf(StoreConnection c, long id)
    {
        List<(long Id, long UpTo)> chain = [(id, long.MaxValue)];
        long upTo = long.MaxValue;
        for (long at = id; chain.Count < LongestChain;)
        {
            (long Parent, long UpTo)? next = null;
            c.Each("SELECT parent, upto FROM rulings WHERE id = @a AND parent IS NOT NULL", r => next = (r.GetInt64(0), r.GetInt64(1)), at);
            if (next is not { } found)
            {
                break;
            }

            upTo = Math.Min(upTo, found.UpTo);
            chain.Add((found.Parent, upTo));
            at = found.Parent;
        }

        return chain;
    }

    /// <summary>The verdict on a reading, or null.</summary>
    public static KnownVerdict? VerdictOn(StoreConnection c, IReadOnlyList<(long Id, long UpTo)> chain, long reading)
    {
        KnownVerdict? found = null;
        foreach ((long id, long upTo) in chain)
        {
            if (reading > upTo)
            {
                break;
            }

            c.Each("SELECT verdict, at, judgement, together FROM verdicts WHERE reading = @a AND ruling = @b",
                r => found = new KnownVerdict((Verdict)r.GetInt64(0), r.GetString(1), ScanMemory.BytesOf(r, 2), ScanMemory.BytesOf(r, 3)), reading, id);
            if (found is not null)
            {
                return found;
            }
        }

        return null;
    }

    /// <summary>The verdicts on readings, as far as there are any.</summary>
    public static Dictionary<long, KnownVerdict> VerdictsOn(StoreConnection c, IEnumerable<(long Id, long UpTo)> chain, IReadOnlyCollection<long> readings)
    {
        Dictionary<long, KnownVerdict> found = [];
        foreach ((long id, long upTo) in chain)
        {
            long[] open = [.. readings.Where(r => r <= upTo && !found.ContainsKey(r))];
            if (open.Length > 0)
            {
                c.Each($"SELECT reading, verdict, at, judgement FROM verdicts WHERE {c.IsOneOf("reading", "@a")} AND ruling = @b", r => found[r.GetInt64(0)] = Known(r), c.Many(open), id);
            }
        }

        return found;
    }

    /// <summary>The verdicts that were given last on readings, by whatever ruling, as far as there are any.</summary>
    public static Dictionary<long, KnownVerdict> LastVerdictsOn(StoreConnection c, IReadOnlyCollection<long> readings)
    {
        Dictionary<long, KnownVerdict> found = [];
        if (readings.Count > 0)
        {
            c.Each($"SELECT v.reading, v.verdict, v.at, v.judgement FROM verdicts v JOIN rulings u ON u.id = v.ruling WHERE {c.IsOneOf("v.reading", "@a")} ORDER BY u.made, u.id",
                r => found[r.GetInt64(0)] = Known(r), c.Many(readings));
        }

        return found;
    }

    private static KnownVerdict Known(DbDataReader r) => new((Verdict)r.GetInt64(1), r.GetString(2), ScanMemory.BytesOf(r, 3), null);

    /// <summary>
    /// The ruling that a judgement by another one is compared with: the last one that has verdicts on nearly all readings. A scan of one file by rules of its own, and a judgement that was cut short, have
    /// verdicts on few.
    /// </summary>
    public static (long Id, byte[] Rules)? Before(StoreConnection c, long own)
    {
        List<(long Id, byte[] Rules)> rulings = c.All("SELECT id, rules FROM rulings WHERE id <> @a ORDER BY made DESC, id DESC", r => (r.GetInt64(0), (byte[])r[1]), own);
        if (rulings.Count < 2)
        {
            return rulings.Count == 0 ? null : rulings[0];
        }

        Dictionary<long, long> counts = [];
        c.Each("SELECT ruling, count(*) FROM verdicts GROUP BY ruling", r => counts[r.GetInt64(0)] = r.GetInt64(1));
        long readings = c.Number("SELECT count(*) FROM readings WHERE head <> ''") ?? 0;
        long Covered(long ruling) => ChainOf(c, ruling).Sum(l => Math.Min(l.UpTo, counts.GetValueOrDefault(l.Id)));
        return rulings.Find(r => Covered(r.Id) * 10 >= readings * 9) is { Rules: not null } last ? last : rulings.MaxBy(r => Covered(r.Id));
    }

    /// <summary>Keeps a verdict; false where the reading was taken out of the store meanwhile.</summary>
    public static bool Keep(StoreConnection c, long ruling, long reading, Verdict verdict, bool plain, string at, byte[]? judgement, byte[]? together) =>
        c.Number("SELECT id FROM readings WHERE id = @a", reading) is not null && c.Execute(
            "INSERT INTO verdicts (reading, ruling, verdict, plain, at, judgement, together) VALUES (@a, @b, @c, @d, @e, @f, @g) "
            + "ON CONFLICT (reading, ruling) DO UPDATE SET verdict = excluded.verdict, plain = excluded.plain, at = excluded.at, judgement = excluded.judgement, together = excluded.together",
            reading, ruling, (int)verdict, plain, Readings.Terms.Plain(at), judgement, together) > 0;
}
