// What a scan asks of a store and puts into it.
using System.Data.Common;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Assay.Artifacts;
using Assay.Detection;
using Assay.Hosting.Folders;
using Assay.Policies;
using Assay.Scanning;
using Assay.Store.Databases;
using Assay.Store.Judging;
using Assay.Store.Readings;

namespace Assay.Store.Scans;

/// <summary>A reading that a store knows.</summary>
internal sealed record KnownReading(long Id, byte[]? Beside, string At, string Head);

/// <summary>A verdict that a store knows.</summary>
internal sealed record KnownVerdict(Verdict Verdict, string At, byte[]? Judgement, byte[]? Together);

/// <summary>What a scan asks of a store and puts into it. One thread at a time talks to the database.</summary>
internal sealed class ScanMemory
{
    private const long HalfDay = 12L * 60 * 60 * 1000;
    private readonly ModelStore _store;
    private readonly Lock _lock = new();
    private readonly long _settings;
    private readonly Ruling _ruling;
    private readonly JudgementBlob _judgements;
    private readonly BundleJudge _together;
    private readonly TermWriter _terms;
    private readonly string _host;
    private readonly List<(long Id, long UpTo)> _chain;

    public ScanMemory(ModelStore store, ReadingSettings settings, Ruling ruling)
    {
        _store = store;
        _ruling = ruling;
        _judgements = new JudgementBlob(ruling.Rules);
        _together = new BundleJudge("", ruling.Rules, ruling.Policy, ruling.Day);
        _terms = new TermWriter();
        _host = Environment.MachineName;
        _settings = store.Do(c => Number(c, settings));
        _chain = store.Do(c => Rulings.ChainOf(c, ruling, store.Now));
    }

    /// <summary>The digest that is kept for a file, where the file is what it was.</summary>
    public byte[]? DigestOf(string path, FileStamp stamp) => Kept(path, stamp)?.Digest;

    /// <summary>The digest that is kept for a file, and whether its sighting is so old that it is noted anew.</summary>
    public (byte[] Digest, bool IsOld)? Kept(string path, FileStamp stamp)
    {
        if (!stamp.IsLocal)
        {
            return null;
        }

        (string Stamp, long Made, byte[] Digest, long Seen)? found = null;
        Ask(c => c.Each(
            "SELECT p.stamp, p.made, a.sha256, a.last_seen FROM places p JOIN artifacts a ON a.id = p.artifact WHERE p.path = @a AND p.ground = @b",
            r => found = (r.GetString(0), r.GetInt64(1), (byte[])r[2], r.GetInt64(3)), path, stamp.Ground));
        return found is { } known && known.Stamp == stamp.Text && stamp.IsTrusted(known.Made) ? (known.Digest, known.Seen + HalfDay < _store.Now) : null;
    }

    /// <summary>The digest under which is kept what was read of a file of a server; null where that server has not listed it before.</summary>
    public byte[]? DigestOf(BundleOrigin origin, ListedContent listed)
    {
        byte[]? found = null;
        Ask(c => c.Each("SELECT a.sha256 FROM places p JOIN artifacts a ON a.id = p.artifact WHERE p.path = @a AND p.ground = @b AND p.stamp = @c",
            r => found = (byte[])r[0], Terms.Plain(listed.Identity), GroundOf(origin), SizeOf(listed)));
        return found;
    }

    /// <summary>
    /// What stands for a file of a server of which not every byte was read: made of what the server said. It is no digest of bytes, so that what was read on the word of a server is never
    /// taken for what a file on this machine holds.
    /// </summary>
    public static byte[] StandIn(BundleOrigin origin, ListedContent listed) => SHA256.HashData(Encoding.UTF8.GetBytes($"assay listed\0{origin.Server}\0{listed.Identity}\0{SizeOf(listed)}"));

    /// <summary>Whether something was read under this name of a file that a server has listed before.</summary>
    public bool Knows(BundleOrigin origin, ListedContent listed, string name) => DigestOf(origin, listed) is { } digest && Readings(digest, name, named: false).Count > 0;

    /// <summary>The readings of these bytes under this name.</summary>
    public List<KnownReading> Readings(byte[] digest, string name, bool named)
    {
        List<KnownReading> found = [];
        Ask(c => found = c.All(
            "SELECT r.id, r.beside, r.at, r.head FROM readings r JOIN artifacts a ON a.id = r.artifact WHERE a.sha256 = @a AND r.settings = @b AND r.name = @c AND r.named IN (2, @d)",
            r => new KnownReading(r.GetInt64(0), BytesOf(r, 1), r.GetString(2), r.GetString(3)), digest, _settings, name, named));
        return found;
    }

    /// <summary>The verdict on a reading under the rules of the scan, or null.</summary>
    public KnownVerdict? VerdictOn(long reading)
    {
        KnownVerdict? found = null;
        Ask(c => found = Rulings.VerdictOn(c, _chain, reading));
        return found;
    }

