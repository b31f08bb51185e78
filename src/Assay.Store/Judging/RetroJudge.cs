// Judges everything that a store holds by new rules, without a byte of the models.
using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Assay.Artifacts;
using Assay.Policies;
using Assay.Reports;
using Assay.Scanning;
using Assay.Store.Databases;
using Assay.Store.Readings;
using Assay.Store.Scans;

namespace Assay.Store.Judging;

/// <summary>A reading, or a bundle, whose judgement is another one by the new rules.</summary>
/// <param name="Sha256">The digest of the artifact, in hexadecimal; empty for a bundle.</param>
/// <param name="Path">Where it was seen last.</param>
/// <param name="Before">The verdict before; null where there was none.</param>
/// <param name="After">The verdict now.</param>
/// <param name="New">The ids of rules that find something now and did not.</param>
/// <param name="Gone">The ids of rules that found something and do not now.</param>
public sealed record JudgementChange(string Sha256, string Path, Verdict? Before, Verdict After, IReadOnlyList<string> New, IReadOnlyList<string> Gone)
{
    /// <summary>The verdict after what people have decided about the file; the same as <see cref="After"/> where nobody has.</summary>
    public Verdict Decided { get; init; } = After;

    /// <summary>Whether it is worse than it was, by what people have decided.</summary>
    public bool IsWorse => Before is { } before && Decided > before;
}

/// <summary>What judging a store came to.</summary>
/// <param name="Readings">How many readings there are.</param>
/// <param name="Judged">How many the change could concern, so that they were judged.</param>
/// <param name="Changed">How many are judged otherwise.</param>
/// <param name="Worse">How many have a worse verdict, each of which is an alert.</param>
public sealed record RetroResult(long Readings, long Judged, long Changed, long Worse);

/// <summary>Judges everything that a store holds by new rules.</summary>
public sealed class RetroJudge
{
    private readonly ModelStore _store;
    private readonly Ruling _ruling;
    private readonly JudgementBlob _judgements;

    /// <summary>What people have decided about files, put into the report on one; nothing where it is null.</summary>
    public Func<TargetReport, TargetReport>? Decisions { get; init; }

    /// <summary>Prepares the judgement of a store by a ruling.</summary>
    internal RetroJudge(ModelStore store, Ruling ruling)
    {
        _store = store;
        _ruling = ruling;
        _judgements = new JudgementBlob(ruling.Rules);
    }

    /// <summary>Prepares the judgement of a store by rules and a policy.</summary>
    public static RetroJudge Of(ModelStore store, Detection.RuleSet rules, Policy policy, Func<TargetReport, TargetReport>? decisions = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        return new RetroJudge(store, new Ruling(rules, policy, DateOnly.FromDateTime(store.Time.GetUtcNow().UtcDateTime))) { Decisions = decisions };
    }

    /// <summary>Judges, and hands each reading that is judged otherwise to <paramref name="use"/>.</summary>
    public RetroResult Run(Action<JudgementChange> use, CancellationToken cancellation) => _store.Do(c =>
    {
        long upTo = c.Number("SELECT max(id) FROM readings") ?? 0;
        long count = c.Number("SELECT count(*) FROM readings") ?? 0;
        long own = Rulings.ChainOf(c, _ruling, _store.Now)[0].Id;
        (long Id, byte[] Rules)? before = Rulings.Before(c, own);
        List<(long Id, long UpTo)> chain = before is null ? [] : Rulings.ChainOf(c, before.Value.Id);
        RulingChange difference = RulingChange.Of(_ruling, before?.Rules);
        BitSet? concerned = difference.Concerned(c, chain, upTo);
        if (concerned is not null)
        {
            AddUnjudged(c, chain, upTo, concerned);
        }

        long judged = 0, changed = 0, worse = 0;
        using ThreadLocal<BundleJudge> together = new(() => new BundleJudge("", _ruling.Rules, _ruling.Policy, _ruling.Day));
        using RetroRows rows = new(c, chain, own, (concerned ?? All(c, upTo)).Ascending());

        // While some rows are judged, those before them are kept and those after them are loaded: the connection is used by this thread alone.
        List<RetroRow> other = [];
        for (List<RetroRow> next = rows.Load(); next.Count > 0 || other.Count > 0;)
        {
            cancellation.ThrowIfCancellationRequested();
            List<RetroRow> now = next;
            Task<List<RetroRow>> judging = Task.Run(() => Judge(now, together, keepAll: before is null || concerned is null, keepShared: difference.AreBundles), CancellationToken.None);
            try
            {
                Keep(other);
                next = rows.Load();
            }
            finally
            {
                // It is not left to run beside whoever catches what this throws.
                ((IAsyncResult)judging).AsyncWaitHandle.WaitOne();
            }

            judged += now.Count;
            other = judging.GetAwaiter().GetResult();
        }

        void Keep(List<RetroRow> some)
        {
            Decide(some);
            if (some.Count > 0)
            {
                rows.Keep(some, _store.Now);
            }

            // What is told is kept by then.
            foreach (JudgementChange change in some.Where(r => r.Change is not null).Select(r => r.Change!))
            {
                changed++;
                worse += change.IsWorse ? 1 : 0;
                use(change);
            }
        }

        BundleRejudging bundles = new(_ruling, _judgements, own, chain);
        bundles.Run(c, concerned, change =>
        {
            changed++;
            if (change.IsWorse)
            {
                worse++;
                RetroRows.Alert(c, _store.Now, [(null, change)]);
            }
        }, use, cancellation);
        c.Write(() =>
        {
            // From here on the verdicts of the ruling before hold for what is not judged otherwise.
            if (before is { } parent && concerned is not null && Rulings.ChainOf(c, parent.Id).All(l => l.Id != own))
            {
                c.Execute("UPDATE rulings SET parent = @a, upto = @b WHERE id = @c", parent.Id, upTo, own);
            }

            // What the next judgement is compared with, also where these rules were those before.
            c.Execute("UPDATE rulings SET made = @a WHERE id = @b", _store.Now, own);

            ChainedLog.Add(c, _store.Time, "judge", string.Create(CultureInfo.InvariantCulture, $"{{\"readings\":{count},\"judged\":{judged},\"changed\":{changed},\"worse\":{worse}}}"));
        });
        return new RetroResult(count, judged, changed, worse);
    });

