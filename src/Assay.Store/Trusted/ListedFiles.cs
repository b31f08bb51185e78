// Artifacts of a store that a list of harmful files names.
using System.Globalization;
using Assay.Policies;
using Assay.Store.Databases;
using Assay.Store.Judging;
using Assay.Store.Readings;

namespace Assay.Store.Trusted;

/// <summary>Holds lists of harmful files to all that a store has seen: without the bytes, which need not be there any more.</summary>
public static class ListedFiles
{
    /// <summary>The artifacts that are listed, each with what <paramref name="saidOf"/> its SHA-256; an alert is raised for each that was not told before.</summary>
    public static IReadOnlyList<(StoreHit Hit, string Said)> Find(ModelStore store, Func<string, string?> saidOf)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(saidOf);
        List<(long Id, StoreHit Hit, string Said)> found = [];
        store.Do(c =>
        {
            c.Each("SELECT id, sha256, size, last_seen FROM artifacts", r =>
            {
                string sha256 = Convert.ToHexStringLower((byte[])r[1]);
                if (saidOf(sha256) is { } said)
                {
                    found.Add((r.GetInt64(0), new StoreHit(sha256, r.GetInt64(2), "", DateTimeOffset.FromUnixTimeMilliseconds(r.GetInt64(3)), null), said));
                }
            });
            for (int at = 0; at < found.Count; at++)
            {
                string path = c.Text("SELECT path FROM sightings WHERE artifact = @a ORDER BY last_seen DESC LIMIT 1", found[at].Id) ?? "";
                found[at] = found[at] with { Hit = found[at].Hit with { Path = path } };
            }

            return true;
        });
        if (found.Count > 0)
        {
            store.Write(c =>
            {
                int told = 0;
                foreach ((long id, StoreHit hit, string said) in found)
                {
                    string text = Terms.Plain($"{hit.Path}: {said}");
                    if (c.Number("SELECT count(*) FROM alerts WHERE artifact = @a AND kind = 'feed' AND text = @b", id, text) == 0)
                    {
                        told++;
                        c.Execute("INSERT INTO alerts (made, kind, artifact, weight, text, by_whom) VALUES (@a, 'feed', @b, @c, @d, '')", store.Now, id, (int)Verdict.Malicious, text);
                    }
                }

                if (told > 0)
                {
                    ChainedLog.Add(c, store.Time, "feed", string.Create(CultureInfo.InvariantCulture, $"{{\"listed\":{found.Count},\"new\":{told}}}"));
                }
            });
        }

        return [.. found.Select(f => (f.Hit, f.Said))];
    }
}
