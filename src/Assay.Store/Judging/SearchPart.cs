// One thing that a question asks, and how the store tells which readings fit it.
using System.Data.Common;
using Assay.Detection;
using Assay.Python.Names;
using Assay.Store.Databases;
using Assay.Store.Readings;

namespace Assay.Store.Judging;

/// <summary>One thing that a question asks.</summary>
internal abstract class SearchPart
{
    /// <summary>Whether nothing fits.</summary>
    public virtual bool IsEmpty => false;

    /// <summary>What a question asks, thing by thing.</summary>
    public static List<SearchPart> Of(StoreConnection c, StoreQuestion question)
    {
        List<SearchPart> parts = [];
        foreach ((string kind, string? asked) in ((string, string?)[])
            [(Terms.Callable, question.Calls), (Terms.Host, question.Host?.ToLowerInvariant()), ("reference", question.Refers), ("anomaly", question.Code), ("format", question.Format)])
        {
            if (asked is not null)
            {
                parts.Add(new WithTerms(TermsOf(c, kind, asked)));
            }
        }

        if (question.Digest is { } digest)
        {
            parts.Add(new WithDigest(digest, [.. TermsOf(c, "indicator", digest), .. TermsOf(c, "indicator", digest.ToLowerInvariant())]));
        }

        foreach ((string column, string? asked) in ((string, string?)[])[("repository", question.Repository), ("publisher", question.Publisher)])
        {
            if (asked is not null)
            {
                parts.Add(new Seen(column, Terms.Plain(asked)));
            }
        }

        return parts;
    }

    /// <summary>The newest readings that fit, up to so many; null where the index does not tell them in that order.</summary>
    public virtual List<long>? Newest(StoreConnection c, int some) => null;

    /// <summary>How many readings fit, counted in so many rows at most.</summary>
    public virtual (long Count, bool IsMore) Count(StoreConnection c, int mostRows) => throw new NotSupportedException();

    /// <summary>All readings that fit; null where the index has more rows for them than so many.</summary>
    public BitSet? All(StoreConnection c, long last, int mostRows)
    {
        if (IsWide(c, mostRows))
        {
            return null;
        }

        BitSet fits = new(last);
        long rows = 0;
        foreach (long reading in Rows(c, mostRows + 1))
        {
            fits.Add(reading);
            rows++;
        }

        return rows > mostRows ? null : fits;
    }

    /// <summary>Those of some readings that fit.</summary>
    public abstract HashSet<long> Among(StoreConnection c, IReadOnlyCollection<long> readings);

    /// <summary>Whether it is known, without taking them, that more rows fit than so many.</summary>
    protected virtual bool IsWide(StoreConnection c, int mostRows) => false;

    /// <summary>Readings that fit, some perhaps several times, up to so many rows of the index.</summary>
    protected abstract IEnumerable<long> Rows(StoreConnection c, int most);

    private static List<long> TermsOf(StoreConnection c, string kind, string asked)
    {
        if (asked == "*" && Terms.IsToldByKind(kind))
        {
            return c.All("SELECT id FROM terms WHERE kind = @a AND value = @b", r => r.GetInt64(0), Terms.Fact, kind);
        }

        if (!asked.Contains('*', StringComparison.Ordinal))
        {
            // A name is found by its own spelling and by the one that reports tell.
            string[] spellings = kind is Terms.Callable ? [asked, CanonicalName.Of(asked)] : [asked];
            return [.. spellings.Distinct().SelectMany(s => c.All("SELECT id FROM terms WHERE kind = @a AND value = @b", r => r.GetInt64(0), kind, Terms.Cut(s)))];
        }

        WildcardPattern pattern = WildcardPattern.OfText(asked);
        List<long> terms = [];
        c.Each("SELECT id, value FROM terms WHERE kind = @a", r =>
        {
            if (pattern.IsMatch(r.GetString(1)))
            {
                terms.Add(r.GetInt64(0));
            }
        }, kind);
        return terms;
    }

    /// <summary>Readings that can be found by one of these terms.</summary>
    private class WithTerms(List<long> terms) : SearchPart
    {
        /// <summary>So many terms are asked for their newest readings one by one.</summary>
        private const int Few = 2000;

        public override bool IsEmpty => terms.Count == 0;

        public override List<long>? Newest(StoreConnection c, int some)
        {
            if (terms.Count > Few)
            {
                return null;
            }

            SortedSet<long> newest = [];
            foreach (long term in terms)
            {
                long beyond = newest.Count < some ? -1 : newest.Min;
                foreach (long reading in c.All("SELECT reading FROM postings WHERE term = @a AND reading > @b ORDER BY reading DESC LIMIT @c", r => r.GetInt64(0), term, beyond, some))
                {
                    newest.Add(reading);
                    if (newest.Count > some)
                    {
                        newest.Remove(newest.Min);
                    }
                }
            }

            return [.. newest.Reverse()];
        }