    /// <summary>What people have decided about the files that are judged otherwise.</summary>
    private void Decide(List<RetroRow> rows)
    {
        foreach (RetroRow row in rows.Where(r => Decisions is not null && r.Change is not null))
        {
            TargetReport report = TargetReport.Of(FactBlob.Unpack(row.Facts, row.Path, null) with { Sha256 = row.Sha256 }, row.After!, keepFacts: true);
            row.Change = row.Change! with { Decided = Decisions!(report).Verdict };
        }
    }

    /// <summary>A verdict in the words of all reports, for programs that print what a store says.</summary>
    internal static string Word(Verdict verdict) => Words.Of(verdict);

    private static BitSet All(StoreConnection c, long upTo)
    {
        BitSet all = new(upTo);
        c.Each("SELECT id FROM readings WHERE id <= @a", r => all.Add(r.GetInt64(0)), upTo);
        return all;
    }

    /// <summary>Readings on which there is no verdict by the ruling before.</summary>
    private static void AddUnjudged(StoreConnection c, List<(long Id, long UpTo)> chain, long upTo, BitSet concerned)
    {
        // Read side by side in order, a join of a million rows with itself.
        string rulings = string.Join(", ", chain.Select(l => l.Id.ToString(CultureInfo.InvariantCulture)));
        c.Each($"SELECT r.id FROM readings r WHERE r.id <= @a AND r.head <> '' AND NOT EXISTS (SELECT 1 FROM verdicts v WHERE v.reading = r.id AND v.ruling IN ({rulings}))", r => concerned.Add(r.GetInt64(0)), upTo);
    }

    /// <summary>Judges rows side by side, and returns those whose judgement is another one.</summary>
    private List<RetroRow> Judge(List<RetroRow> rows, ThreadLocal<BundleJudge> bundle, bool keepAll, bool keepShared)
    {
        ConcurrentBag<RetroRow> other = [];
        Parallel.ForEach(rows, row =>
        {
            FactSet facts = FactBlob.Unpack(row.Facts, row.Path, null);
            Judgement after = Policies.Judge.Of(facts, _ruling.Rules, _ruling.Policy, _ruling.Day);
            (Verdict Verdict, HashSet<string> Keys, SortedSet<string> Rules)? before = row.Before is null ? null : Named(row.Before);
            HashSet<string> keys = [.. after.Findings.Select(f => f.Rule.Id + f.ContentKey)];
            bool isSame = before is { } was && was.Verdict == after.Verdict && was.Keys.SetEquals(keys);
            bool keep = keepAll || row.IsNew;
            if (isSame && !keep && !keepShared)
            {
                return;
            }

            // Of a file that is judged as before, other facts may be shared with the files beside it.
            Fact[] together = [.. facts.Facts.Where(bundle.Value!.Wants)];
            if (isSame && !keep && together.Length == 0)
            {
                return;
            }

            row.After = after;
            row.Packed = _judgements.Pack(after, row.Path);
            row.Together = together.Length == 0 ? null : FactBlob.Pack(facts with { Facts = together });
            if (!isSame && before is not null)
            {
                SortedSet<string> now = new(after.Findings.Select(f => f.Rule.Id), StringComparer.Ordinal);
                row.Change = new JudgementChange(row.Sha256, row.Path, before.Value.Verdict, after.Verdict, [.. now.Except(before.Value.Rules)], [.. before.Value.Rules.Except(now)]);
            }

            other.Add(row);
        });
        return [.. other.OrderBy(r => r.Reading)];
    }

    /// <summary>What a judgement named, read without its rules, some of which may be gone.</summary>
    private static (Verdict Verdict, HashSet<string> Keys, SortedSet<string> Rules) Named(KnownVerdict known)
    {
        HashSet<string> keys = [];
        SortedSet<string> rules = new(StringComparer.Ordinal);
        if (known.Judgement is { } packed)
        {
            using JsonDocument json = JsonDocument.Parse(FactBlob.Inflate(packed), new JsonDocumentOptions { MaxDepth = 256 });
            foreach (JsonElement finding in json.RootElement.TryGetProperty("findings", out JsonElement findings) ? findings.EnumerateArray() : default)
            {
                string rule = finding.GetProperty("rule").GetString()!;
                rules.Add(rule);
                keys.Add(rule + finding.GetProperty("contentKey").GetString());
            }
        }

        return (known.Verdict, keys, rules);
    }
}
