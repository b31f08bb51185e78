// Readings that are judged again: loaded and kept many at a time.
using System.Globalization;
using Assay.Policies;
using Assay.Store.Databases;
using Assay.Store.Readings;
using Assay.Store.Scans;

namespace Assay.Store.Judging;

/// <summary>A reading that is judged again.</summary>
internal sealed class RetroRow
{
    public required long Reading { get; init; }

    public required long Artifact { get; init; }

    public required string Sha256 { get; init; }

    public required byte[] Facts { get; init; }

    public required string Path { get; init; }

    public KnownVerdict? Before { get; set; }

    /// <summary>Whether the ruling before, and those before that, have no verdict, so that this one is kept whatever it is.</summary>
    public bool IsNew { get; set; }

    public Judgement? After { get; set; }

    public byte[]? Packed { get; set; }

    public byte[]? Together { get; set; }

    public JudgementChange? Change { get; set; }
}

/// <summary>Readings that are judged again. What is asked of the database is asked for many of them at once.</summary>
/// <param name="c">The store.</param>
/// <param name="chain">The ruling that the judgement is compared with, and its parents.</param>
/// <param name="own">The ruling that judges.</param>
/// <param name="readings">Which, in their order.</param>
internal sealed class RetroRows(StoreConnection c, IReadOnlyList<(long Id, long UpTo)> chain, long own, IEnumerable<long> readings) : IDisposable
{
    /// <summary>So many are judged side by side.</summary>
    private const int Step = 512;

    /// <summary>So many bytes of compressed facts are judged side by side, and a reading more: some readings have a hundred thousand times as many facts as others.</summary>
    private const long StepBytes = 4 << 20;
    private readonly IEnumerator<long> _left = readings.GetEnumerator();
    private readonly Queue<(long Reading, long Bytes)> _next = new();

    /// <inheritdoc/>
    public void Dispose() => _left.Dispose();

    /// <summary>The next rows to be judged side by side; none at the end.</summary>
    public List<RetroRow> Load()
    {
        List<long> asked = [];
        for (long bytes = 0; asked.Count < Step && bytes < StepBytes && (_next.Count > 0 || Measure());)
        {
            (long reading, long size) = _next.Dequeue();
            asked.Add(reading);
            bytes += size;
        }

        if (asked.Count == 0)
        {
            return [];
        }

        object many = c.Many(asked);
        List<RetroRow> rows = c.All(
            $"SELECT r.id, r.artifact, a.sha256, r.facts, (SELECT s.path FROM sightings s WHERE s.artifact = a.id ORDER BY s.last_seen DESC LIMIT 1) FROM readings r JOIN artifacts a ON a.id = r.artifact WHERE {c.IsOneOf("r.id", "@a")} AND r.facts IS NOT NULL ORDER BY r.id",
            r => new RetroRow { Reading = r.GetInt64(0), Artifact = r.GetInt64(1), Sha256 = Convert.ToHexStringLower((byte[])r[2]), Facts = (byte[])r[3], Path = r.IsDBNull(4) ? "" : r.GetString(4) }, many);

        // What these rules have judged already is told once.
        Dictionary<long, KnownVerdict> before = Rulings.VerdictsOn(c, [(own, long.MaxValue), .. chain], asked);

        // Where the ruling before says nothing of it, what was said of it last by any other counts.
        Dictionary<long, KnownVerdict> last = Rulings.LastVerdictsOn(c, [.. asked.Where(r => !before.ContainsKey(r))]);
        foreach (RetroRow row in rows)
        {
            row.IsNew = !before.ContainsKey(row.Reading);
            row.Before = before.GetValueOrDefault(row.Reading) ?? last.GetValueOrDefault(row.Reading);
        }

        return rows;
    }

    /// <summary>Keeps the judgements of rows, and an alert of each that is worse. A reading that was taken out of the store meanwhile has no change.</summary>
    public void Keep(IReadOnlyList<RetroRow> rows, long now) => c.Write(() =>
    {
        object many = c.Many([.. rows.Select(r => r.Reading)]);
        HashSet<long> there = [.. c.All($"SELECT id FROM readings WHERE {c.IsOneOf("id", "@a")}", r => r.GetInt64(0), many)];
        c.Execute($"DELETE FROM verdicts WHERE {c.IsOneOf("reading", "@a")} AND ruling = @b", many, own);
        c.Insert("verdicts (reading, ruling, verdict, plain, at, judgement, together)",
            rows.Where(r => there.Contains(r.Reading)).Select(r => (object?[])[r.Reading, own, (int)r.After!.Verdict, JudgementBlob.IsPlain(r.After), "", r.Packed, r.Together]));
        foreach (RetroRow row in rows.Where(r => !there.Contains(r.Reading)))
        {
            row.Change = null;
        }

        Alert(c, now, rows.Where(r => r.Change is { IsWorse: true }).Select(r => ((long?)r.Artifact, r.Change!)));
    });

    /// <summary>Keeps an alert of each change.</summary>
    public static void Alert(StoreConnection c, long now, IEnumerable<(long? Artifact, JudgementChange Change)> changes) =>
        c.Insert("alerts (made, kind, artifact, weight, text, by_whom)", changes.Select(a => (object?[])[now, "judged", a.Artifact, (int)a.Change.Decided,
            Terms.Plain($"{a.Change.Path} is {RetroJudge.Word(a.Change.Decided)} by new rules; it was {RetroJudge.Word(a.Change.Before!.Value)}. New: {string.Join(", ", a.Change.New)}."), ""]));

    /// <summary>How long the facts of the next readings are, of those that have any.</summary>
    private bool Measure()
    {
        while (_next.Count == 0)
        {
            List<long> some = [];
            while (some.Count < Step && _left.MoveNext())
            {
                some.Add(_left.Current);
            }

            if (some.Count == 0)
            {
                return false;
            }

            c.Each($"SELECT id, length(facts) FROM readings WHERE {c.IsOneOf("id", "@a")} AND facts IS NOT NULL ORDER BY id", r => _next.Enqueue((r.GetInt64(0), r.GetInt64(1))), c.Many(some));
        }

        return true;
    }
}
