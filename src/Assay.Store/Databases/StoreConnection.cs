// One connection to a database: commands that are prepared once, and transactions that are one after the other.
using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Npgsql;
using NpgsqlTypes;

namespace Assay.Store.Databases;

/// <summary>
/// One connection. The same SQL goes to SQLite and PostgreSQL; parameters are called @a, @b, @c ... in their order. It is used by one thread at a time. Whoever writes
/// holds the lock of all writers: the log is a chain.
/// </summary>
internal sealed class StoreConnection : IDisposable
{
    /// <summary>For how long a writer waits for another.</summary>
    public const int PatienceSeconds = 30;

    /// <summary>Put behind a column of texts, makes PostgreSQL compare and order them by their characters, as SQLite does.</summary>
    public const string Plainly = " COLLATE \"C\"";

    /// <summary>The lock that all who write to a database of PostgreSQL hold.</summary>
    public const long WritersLock = 0x41_53_53_41_59;
    private readonly Dictionary<string, DbCommand> _commands = new(StringComparer.Ordinal);
    private readonly DbConnection _connection;
    private bool _isWriting;

    private StoreConnection(DbConnection connection, StoreAddress at)
    {
        _connection = connection;
        At = at;
    }

    /// <summary>Where the store is.</summary>
    public StoreAddress At { get; }

    /// <summary>Whether the database is PostgreSQL.</summary>
    public bool IsServer => At.IsServer;

    /// <summary>Opens a connection.</summary>
    /// <param name="at">Where.</param>
    /// <param name="patience">For how many seconds a writer waits for another.</param>
    public static StoreConnection Open(StoreAddress at, int patience)
    {
        StoreConnection connection = at.IsServer ? OpenServer(at, patience) : OpenFile(at, patience);
        return connection;
    }

    /// <summary>Runs a statement and returns how many rows it concerned.</summary>
    public int Execute(string sql, params ReadOnlySpan<object?> values) => Command(sql, values).ExecuteNonQuery();

    /// <summary>The first column of the first row as a number, or null.</summary>
    public long? Number(string sql, params ReadOnlySpan<object?> values) =>
        Command(sql, values).ExecuteScalar() is { } found and not DBNull ? Convert.ToInt64(found, CultureInfo.InvariantCulture) : null;

    /// <summary>The first column of the first row as a text, or null.</summary>
    public string? Text(string sql, params ReadOnlySpan<object?> values) => Command(sql, values).ExecuteScalar() as string;

    /// <summary>Hands each row to <paramref name="use"/>, which must not use the connection.</summary>
    public void Each(string sql, Action<DbDataReader> use, params ReadOnlySpan<object?> values)
    {
        using DbDataReader rows = Command(sql, values).ExecuteReader();
        while (rows.Read())
        {
            use(rows);
        }
    }

    /// <summary>The rows, each as <paramref name="make"/> makes it.</summary>
    public List<T> All<T>(string sql, Func<DbDataReader, T> make, params ReadOnlySpan<object?> values)
    {
        List<T> all = [];
        Each(sql, row => all.Add(make(row)), values);
        return all;
    }

    /// <summary>
    /// Does <paramref name="work"/> as one transaction that no other writer comes between: all of it is kept, or nothing is. What it throws undoes it.
    /// </summary>
    public void Write(Action work)
    {
        if (_isWriting)
        {
            work();
            return;
        }

        Begin();
        _isWriting = true;
        try
        {
            work();
            Plain("COMMIT");
        }
        catch
        {
            try
            {
                Plain("ROLLBACK");
            }
            catch (Exception e) when (StoreFault.Is(e))
            {
                // The connection is gone, and with it the transaction.
            }

            throw;
        }
        finally
        {
            _isWriting = false;
        }
    }

    /// <summary>A condition that a column is one of the numbers that <see cref="Many"/> makes into the value of a parameter.</summary>
    /// <param name="column">The column.</param>
    /// <param name="parameter">The parameter, such as @a.</param>
    public string IsOneOf(string column, string parameter) => IsServer ? $"{column} = ANY({parameter})" : $"{column} IN (SELECT value FROM json_each({parameter}))";

