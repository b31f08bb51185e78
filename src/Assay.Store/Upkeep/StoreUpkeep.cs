// What keeps a store in order: a check, less room, and what is forgotten.
using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using Assay.Store.Databases;
using Assay.Store.Readings;
using Assay.Store.Scans;

namespace Assay.Store.Upkeep;

/// <summary>What a check of a store came to.</summary>
/// <param name="Faults">What is wrong, one sentence each.</param>
/// <param name="Counts">How many rows each table has.</param>
/// <param name="LogEntries">The number of the last entry of the log.</param>
/// <param name="LogHead">The digest of the last entry, which holds all before it.</param>
public sealed record StoreCheck(IReadOnlyList<string> Faults, IReadOnlyList<(string Table, long Rows)> Counts, long LogEntries, string LogHead);

/// <summary>What keeps a store in order.</summary>
public static class StoreUpkeep
{
    private const int MostFaults = 100;

    /// <summary>Checks the file of the database, that what refers to something finds it, that all facts can be read, and that the log is whole.</summary>
    public static StoreCheck Check(ModelStore store, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store.Do(c =>
        {
            List<string> faults = [];
            if (!c.IsServer)
            {
                c.Each("PRAGMA integrity_check(20)", r =>
                {
                    if (r.GetString(0) is not "ok" and var said)
                    {
                        faults.Add($"SQLite: {said}.");
                    }
                });
            }

            foreach ((string table, string column, string target) in s_references)
            {
                long lost = c.Number($"SELECT count(*) FROM {table} t WHERE t.{column} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {target} o WHERE o.id = t.{column})") ?? 0;
                if (lost > 0)
                {
                    faults.Add(string.Create(CultureInfo.InvariantCulture, $"{lost} rows of {table} name a row of {target} that is not there."));
                }
            }

            if (ChainedLog.FirstBroken(c) is { } broken)
            {
                faults.Add(string.Create(CultureInfo.InvariantCulture, $"The log is broken at entry {broken}: it, or one before it, was changed or taken out."));
            }

            foreach (long reading in Damaged(c, cancellation).Take(MostFaults))
            {
                faults.Add(string.Create(CultureInfo.InvariantCulture, $"The facts of reading {reading} are damaged; the file is read again when its row is taken out (assay store compact does that)."));
            }

            (long entries, byte[] head) = ChainedLog.Last(c);
            return new StoreCheck(faults, [.. Tables.All.Select(t => (t.Name, Tables.Count(c, t.Name)))], entries, Convert.ToHexStringLower(head));
        });
    }

    /// <summary>Takes out what nothing needs any more: readings by older builds, of which newer ones are there, digests of files on mounts that are gone, facts that are damaged; and gives the room back.</summary>
    public static long Compact(ModelStore store, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store.Do(c =>
        {
            List<long> damaged = Damaged(c, cancellation);
            long gone = 0;
            c.Write(() =>
            {
                StoreNumbers.Sweep(c);
                foreach (long reading in damaged.Where(d => c.All("SELECT head, facts FROM readings WHERE id = @a", r => IsDamaged(r, 0), d) is [true]))
                {
                    // Another process may have read the file anew in the meantime, so it is looked at once more.
                    gone += c.Execute("DELETE FROM readings WHERE id = @a", reading);
                }

                gone += c.Execute("DELETE FROM readings WHERE EXISTS (SELECT 1 FROM readings n WHERE n.artifact = readings.artifact AND n.name = readings.name AND n.settings > readings.settings AND n.made > readings.made)");
                Sweep(c);
                ChainedLog.Add(c, store.Time, "compact", string.Create(CultureInfo.InvariantCulture, $"{{\"readings\":{gone}}}"));
            });
            Release(c);
            return gone;
        });
    }

