// The tables of a store, as numbered steps from nothing to today.
using System.Globalization;

namespace Assay.Store.Databases;

/// <summary>The tables, as numbered steps. A step that was released never changes; the same steps make a SQLite file and a database of PostgreSQL.</summary>
internal static class Migrations
{
    /// <summary>Says in the head of a SQLite file that it is a store: ASAY.</summary>
    private const long Application = 0x41534159;

    /// <summary>The number of the last step.</summary>
    public static int Last => s_steps.Length;

    private static readonly string[] s_steps =
    [
        """
        CREATE TABLE artifacts (id {id}, sha256 {bytes} NOT NULL UNIQUE, size BIGINT NOT NULL, first_seen BIGINT NOT NULL, last_seen BIGINT NOT NULL);
        CREATE TABLE places (path TEXT NOT NULL, ground TEXT NOT NULL, stamp TEXT NOT NULL, made BIGINT NOT NULL, artifact BIGINT NOT NULL, PRIMARY KEY (path, ground));
        CREATE TABLE sightings (id {id}, artifact BIGINT NOT NULL, host TEXT NOT NULL, path TEXT NOT NULL, repository TEXT NOT NULL, revision TEXT NOT NULL, publisher TEXT NOT NULL,
            first_seen BIGINT NOT NULL, last_seen BIGINT NOT NULL, UNIQUE (artifact, host, path, repository, revision, publisher));
        CREATE INDEX sightings_by_path ON sightings (path);
        CREATE TABLE settings (id {id}, digest {bytes} NOT NULL UNIQUE, schema TEXT NOT NULL, readers TEXT NOT NULL, limits TEXT NOT NULL);
        CREATE TABLE readings (id {id}, artifact BIGINT NOT NULL, settings BIGINT NOT NULL, name TEXT NOT NULL, named BIGINT NOT NULL, beside_digest {bytes} NOT NULL, beside {bytes},
            at TEXT NOT NULL, head TEXT NOT NULL, facts {bytes}, made BIGINT NOT NULL, UNIQUE (artifact, settings, name, named, beside_digest));
        CREATE TABLE rulings (id {id}, digest {bytes} NOT NULL UNIQUE, rules {bytes} NOT NULL, parent BIGINT, upto BIGINT NOT NULL, made BIGINT NOT NULL);
        CREATE TABLE verdicts (reading BIGINT NOT NULL, ruling BIGINT NOT NULL, verdict BIGINT NOT NULL, plain BIGINT NOT NULL, at TEXT NOT NULL, judgement {bytes}, together {bytes},
            PRIMARY KEY (reading, ruling)){rowless};
        CREATE TABLE terms (id {id}, kind TEXT NOT NULL, value TEXT NOT NULL, UNIQUE (kind, value));
        CREATE TABLE postings (term BIGINT NOT NULL, reading BIGINT NOT NULL, PRIMARY KEY (term, reading)){rowless};
        CREATE TABLE loads (id {id}, artifact BIGINT NOT NULL, made BIGINT NOT NULL, path TEXT NOT NULL, verdict BIGINT NOT NULL, facts {bytes} NOT NULL);
        CREATE TABLE decisions (id {id}, sha256 {bytes} NOT NULL, kind TEXT NOT NULL, who TEXT NOT NULL, reason TEXT NOT NULL, made BIGINT NOT NULL, ends BIGINT, envelope {bytes});
        CREATE TABLE audits (id {id}, name TEXT NOT NULL UNIQUE, target TEXT NOT NULL, schedule TEXT NOT NULL, settings TEXT NOT NULL, baseline BIGINT, made BIGINT NOT NULL);
        CREATE TABLE runs (id {id}, audit BIGINT, kind TEXT NOT NULL, began BIGINT NOT NULL, ended BIGINT, summary TEXT NOT NULL, held {bytes});
        CREATE INDEX runs_of_audits ON runs (audit, began);
        CREATE TABLE alerts (id {id}, made BIGINT NOT NULL, kind TEXT NOT NULL, artifact BIGINT, weight BIGINT NOT NULL, text TEXT NOT NULL, acknowledged BIGINT, by_whom TEXT NOT NULL);
        CREATE TABLE log (number BIGINT PRIMARY KEY, made BIGINT NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL, chain {bytes} NOT NULL);
        """,
        """
        CREATE TABLE bundles (id {id}, host TEXT NOT NULL, path TEXT NOT NULL, repository TEXT NOT NULL, revision TEXT NOT NULL, publisher TEXT NOT NULL,
            first_seen BIGINT NOT NULL, last_seen BIGINT NOT NULL, UNIQUE (host, path));
        CREATE TABLE members (bundle BIGINT NOT NULL, name TEXT NOT NULL, reading BIGINT NOT NULL, PRIMARY KEY (bundle, name)){rowless};
        CREATE TABLE bundle_verdicts (bundle BIGINT NOT NULL, ruling BIGINT NOT NULL, verdict BIGINT NOT NULL, findings TEXT NOT NULL, PRIMARY KEY (bundle, ruling)){rowless};
        CREATE INDEX sightings_by_repository ON sightings (repository);
        CREATE INDEX sightings_by_publisher ON sightings (publisher);
        CREATE INDEX loads_by_artifact ON loads (artifact);
        CREATE INDEX decisions_by_digest ON decisions (sha256);
        """,
        """
        CREATE TABLE numbers (name TEXT NOT NULL PRIMARY KEY, last BIGINT NOT NULL);
        INSERT INTO numbers (name, last) SELECT 'readings', upto FROM rulings WHERE upto > 0 ORDER BY upto DESC LIMIT 1;
        CREATE INDEX postings_by_reading ON postings (reading, term);
        DROP INDEX sightings_by_repository;
        CREATE INDEX sightings_by_repository ON sightings (repository{plain}, artifact);
        DROP INDEX sightings_by_publisher;
        CREATE INDEX sightings_by_publisher ON sightings (publisher{plain}, artifact);
        """,
    ];

