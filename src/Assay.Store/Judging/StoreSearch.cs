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
            HashSet<long>? readings = null;
            void Ask(string? asked, params string[] kinds)
            {
                if (asked is not null)
                {
                    HashSet<long> found = [.. kinds.SelectMany(k => Readings(c, k, asked))];
                    if (readings is null)
                    {
                        readings = found;
                    }
                    else
                    {
                        readings.IntersectWith(found);
                    }
                }
            }

            Ask(question.Calls, "callable");
            Ask(question.Host?.ToLowerInvariant(), Terms.Host);
            Ask(question.Refers, "reference");
            Ask(question.Code, "anomaly");
            Ask(question.Format, "format");
            if (question.Digest is { } digest)
            {
                HashSet<long> found = [.. Readings(c, "indicator", digest.ToLowerInvariant()), .. Readings(c, "indicator", digest)];
                if (digest.Length == 64 && digest.All(char.IsAsciiHexDigit))
                {
                    c.Each("SELECT r.id FROM readings r JOIN artifacts a ON a.id = r.artifact WHERE a.sha256 = @a", r => found.Add(r.GetInt64(0)), Convert.FromHexString(digest));
                }

                readings = readings is null ? found : [.. readings.Intersect(found)];
            }

            List<StoreHit> hits = [];
            HashSet<string> told = new(StringComparer.Ordinal);
            foreach (long reading in (readings ?? []).OrderDescending())
            {
                if (hits.Count == most)
                {
                    break;
                }

                c.Each("SELECT a.sha256, a.size, a.last_seen, (SELECT s.path FROM sightings s WHERE s.artifact = a.id ORDER BY s.last_seen DESC LIMIT 1), "
                    + "(SELECT v.verdict FROM verdicts v WHERE v.reading = r.id ORDER BY v.ruling DESC LIMIT 1) FROM readings r JOIN artifacts a ON a.id = r.artifact WHERE r.id = @a",
                    r =>
                    {
                        StoreHit hit = new(Convert.ToHexStringLower((byte[])r[0]), r.GetInt64(1), r.IsDBNull(3) ? "" : r.GetString(3), DateTimeOffset.FromUnixTimeMilliseconds(r.GetInt64(2)), r.IsDBNull(4) ? null : (Verdict)r.GetInt64(4));
                        if (told.Add(hit.Sha256))
                        {
                            hits.Add(hit);
                        }
                    }, reading);
            }

            return ((IReadOnlyList<StoreHit>)hits, readings?.Count ?? 0L);
        });
    }

    private static List<long> Readings(StoreConnection c, string kind, string asked)
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

        return terms.Count == 0 ? [] : c.All(
            string.Create(CultureInfo.InvariantCulture, $"SELECT reading FROM postings WHERE term IN ({string.Join(", ", terms)})"), r => r.GetInt64(0));
    }
}