    /// <summary>Forgets what was last seen before a time, and returns how many artifacts that were. The log keeps that it was done.</summary>
    public static long Prune(ModelStore store, DateTimeOffset before)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store.Do(c =>
        {
            long gone = 0;
            c.Write(() =>
            {
                StoreNumbers.Sweep(c);
                gone = c.Execute("DELETE FROM artifacts WHERE last_seen < @a", before.ToUnixTimeMilliseconds());
                c.Execute("DELETE FROM sightings WHERE last_seen < @a OR NOT EXISTS (SELECT 1 FROM artifacts a WHERE a.id = sightings.artifact)", before.ToUnixTimeMilliseconds());
                c.Plain("DELETE FROM readings WHERE NOT EXISTS (SELECT 1 FROM artifacts a WHERE a.id = readings.artifact)");
                c.Plain("DELETE FROM loads WHERE NOT EXISTS (SELECT 1 FROM artifacts a WHERE a.id = loads.artifact)");
                c.Plain("UPDATE alerts SET artifact = NULL WHERE artifact IS NOT NULL AND NOT EXISTS (SELECT 1 FROM artifacts a WHERE a.id = alerts.artifact)");
                Sweep(c);
                ChainedLog.Add(c, store.Time, "prune", string.Create(CultureInfo.InvariantCulture, $"{{\"artifacts\":{gone},\"before\":{before.ToUnixTimeMilliseconds()}}}"));
            });
            return gone;
        });
    }

    /// <summary>Writes all of a store as lines of JSON, which any store of either kind takes in.</summary>
    public static long Export(ModelStore store, Stream to, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(to);
        return store.Do(c =>
        {
            long rows = 0;
            c.Plain(c.IsServer ? "BEGIN ISOLATION LEVEL REPEATABLE READ" : "BEGIN");
            try
            {
                Line(to, w =>
                {
                    w.WriteString("schema", Schema);
                    w.WriteNumber("tables", Migrations.Last);
                });
                foreach (StoreTable table in Tables.All)
                {
                    string columns = string.Join(", ", table.Columns.Select(n => n.Name));
                    c.Each($"SELECT {columns} FROM {table.Name} ORDER BY {table.Columns[0].Name}", row =>
                    {
                        cancellation.ThrowIfCancellationRequested();
                        Line(to, w =>
                        {
                            w.WritePropertyName(table.Name);
                            Tables.Write(w, table, row);
                        });
                        rows++;
                    });
                }

                Line(to, w => w.WriteNumber("rows", rows));
                to.Flush();
            }
            finally
            {
                c.Plain("COMMIT");
            }

            return rows;
        });
    }

    /// <summary>Takes in what <see cref="Export"/> wrote: all of it, or nothing. The store must hold nothing yet.</summary>
    /// <exception cref="StoreException">The store holds something, or the lines are cut or none that an export writes.</exception>
    public static long Import(ModelStore store, Stream from, string shown, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(from);
        return store.Do(c =>
        {
            long rows = 0;
            c.Write(() =>
            {
                if (Tables.All.Any(t => Tables.Count(c, t.Name) > 0))
                {
                    throw new StoreException($"The store {store.At.Shown} holds something already; an export goes into a new one.");
                }

                rows = new Importer(c, shown, cancellation).Read(from);
            });
            return rows;
        });
    }

    internal const string Schema = "assay.store/1";

    private static readonly (string Table, string Column, string Target)[] s_references =
    [
        ("places", "artifact", "artifacts"), ("sightings", "artifact", "artifacts"), ("readings", "artifact", "artifacts"), ("readings", "settings", "settings"),
        ("verdicts", "reading", "readings"), ("verdicts", "ruling", "rulings"), ("postings", "reading", "readings"), ("postings", "term", "terms"),
        ("loads", "artifact", "artifacts"), ("runs", "audit", "audits"), ("alerts", "artifact", "artifacts"), ("rulings", "parent", "rulings"),
        ("members", "bundle", "bundles"), ("members", "reading", "readings"), ("bundle_verdicts", "bundle", "bundles"), ("bundle_verdicts", "ruling", "rulings"),
    ];

    private static List<long> Damaged(StoreConnection c, CancellationToken cancellation)
    {
        List<long> damaged = [];
        c.Each("SELECT id, head, facts FROM readings", r =>
        {
            cancellation.ThrowIfCancellationRequested();
            if (IsDamaged(r, 1))
            {
                damaged.Add(r.GetInt64(0));
            }
        });
        return damaged;
    }

    /// <summary>Whether head and facts, which stand in a row from a column on, cannot be read.</summary>
    private static bool IsDamaged(DbDataReader row, int column)
    {
        try
        {
            if (row.GetString(column).Length > 0)
            {
                ReadingHead.Parse(row.GetString(column));
                FactBlob.Unpack(ScanMemory.BytesOf(row, column + 1), "", null);
            }

            return false;
        }
        catch (Exception e) when (e is StoreException or InvalidCastException)
        {
            return true;
        }
    }

    private static void Sweep(StoreConnection c)
    {
        c.Plain("DELETE FROM places WHERE NOT EXISTS (SELECT 1 FROM artifacts a WHERE a.id = places.artifact)");
        c.Plain("DELETE FROM verdicts WHERE NOT EXISTS (SELECT 1 FROM readings r WHERE r.id = verdicts.reading)");
        c.Plain("DELETE FROM postings WHERE NOT EXISTS (SELECT 1 FROM readings r WHERE r.id = postings.reading)");
        c.Plain("DELETE FROM members WHERE NOT EXISTS (SELECT 1 FROM readings r WHERE r.id = members.reading)");
        c.Plain("DELETE FROM bundles WHERE NOT EXISTS (SELECT 1 FROM members m WHERE m.bundle = bundles.id)");
        c.Plain("DELETE FROM bundle_verdicts WHERE NOT EXISTS (SELECT 1 FROM bundles b WHERE b.id = bundle_verdicts.bundle)");
        c.Plain("DELETE FROM terms WHERE NOT EXISTS (SELECT 1 FROM postings p WHERE p.term = terms.id)");
    }

    private static void Release(StoreConnection c)
    {
        if (c.IsServer)
        {
            c.Plain("VACUUM ANALYZE");
        }
        else
        {
            c.Plain("VACUUM");
            c.Plain("PRAGMA wal_checkpoint(TRUNCATE)");
        }
    }

    private static void Line(Stream to, Action<Utf8JsonWriter> write)
    {
        using (Utf8JsonWriter writer = new(to))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        to.WriteByte((byte)'\n');
    }
}