    /// <summary>Numbers as the value of one parameter, so that a statement is the same for however many there are.</summary>
    public object Many(IReadOnlyCollection<long> numbers) => IsServer ? numbers.ToArray() : "[" + string.Join(',', numbers) + "]";

    /// <summary>Runs statements as they are, several at a time.</summary>
    public void Plain(string sql)
    {
        using DbCommand command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>Puts rows into a table: for PostgreSQL as one stream, where a statement each would be a journey each.</summary>
    /// <param name="table">The table and its columns.</param>
    /// <param name="rows">The rows, each with a value for every column: numbers, texts, bytes, or nothing.</param>
    public void Insert(string table, IEnumerable<object?[]> rows)
    {
        if (_connection is not NpgsqlConnection server)
        {
            string sql = $"INSERT INTO {table} VALUES ({string.Join(", ", Enumerable.Range(0, table.Count(x => x == ',') + 1).Select(i => "@" + (char)('a' + i)))})";
            foreach (object?[] row in rows)
            {
                Execute(sql, row);
            }

            return;
        }

        using NpgsqlBinaryImporter stream = server.BeginBinaryImport($"COPY {table} FROM STDIN (FORMAT BINARY)");
        foreach (object?[] row in rows)
        {
            stream.StartRow();
            foreach (object? value in row)
            {
                switch (value)
                {
                    case null:
                        stream.WriteNull();
                        break;
                    case string text:
                        stream.Write(text, NpgsqlDbType.Text);
                        break;
                    case byte[] bytes:
                        stream.Write(bytes, NpgsqlDbType.Bytea);
                        break;
                    default:
                        stream.Write(Convert.ToInt64(value, CultureInfo.InvariantCulture), NpgsqlDbType.Bigint);
                        break;
                }
            }
        }

        stream.Complete();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (DbCommand command in _commands.Values)
        {
            command.Dispose();
        }

        _connection.Dispose();
    }

    private void Begin()
    {
        if (IsServer)
        {
            Plain("BEGIN");
            Plain(string.Create(CultureInfo.InvariantCulture, $"SELECT pg_advisory_xact_lock({WritersLock})"));
        }
        else
        {
            Plain("BEGIN IMMEDIATE");
        }
    }

    private DbCommand Command(string sql, ReadOnlySpan<object?> values)
    {
        if (!_commands.TryGetValue(sql, out DbCommand? command))
        {
            command = _connection.CreateCommand();
            command.CommandText = sql;
            for (int i = 0; i < values.Length; i++)
            {
                DbParameter parameter = command.CreateParameter();
                parameter.ParameterName = "@" + (char)('a' + i);
                command.Parameters.Add(parameter);
            }

            _commands.Add(sql, command);
        }

        for (int i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i] switch
            {
                null => DBNull.Value,
                int number => (long)number,
                bool flag => flag ? 1L : 0L,
                object value => value,
            };
        }

        return command;
    }

    private static StoreConnection OpenServer(StoreAddress at, int patience)
    {
        NpgsqlConnection connection = new(at.Text);
        try
        {
            connection.Open();
            StoreConnection opened = new(connection, at);
            opened.Plain(string.Create(CultureInfo.InvariantCulture, $"SET search_path TO assay; SET lock_timeout TO '{patience}s'; SET client_min_messages TO warning"));
            return opened;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static StoreConnection OpenFile(StoreAddress at, int patience)
    {
        NativeSqlite.Prepare();
        SqliteConnectionStringBuilder how = new() { DataSource = at.Text, Pooling = false, DefaultTimeout = patience };
        SqliteConnection connection = new(how.ConnectionString);
        try
        {
            connection.Open();
            StoreConnection opened = new(connection, at);
            opened.Plain("PRAGMA temp_store=MEMORY; PRAGMA cache_size=-16000; PRAGMA mmap_size=67108864;");
            return opened;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