    /// <summary>Brings a store up to date, or says why it cannot be used. Nothing is done to a database that is no store.</summary>
    public static void Bring(StoreConnection connection)
    {
        (long version, bool isEmpty) = connection.IsServer ? OfServer(connection) : OfFile(connection);
        if (version == Last)
        {
            return;
        }

        if (version > Last)
        {
            throw new StoreException(string.Create(CultureInfo.InvariantCulture, $"The store {connection.At.Shown} was written by a newer Assay (its tables have version {version}, this one knows {Last}); it was left as it is."));
        }

        if (version == 0 && !isEmpty)
        {
            throw new StoreException($"The database {connection.At.Shown} is no store of Assay's: it holds other tables, and was left as it is.");
        }

        if (!connection.IsServer)
        {
            // Readers go on while one writes, and who is killed leaves nothing half done.
            connection.Plain("PRAGMA journal_mode=WAL;");
        }

        connection.Write(() =>
        {
            if (connection.IsServer)
            {
                // Asked for here and not at every opening: who only reads may have no right to make one, and two who make one at once would meet.
                connection.Plain("CREATE SCHEMA IF NOT EXISTS assay");
            }

            // Somebody else may have been here first.
            long now = connection.IsServer ? OfServer(connection).Version : OfFile(connection).Version;
            for (; now < Last; now++)
            {
                connection.Plain(Spelled(s_steps[now], connection.IsServer));
            }

            connection.Plain(connection.IsServer
                ? string.Create(CultureInfo.InvariantCulture, $"CREATE TABLE IF NOT EXISTS assay_version (version BIGINT NOT NULL); DELETE FROM assay_version; INSERT INTO assay_version VALUES ({Last})")
                : string.Create(CultureInfo.InvariantCulture, $"PRAGMA application_id={Application}; PRAGMA user_version={Last};"));
        });
    }

    private static (long Version, bool IsEmpty) OfServer(StoreConnection connection)
    {
        long tables = connection.Number("SELECT count(*) FROM pg_tables WHERE schemaname = 'assay'") ?? 0;
        bool isOurs = connection.Number("SELECT count(*) FROM pg_tables WHERE schemaname = 'assay' AND tablename = 'assay_version'") > 0;
        return (isOurs ? connection.Number("SELECT version FROM assay_version") ?? 0 : 0, tables == 0);
    }

    private static (long Version, bool IsEmpty) OfFile(StoreConnection connection)
    {
        bool isEmpty = connection.Number("SELECT count(*) FROM sqlite_master") == 0;
        bool isOurs = connection.Number("PRAGMA application_id") == Application;
        return (isOurs ? connection.Number("PRAGMA user_version") ?? 0 : 0, isEmpty);
    }

    private static string Spelled(string step, bool isServer) => step
        .Replace("{id}", isServer ? "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY" : "INTEGER PRIMARY KEY", StringComparison.Ordinal)
        .Replace("{bytes}", isServer ? "BYTEA" : "BLOB", StringComparison.Ordinal)
        .Replace("{plain}", isServer ? StoreConnection.Plainly : "", StringComparison.Ordinal)
        .Replace("{rowless}", isServer ? "" : " WITHOUT ROWID", StringComparison.Ordinal);
}
