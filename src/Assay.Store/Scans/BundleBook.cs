// Which files were together, and what they were judged to be as a whole.
using Assay.Artifacts;
using Assay.Detection;
using Assay.Hosting.Folders;
using Assay.Policies;
using Assay.Store.Databases;
using Assay.Store.Readings;

namespace Assay.Store.Scans;

/// <summary>A bundle as a scan found it.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="From">Where it comes from, where that is known.</param>
/// <param name="Members">The readings of its files, by their names.</param>
/// <param name="Judgement">What it was judged to be.</param>
internal sealed record KeptBundle(string Path, BundleOrigin? From, IReadOnlyList<(string Name, long Reading)> Members, Judgement Judgement);

/// <summary>Which files were together, and what they were judged to be as a whole.</summary>
internal static class BundleBook
{
    /// <summary>Keeps a bundle as it is now.</summary>
    public static void Keep(StoreConnection c, KeptBundle bundle, string host, long ruling, long now)
    {
        long id = c.Number(
            "INSERT INTO bundles (host, path, repository, revision, publisher, first_seen, last_seen) VALUES (@a, @b, @c, @d, @e, @f, @g) "
            + "ON CONFLICT (host, path) DO UPDATE SET last_seen = excluded.last_seen, repository = excluded.repository, revision = excluded.revision, publisher = excluded.publisher RETURNING id",
            Terms.Plain(bundle.From?.Server ?? host), Terms.Plain(bundle.Path), Terms.Plain(bundle.From?.Repository ?? ""), Terms.Plain(bundle.From?.Revision ?? ""), Terms.Plain(bundle.From?.Publisher ?? ""), now, now)!.Value;
        HashSet<(string, long)> before = [];
        c.Each("SELECT name, reading FROM members WHERE bundle = @a", r => before.Add((r.GetString(0), r.GetInt64(1))), id);
        HashSet<(string, long)> members = [.. bundle.Members.Select(m => (Terms.Plain(m.Name), m.Reading))];
        if (!members.SetEquals(before))
        {
            c.Execute("DELETE FROM members WHERE bundle = @a", id);
            foreach ((string name, long reading) in members.Where(m => c.Number("SELECT id FROM readings WHERE id = @a", m.Item2) is not null))
            {
                c.Execute("INSERT INTO members (bundle, name, reading) VALUES (@a, @b, @c) ON CONFLICT (bundle, name) DO UPDATE SET reading = excluded.reading", id, name, reading);
            }

            // What other rules said was said of other files.
            c.Execute("DELETE FROM bundle_verdicts WHERE bundle = @a", id);
        }

        KeepVerdict(c, id, ruling, bundle.Judgement.Verdict, Written(bundle.Judgement));
    }

    /// <summary>Keeps what a bundle was judged to be.</summary>
    public static void KeepVerdict(StoreConnection c, long bundle, long ruling, Verdict verdict, string findings) => c.Execute(
        "INSERT INTO bundle_verdicts (bundle, ruling, verdict, findings) VALUES (@a, @b, @c, @d) ON CONFLICT (bundle, ruling) DO UPDATE SET verdict = excluded.verdict, findings = excluded.findings",
        bundle, ruling, (int)verdict, findings);

    /// <summary>The findings that no file gives by itself, one a line.</summary>
    public static string Written(Judgement judgement) => string.Join('\n', judgement.Findings.Select(f => $"{f.Rule.Id} {f.ContentKey}").Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));

    /// <summary>The rules in written findings.</summary>
    public static SortedSet<string> RulesIn(string findings) => new(findings.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(' ')[0]), StringComparer.Ordinal);
}
