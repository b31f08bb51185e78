// Rulings and verdicts in a store.
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

    /// <summary>Keeps a verdict.</summary>
    public static void Keep(StoreConnection c, long ruling, long reading, Verdict verdict, bool plain, string at, byte[]? judgement, byte[]? together) => c.Execute(
        "INSERT INTO verdicts (reading, ruling, verdict, plain, at, judgement, together) VALUES (@a, @b, @c, @d, @e, @f, @g) "
        + "ON CONFLICT (reading, ruling) DO UPDATE SET verdict = excluded.verdict, plain = excluded.plain, at = excluded.at, judgement = excluded.judgement, together = excluded.together",
        reading, ruling, (int)verdict, plain, Readings.Terms.Plain(at), judgement, together);
}