        public override (long Count, bool IsMore) Count(StoreConnection c, int mostRows)
        {
            if (terms is [var term])
            {
                return (c.Number("SELECT count(*) FROM postings WHERE term = @a", term) ?? 0, false);
            }

            HashSet<long> counted = [];
            long rows = 0;
            foreach (long reading in Rows(c, mostRows + 1))
            {
                counted.Add(reading);
                rows++;
            }

            return (counted.Count, rows > mostRows);
        }

        public override HashSet<long> Among(StoreConnection c, IReadOnlyCollection<long> readings) =>
            [.. c.All($"SELECT DISTINCT reading FROM postings WHERE {c.IsOneOf("reading", "@a")} AND {c.IsOneOf(c.IsServer ? "term" : "+term", "@b")}", r => r.GetInt64(0), c.Many(readings), c.Many(terms))];

        protected override IEnumerable<long> Rows(StoreConnection c, int most) =>
            c.All($"SELECT reading FROM postings WHERE {c.IsOneOf("term", "@a")} LIMIT @b", r => r.GetInt64(0), c.Many(terms), most);
    }

    /// <summary>Readings of the artifact with a digest, or of such that hold it.</summary>
    private sealed class WithDigest(string digest, List<long> terms) : WithTerms(terms)
    {
        private const int HexLength = 64;

        public override bool IsEmpty => false;

        public override List<long>? Newest(StoreConnection c, int some) => null;

        public override HashSet<long> Among(StoreConnection c, IReadOnlyCollection<long> readings)
        {
            HashSet<long> found = base.Among(c, readings);
            found.UnionWith(Own(c).Where(readings.Contains));
            return found;
        }

        protected override IEnumerable<long> Rows(StoreConnection c, int most) => Own(c).Concat(base.Rows(c, most));

        private List<long> Own(StoreConnection c) => digest.Length == HexLength && digest.All(char.IsAsciiHexDigit)
            ? c.All("SELECT r.id FROM readings r JOIN artifacts a ON a.id = r.artifact WHERE a.sha256 = @a", r => r.GetInt64(0), Convert.FromHexString(digest))
            : [];
    }

    /// <summary>Readings of artifacts that were seen in a repository, or that a publisher has.</summary>
    private sealed class Seen : SearchPart
    {
        /// <summary>A row of this part is looked up in two tables, so that fewer are taken.</summary>
        private const int Dearer = 5;

        /// <summary>No reading has this number.</summary>
        private const long Outside = -1;

        private readonly string _column;
        private readonly string _first;
        private readonly string _last;

        /// <summary>What the database compares beside the range; empty where the range says all.</summary>
        private readonly string _stars = "";

        /// <summary>What is compared here, because databases do not know all signs of a pattern.</summary>
        private readonly WildcardPattern? _pattern;

        public Seen(string column, string asked)
        {
            _column = column;
            int sign = asked.Contains('*', StringComparison.Ordinal) ? asked.IndexOfAny(['*', '?', '[']) : -1;
            _first = sign < 0 ? asked : asked[..sign];
            _last = sign < 0 ? asked : _first + '\uffff';
            if (sign >= 0 && asked.AsSpan(sign) is not "*")
            {
                _pattern = asked.AsSpan(sign).ContainsAny('?', '[') ? WildcardPattern.OfText(asked) : null;
                _stars = _pattern is null ? asked : "";
            }
        }

        public override HashSet<long> Among(StoreConnection c, IReadOnlyCollection<long> readings) =>
            [.. Fitting(c, $"SELECT r.id, s.{_column} FROM readings r JOIN sightings s ON s.artifact = r.artifact WHERE {c.IsOneOf("r.id", "@c")} AND {Where(c)}", c.Many(readings))];

        protected override bool IsWide(StoreConnection c, int mostRows) =>
            c.Number($"SELECT count(*) FROM (SELECT 1 FROM sightings s WHERE {Where(c)} LIMIT @c) AS few", Values(c, (mostRows / Dearer) + 1)) > mostRows / Dearer;

        protected override IEnumerable<long> Rows(StoreConnection c, int most) =>
            Fitting(c, $"SELECT r.id, s.{_column} FROM sightings s JOIN readings r ON r.artifact = s.artifact WHERE {Where(c)} LIMIT @c", most);

        private List<long> Fitting(StoreConnection c, string sql, object third)
        {
            List<long> found = [];
            c.Each(sql, r => found.Add(_pattern?.IsMatch(r.GetString(1)) != false ? r.GetInt64(0) : Outside), Values(c, third));
            return found;
        }

        private string Where(StoreConnection c)
        {
            string column = $"s.{_column}{(c.IsServer ? StoreConnection.Plainly : "")}";
            return $"{column} >= @a AND {column} <= @b{(_stars.Length == 0 ? "" : $" AND {column} {(c.IsServer ? "LIKE" : "GLOB")} @d")}";
        }

        private object[] Values(StoreConnection c, object third)
        {
            string stars = !c.IsServer ? _stars
                : _stars.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal).Replace('*', '%');
            return stars.Length == 0 ? [_first, _last, third] : [_first, _last, third, stars];
        }
    }
}
