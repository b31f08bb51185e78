// What the files of bundles are together by new rules.
using Assay.Artifacts;
using Assay.Policies;
using Assay.Store.Databases;
using Assay.Store.Readings;
using Assay.Store.Scans;

namespace Assay.Store.Judging;

/// <summary>Judges bundles again, of which a file could be concerned: by the stored facts of all their files, and what each was judged to be by itself.</summary>
internal sealed class BundleRejudging(Ruling ruling, JudgementBlob judgements, long own, IReadOnlyList<(long Id, long UpTo)> chain)
{
    private sealed record Stored(long Id, string Path);

    /// <summary>Judges, and hands on each bundle that is judged otherwise.</summary>
    /// <param name="c">The store.</param>
    /// <param name="concerned">The readings that the change could concern; null for all.</param>
    /// <param name="keep">Keeps what goes with a change, together with it.</param>
    /// <param name="use">Takes a change, after it is kept.</param>
    /// <param name="cancellation">Ends the work.</param>
    public void Run(StoreConnection c, BitSet? concerned, Action<JudgementChange> keep, Action<JudgementChange> use, CancellationToken cancellation)
    {
        HashSet<long>? bundles = null;
        if (concerned is not null)
        {
            bundles = [];
            c.Each("SELECT bundle, reading FROM members", r =>
            {
                if (concerned.Contains(r.GetInt64(1)))
                {
                    bundles.Add(r.GetInt64(0));
                }
            });
        }

        foreach (Stored bundle in c.All("SELECT id, path FROM bundles ORDER BY id", r => new Stored(r.GetInt64(0), r.GetString(1))))
        {
            cancellation.ThrowIfCancellationRequested();
            if (bundles?.Contains(bundle.Id) != false)
            {
                if (One(c, bundle, keep) is { } change)
                {
                    use(change);
                }
            }
        }
    }

    private JudgementChange? One(StoreConnection c, Stored bundle, Action<JudgementChange> keep)
    {
        (Verdict Verdict, string Findings)? before = Known(c, bundle.Id);
        BundleJudge judge = new(bundle.Path, ruling.Rules, ruling.Policy, ruling.Day);
        List<(long Id, string Name, byte[] Facts)> members = [];
        c.Each("SELECT r.id, m.name, r.facts FROM members m JOIN readings r ON r.id = m.reading WHERE m.bundle = @a AND r.facts IS NOT NULL ORDER BY m.name",
            r => members.Add((r.GetInt64(0), r.GetString(1), (byte[])r[2])), bundle.Id);
        foreach ((long id, string name, byte[] packed) in members)
        {
            string path = $"{bundle.Path}/{name}";
            FactSet facts = FactBlob.Unpack(packed, path, bundle.Path);
            KnownVerdict? known = Rulings.VerdictOn(c, [(own, long.MaxValue)], id) ?? Rulings.VerdictOn(c, chain, id);
            judge.Add(facts, known is null ? Policies.Judge.Of(facts, ruling.Rules, ruling.Policy, ruling.Day) : judgements.Unpack(known.Verdict, known.Judgement, path));
        }

        Judgement after = judge.End();
        string findings = BundleBook.Written(after);
        JudgementChange? change = null;
        c.Write(() =>
        {
            if (c.Number("SELECT id FROM bundles WHERE id = @a AND path = @b", bundle.Id, bundle.Path) is null)
            {
                // It was taken out of the store meanwhile.
                return;
            }

            BundleBook.KeepVerdict(c, bundle.Id, own, after.Verdict, findings);

            // A bundle that is worse because a file is worse was told with the file.
            if (before is { } was && was.Findings != findings)
            {
                SortedSet<string> old = BundleBook.RulesIn(was.Findings), now = BundleBook.RulesIn(findings);
                change = new JudgementChange("", bundle.Path, was.Verdict, after.Verdict, [.. now.Except(old)], [.. old.Except(now)]);
                keep(change);
            }
        });
        return change;
    }

    private (Verdict Verdict, string Findings)? Known(StoreConnection c, long bundle)
    {
        foreach (long id in chain.Select(l => l.Id).Prepend(own))
        {
            if (c.All("SELECT verdict, findings FROM bundle_verdicts WHERE bundle = @a AND ruling = @b", r => ((Verdict)r.GetInt64(0), r.GetString(1)), bundle, id) is [var found])
            {
                return found;
            }
        }

        return null;
    }
}