    /// <summary>The judgement in a verdict.</summary>
    public Judgement JudgementOf(KnownVerdict known, string path) => _judgements.Unpack(known.Verdict, known.Judgement, path);

    /// <summary>All facts of a reading, or null for a file that is no model.</summary>
    public FactSet? FactsOf(long reading, string path, string? bundle)
    {
        byte[]? packed = null;
        Ask(c => c.Each("SELECT facts FROM readings WHERE id = @a", r => packed = BytesOf(r, 0), reading));
        return packed is null ? null : FactBlob.Unpack(packed, path, bundle);
    }

    /// <summary>What was read of an input and what it was judged to be by the last ruling, with all facts; null for no model, or where it is no longer kept.</summary>
    public static TargetReport? ReportOf(ModelStore store, long reading, string path, RuleSet rules) => store.Do(c =>
    {
        TargetReport? report = null;
        byte[]? packed = null;
        c.Each("SELECT facts FROM readings WHERE id = @a", r => packed = BytesOf(r, 0), reading);
        if (packed is not null)
        {
            FactSet facts = FactBlob.Unpack(packed, path, null);
            report = TargetReport.Of(facts, Judge.Of(facts, rules, Policy.None, DateOnly.FromDateTime(store.Time.GetUtcNow().UtcDateTime)), keepFacts: true);
        }

        return report;
    });

    /// <summary>Keeps what a scan has, as one transaction: when it returns, all of it is kept.</summary>
    public void Keep(IReadOnlyList<Keeping> batch)
    {
        lock (_lock)
        {
            int kept = 0;
            try
            {
                _store.Write(c =>
                {
                    kept = 0;
                    _terms.Begin(c);
                    foreach (Keeping one in batch)
                    {
                        kept += KeepOne(c, one) ? 1 : 0;
                    }

                    if (kept > 0)
                    {
                        ChainedLog.Add(c, _store.Time, "kept", string.Create(CultureInfo.InvariantCulture, $"{{\"readings\":{kept}}}"));
                    }
                });
            }
            catch
            {
                // What the transaction made is gone, and so are the numbers of its terms and rulings.
                _terms.Forget();
                throw;
            }
        }
    }

    /// <summary>Keeps which readings are the files of bundles, and what the bundles were judged to be.</summary>
    public void Keep(IReadOnlyList<KeptBundle> bundles)
    {
        lock (_lock)
        {
            _store.Write(c =>
            {
                foreach (KeptBundle bundle in bundles)
                {
                    BundleBook.Keep(c, bundle, _host, _chain[0].Id, _store.Now);
                }
            });
        }
    }

    /// <summary>Notes the end of a scan in the log.</summary>
    public void Ended(StoreTally tally)
    {
        lock (_lock)
        {
            if (tally.Read + tally.Judged > 0)
            {
                _store.Write(c => ChainedLog.Add(c, _store.Time, "scan", string.Create(CultureInfo.InvariantCulture,
                    $"{{\"read\":{tally.Read},\"judged\":{tally.Judged},\"unchanged\":{tally.Unchanged},\"known\":{tally.Known}}}")));
            }
        }
    }

    private bool KeepOne(StoreConnection c, Keeping one)
    {
        if (one.Digest is null || (one.Origin is ResultOrigin.Unchanged && !one.IsToSee))
        {
            return false;
        }

        long now = _store.Now;
        long artifact = c.Number(
            "INSERT INTO artifacts (sha256, size, first_seen, last_seen) VALUES (@a, @b, @c, @d) ON CONFLICT (sha256) DO UPDATE SET last_seen = excluded.last_seen RETURNING id", one.Digest, one.Size, now, now)!.Value;
        c.Execute(
            "INSERT INTO sightings (artifact, host, path, repository, revision, publisher, first_seen, last_seen) VALUES (@a, @b, @c, @d, @e, @f, @g, @h) "
            + "ON CONFLICT (artifact, host, path, repository, revision, publisher) DO UPDATE SET last_seen = excluded.last_seen",
            artifact, Terms.Plain(one.From?.Server ?? _host), Terms.Plain(one.Real ?? one.Input.Path), Terms.Plain(one.From?.Repository ?? ""), Terms.Plain(one.From?.Revision ?? ""), Terms.Plain(one.From?.Publisher ?? ""), now, now);
        if (one is { Stamp: { IsLocal: true } stamp, Real: { } real } && one.Origin is not ResultOrigin.Unchanged)
        {
            c.Execute(
                "INSERT INTO places (path, ground, stamp, made, artifact) VALUES (@a, @b, @c, @d, @e) ON CONFLICT (path, ground) DO UPDATE SET stamp = excluded.stamp, made = excluded.made, artifact = excluded.artifact",
                Terms.Plain(real), stamp.Ground, stamp.Text, one.Made, artifact);
        }

        else if (one is { Listed: { } listed, From: { } from, Origin: ResultOrigin.Read })
        {
            c.Execute(
                "INSERT INTO places (path, ground, stamp, made, artifact) VALUES (@a, @b, @c, @d, @e) ON CONFLICT (path, ground) DO UPDATE SET stamp = excluded.stamp, made = excluded.made, artifact = excluded.artifact",
                Terms.Plain(listed.Identity), GroundOf(from), SizeOf(listed), one.Made, artifact);
        }

        switch (one.Origin)
        {
            case ResultOrigin.Read:
                one.Reading = KeepReading(c, artifact, one, now);
                KeepVerdict(c, one.Reading, one);
                KeepLoads(c, artifact, one, now);
                return true;
            case ResultOrigin.Judged:
                KeepVerdict(c, one.Reading, one);
                return true;
            default:
                return false;
        }
    }

