// Audits and their runs in a store.
using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using Assay.Store.Databases;
using Assay.Store.Readings;
using Assay.Store.Scans;

namespace Assay.Store.Audits;

/// <summary>Audits and their runs in a store.</summary>
public sealed class AuditBook(ModelStore store)
{
    /// <summary>Adds an audit.</summary>
    /// <exception cref="StoreException">There is one of that name.</exception>
    public void Add(Audit audit)
    {
        ArgumentNullException.ThrowIfNull(audit);
        store.Write(c =>
        {
            if (c.Number("SELECT id FROM audits WHERE name = @a", audit.Name) is not null)
            {
                throw new StoreException($"There is an audit {audit.Name} already; assay audit remove {audit.Name} takes it out.");
            }

            c.Execute("INSERT INTO audits (name, target, schedule, settings, made) VALUES (@a, @b, @c, @d, @e)", audit.Name, JsonSerializer.Serialize(audit.Targets, AuditJsonContext.Default.IReadOnlyListString), audit.Schedule,
                JsonSerializer.Serialize(audit.Settings, AuditJsonContext.Default.AuditSettings), store.Now);
            ChainedLog.Add(c, store.Time, "audit-added", $"{{\"name\":\"{JsonEncodedText.Encode(audit.Name)}\"}}");
        });
    }

    /// <summary>All audits, by their names.</summary>
    public IReadOnlyList<Audit> All() => store.Do(c => c.All("SELECT id, name, target, schedule, settings, baseline FROM audits ORDER BY name", Read));

    /// <summary>The audit of that name.</summary>
    /// <exception cref="StoreException">There is none.</exception>
    public Audit Find(string name) => store.Do(c => c.All("SELECT id, name, target, schedule, settings, baseline FROM audits WHERE name = @a", Read, name)) is [var audit]
        ? audit
        : throw new StoreException($"There is no audit {name}; assay audit list shows those that there are.");

    /// <summary>Takes an audit out, with its runs. The log keeps that it was there.</summary>
    public void Remove(Audit audit)
    {
        ArgumentNullException.ThrowIfNull(audit);
        store.Write(c =>
        {
            c.Execute("DELETE FROM runs WHERE audit = @a", audit.Id);
            c.Execute("DELETE FROM audits WHERE id = @a", audit.Id);
            ChainedLog.Add(c, store.Time, "audit-removed", $"{{\"name\":\"{JsonEncodedText.Encode(audit.Name)}\"}}");
        });
    }

    /// <summary>The runs of an audit that came to an end, the last one first.</summary>
    public IReadOnlyList<AuditRun> Runs(Audit audit, int most) => store.Do(c => c.All(
        "SELECT id, audit, began, ended, summary FROM runs WHERE audit = @a AND ended IS NOT NULL ORDER BY id DESC LIMIT @b",
        r => new AuditRun(r.GetInt64(0), r.GetInt64(1), Time(r.GetInt64(2)), Time(r.GetInt64(3)), JsonSerializer.Deserialize(r.GetString(4), AuditJsonContext.Default.AuditSummary)!), audit.Id, most));

    /// <summary>The last run of an audit that came to an end; null where there is none.</summary>
    public AuditRun? LastRun(Audit audit) => Runs(audit, 1) is [var last, ..] ? last : null;

    /// <summary>What a run saw.</summary>
    public AuditSnapshot SnapshotOf(long run)
    {
        byte[]? held = null;
        store.Do(c =>
        {
            c.Each("SELECT held FROM runs WHERE id = @a", r => held = ScanMemory.BytesOf(r, 0), run);
            return true;
        });
        return held is null
            ? throw new StoreException(string.Create(CultureInfo.InvariantCulture, $"There is no run {run}, or it did not come to an end."))
            : JsonSerializer.Deserialize(FactBlob.Inflate(held), AuditJsonContext.Default.AuditSnapshot)!;
    }

    /// <summary>Keeps a run that came to an end, as one transaction; a run that is killed before is none.</summary>
    public long Keep(Audit audit, DateTimeOffset began, AuditSummary summary, AuditSnapshot snapshot)
    {
        long run = 0;
        store.Write(c =>
        {
            run = c.Number("INSERT INTO runs (audit, kind, began, ended, summary, held) VALUES (@a, 'audit', @b, @c, @d, @e) RETURNING id", audit.Id, began.ToUnixTimeMilliseconds(), store.Now,
                JsonSerializer.Serialize(summary, AuditJsonContext.Default.AuditSummary), FactBlob.Pack(JsonSerializer.SerializeToUtf8Bytes(snapshot, AuditJsonContext.Default.AuditSnapshot)))!.Value;
            foreach (AuditNotice notice in summary.Against == 0 ? AuditComparison.First(snapshot) : snapshot.Notices.Where(n => n.Weight >= AuditComparison.Regression))
            {
                c.Execute("INSERT INTO alerts (made, kind, weight, text, by_whom) VALUES (@a, 'audit', @b, @c, '')", store.Now, notice.Weight, Terms.Plain($"{audit.Name}: {notice.File}: {notice.What}"));
            }

            ChainedLog.Add(c, store.Time, "audit", string.Create(CultureInfo.InvariantCulture, $"{{\"run\":{run},\"files\":{summary.Files},\"regressions\":{summary.Regressions}}}"));
        });
        return run;
    }

    /// <summary>Makes a run the one that others are compared with; null for the one before.</summary>
    public void SetBaseline(Audit audit, long? run) => store.Write(c => c.Execute("UPDATE audits SET baseline = @a WHERE id = @b", run, audit.Id));

    private static DateTimeOffset Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    private static Audit Read(DbDataReader row) => new()
    {
        Id = row.GetInt64(0),
        Name = row.GetString(1),
        Targets = JsonSerializer.Deserialize(row.GetString(2), AuditJsonContext.Default.IReadOnlyListString)!,
        Schedule = row.GetString(3),
        Settings = JsonSerializer.Deserialize(row.GetString(4), AuditJsonContext.Default.AuditSettings)!,
        Baseline = row.IsDBNull(5) ? null : row.GetInt64(5),
    };
}
