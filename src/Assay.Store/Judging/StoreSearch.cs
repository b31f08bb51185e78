// Which models call this, refer there, hold that?
using System.Globalization;
using Assay.Detection;
using Assay.Policies;
using Assay.Store.Databases;
using Assay.Store.Readings;

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

/// <summary>Finds models in a store by what they do and hold.</summary>
public static class StoreSearch
{
    /// <summary>The models that a question fits, those seen last first, up to so many; and how many there are.</summary>
    public static (IReadOnlyList<StoreHit> Hits, long Count) Find(ModelStore store, StoreQuestion question, int most)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(question);
        return store.Do(c =>
        {
            // One question is answered by the index alone: of a term that a third of a million readings have, nobody wants to see more than the last ones.
            if (TermsOf(c, question) is { } only)
            {
                string asked = string.Join(", ", only);
                long all = only.Count == 0 ? 0 : c.Number($"SELECT count({(only.Count == 1 ? "*" : "DISTINCT reading")}) FROM postings WHERE term IN ({asked})") ?? 0;
                for (int some = most * 2; ; some *= 8)
                {
                    List<long> last = only.Count == 0 ? [] : c.All(string.Create(CultureInfo.InvariantCulture, $"SELECT DISTINCT reading FROM postings WHERE term IN ({asked}) ORDER BY reading DESC LIMIT {some}"), r => r.GetInt64(0));
                    List<StoreHit> hits = Shown(c, last, most);
                    if (hits.Count == most || last.Count < some)
                    {
                        return ((IReadOnlyList<StoreHit>)hits, all);
                    }
                }
            }

            HashSet<long>? readings = null;
            void Take(HashSet<long> found)
            {
                if (readings is null)
                {
                    readings = found;
                }
                else
                {
                    readings.IntersectWith(found);
                }
            }

            foreach ((string kind, string? asked) in Asked(question))
            {
                if (asked is not null)
                {
                    Take([.. Readings(c, kind, asked)]);
                }
            }

            foreach ((string column, string? asked) in ((string, string?)[])[("repository", question.Repository), ("publisher", question.Publisher)])
            {
                if (asked is not null)
                {
                    Take(Seen(c, column, asked));
                }
            }

            if (question.Digest is { } digest)
            {
                HashSet<long> found = [.. Readings(c, "indicator", digest.ToLowerInvariant()), .. Readings(c, "indicator", digest)];
                if (digest.Length == 64 && digest.All(char.IsAsciiHexDigit))
                {
                    c.Each("SELECT r.id FROM readings r JOIN artifacts a ON a.id = r.artifact WHERE a.sha256 = @a", r => found.Add(r.GetInt64(0)), Convert.FromHexString(digest));
                }

                Take(found);
            }

            return ((IReadOnlyList<StoreHit>)Shown(c, (readings ?? []).OrderDescending(), most), readings?.Count ?? 0L);
        });
    }

    /// <summary>What is asked of facts, by the kinds of their terms.</summary>
    private static (string Kind, string? Asked)[] Asked(StoreQuestion question) =>
        [("callable", question.Calls), (Terms.Host, question.Host?.ToLowerInvariant()), ("reference", question.Refers), ("anomaly", question.Code), ("format", question.Format)];

    /// <summary>The terms that a question is about that asks one thing of facts and nothing else; null for any other.</summary>
    private static List<long>? TermsOf(StoreConnection c, StoreQuestion question) =>
        question is { Digest: null, Repository: null, Publisher: null } && Asked(question).Where(q => q.Asked is not null).ToArray() is [(var kind, { } asked)] ? TermsOf(c, kind, asked) : null;

    private static List<StoreHit> Shown(StoreConnection c, IEnumerable<long> readings, int most)
    {
        List<StoreHit> hits = [];
        HashSet<string> told = new(StringComparer.Ordinal);
        foreach (long[] some in readings.Chunk(Math.Max(1, most)))
        {
            List<(long Reading, StoreHit Hit)> found = c.All(
                $"SELECT r.id, a.sha256, a.size, a.last_seen, (SELECT s.path FROM sightings s WHERE s.artifact = a.id ORDER BY s.last_seen DESC LIMIT 1), "
                + $"(SELECT v.verdict FROM verdicts v WHERE v.reading = r.id ORDER BY v.ruling DESC LIMIT 1) FROM readings r JOIN artifacts a ON a.id = r.artifact WHERE r.id IN ({string.Join(", ", some)})",
                r => (r.GetInt64(0), new StoreHit(Convert.ToHexStringLower((byte[])r[1]), r.GetInt64(2), r.IsDBNull(4) ? "" : r.GetString(4), DateTimeOffset.FromUnixTimeMilliseconds(r.GetInt64(3)), r.IsDBNull(5) ? null : (Verdict)r.GetInt64(5))));
            foreach ((_, StoreHit hit) in found.OrderByDescending(f => f.Reading))
            {
                if (hits.Count < most && told.Add(hit.Sha256))
                {
                    hits.Add(hit);
                }
            }

            if (hits.Count == most)
            {
                break;
            }
        }

        return hits;
    }

    /// <summary>The readings of what was seen in a repository, or of a publisher.</summary>
    private static HashSet<long> Seen(StoreConnection c, string column, string asked)
    {
        string sql = $"SELECT r.id FROM readings r JOIN sightings s ON s.artifact = r.artifact WHERE s.{column} = @a";
        if (!asked.Contains('*', StringComparison.Ordinal))
        {
            return [.. c.All(sql, r => r.GetInt64(0), asked)];
        }

        WildcardPattern pattern = WildcardPattern.OfText(asked);
        HashSet<long> found = [];
        foreach (string one in c.All($"SELECT DISTINCT {column} FROM sightings", r => r.GetString(0)).Where(o => pattern.IsMatch(o)))
        {
            found.UnionWith(c.All(sql, r => r.GetInt64(0), one));
        }

        return found;
    }

    private static List<long> Readings(StoreConnection c, string kind, string asked)
    {
        List<long> terms = TermsOf(c, kind, asked);
        return terms.Count == 0 ? [] : c.All(string.Create(CultureInfo.InvariantCulture, $"SELECT reading FROM postings WHERE term IN ({string.Join(", ", terms)})"), r => r.GetInt64(0));
    }

    private static List<long> TermsOf(StoreConnection c, string kind, string asked)
    {
        List<long> terms = [];
        if (!asked.Contains('*', StringComparison.Ordinal))
        {
            if (c.Number("SELECT id FROM terms WHERE kind = @a AND value = @b", kind, Terms.Cut(asked)) is { } term)
            {
                terms.Add(term);
            }
        }
        else
        {
            WildcardPattern pattern = WildcardPattern.OfText(asked);
            c.Each("SELECT id, value FROM terms WHERE kind = @a", r =>
            {
                if (pattern.IsMatch(r.GetString(1)))
                {
                    terms.Add(r.GetInt64(0));
                }
            }, kind);
        }

        return terms;
    }
}