    private long KeepReading(StoreConnection c, long artifact, Keeping one, long now)
    {
        FactSet? facts = one.Report?.Read;
        bool canMove = facts is null || FactBlob.CanMove(facts);
        bool isRecognised = one.Report is not null && !one.Report.Unread.Concat(one.Report.WaivedUnread.Select(w => w.Unread)).Any(u => u.Cause == UnreadCause.Unrecognised);
        long reading = c.Number(
            (c.IsServer ? "INSERT INTO readings (" : "INSERT INTO readings (id, ")
            + "artifact, settings, name, named, beside_digest, beside, at, head, facts, made) VALUES ("
            + (c.IsServer ? "" : StoreNumbers.NextReading + ", ") + "@a, @b, @c, @d, @e, @f, @g, @h, @i, @j) "
            + "ON CONFLICT (artifact, settings, name, named, beside_digest) DO UPDATE SET made = excluded.made, at = excluded.at, head = excluded.head, facts = excluded.facts RETURNING id",
            artifact, _settings, StoredScan.NameOf(one.Input), isRecognised ? 2L : one.Input.Named ? 1L : 0L, BesideText.DigestOf(one.Beside), one.Beside,
            canMove ? "" : Terms.Plain(one.Input.Path), one.Report is null ? "" : ReadingHead.Of(one.Report).ToString(), one.Packed, now)!.Value;
        if (facts is not null)
        {
            HashSet<Term> terms = Terms.Of(facts);
            if (one.Listed?.Sha256 is { } promised && promised != facts.Sha256)
            {
                terms.Add(new Term("indicator", promised));
            }

            _terms.Write(c, reading, terms);
        }

        return reading;
    }

    /// <summary>Keeps what test loads were seen doing: each scan that loads adds to what is known.</summary>
    private static void KeepLoads(StoreConnection c, long artifact, Keeping one, long now)
    {
        if (one.Report is { IsTestLoaded: true, Read: { } facts, Events.Count: > 0 } report)
        {
            Fact[] seen = [.. facts.Facts.Where(f => f is BehaviourFact or UnreadFact { Cause: UnreadCause.NotDetonated })];
            c.Execute("INSERT INTO loads (artifact, made, path, verdict, facts) VALUES (@a, @b, @c, @d, @e)", artifact, now, Terms.Plain(one.Real ?? one.Input.Path), (int)report.Verdict, FactBlob.Pack(facts with { Facts = seen }));
        }
    }

    private static string GroundOf(BundleOrigin origin) => "listed by " + origin.Server;

    private static string SizeOf(ListedContent listed) => listed.Size.ToString(CultureInfo.InvariantCulture);

    private void KeepVerdict(StoreConnection c, long reading, Keeping one)
    {
        if (one.Report is not { } report)
        {
            return;
        }

        Judgement judgement = report.Judgement;
        Fact[] together = [.. report.Facts.Where(_together.Wants)];
        Rulings.Keep(c, _chain[0].Id, reading, judgement.Verdict, JudgementBlob.IsPlain(judgement),
            JudgementBlob.CanMove(judgement, report.Path, _ruling.Policy) ? "" : report.Path,
            _judgements.Pack(judgement, report.Path),
            together.Length == 0 ? null : FactBlob.Pack(report.Read! with { Facts = together }));
    }

    private void Ask(Action<StoreConnection> question)
    {
        lock (_lock)
        {
            _store.Do(c =>
            {
                question(c);
                return true;
            });
        }
    }

    private static long Number(StoreConnection c, ReadingSettings settings)
    {
        long? known = c.Number("SELECT id FROM settings WHERE digest = @a", settings.Digest);
        if (known is null)
        {
            c.Write(() => c.Execute("INSERT INTO settings (digest, schema, readers, limits) VALUES (@a, @b, @c, @d) ON CONFLICT (digest) DO NOTHING", settings.Digest, settings.Schema, settings.Readers, settings.Limits));
            known = c.Number("SELECT id FROM settings WHERE digest = @a", settings.Digest);
        }

        return known!.Value;
    }

    internal static byte[]? BytesOf(DbDataReader row, int column) => row.IsDBNull(column) ? null : (byte[])row[column];
}
