// What a database says is wrong, in words for people.
using System.Data.Common;
using System.Net.Sockets;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Assay.Store.Databases;

/// <summary>Turns what databases throw into one clear sentence.</summary>
internal static class StoreFault
{
    /// <summary>Whether something is a fault of a database or of the way to it.</summary>
    public static bool Is(Exception e) => e is DbException or IOException or SocketException or TimeoutException or UnauthorizedAccessException or DllNotFoundException;

    /// <summary>The sentence.</summary>
    public static StoreException Of(Exception fault, StoreAddress at) => fault as StoreException ?? new StoreException($"The store {at.Shown} {Why(fault)}.", fault);

    private static string Why(Exception fault) => fault switch
    {
        SqliteException sqlite => OfSqlite(sqlite),
        PostgresException server => OfServer(server),
        NpgsqlException { InnerException: TimeoutException } => "does not answer in time",
        NpgsqlException { InnerException: SocketException } or SocketException => "cannot be reached: no server answers there",
        NpgsqlException => "does not answer: the connection broke",
        TimeoutException => "does not answer in time",
        UnauthorizedAccessException => "cannot be opened: permission is denied",
        DllNotFoundException => "cannot be opened: SQLite could not be loaded on this system",
        _ => $"cannot be used: {fault.Message.TrimEnd('.')}",
    };

    private static string OfSqlite(SqliteException fault) => fault.SqliteErrorCode switch
    {
        5 or 6 => "is locked: another process has been writing to it for too long; nothing was lost, try again",
        8 => "is read-only: it can be neither written nor brought up to date",
        10 => "cannot be read or written: the disk or the file system reports an error",
        11 => "is damaged: assay store check says where; assay store export saves what can be read",
        13 => "is full: the disk has no room left; what was kept before is safe",
        14 => "cannot be opened: there is no such folder, or permission is denied",
        26 => "is no store: the file is no SQLite database, and it was left as it is",
        _ => $"cannot be used: SQLite says {fault.SqliteErrorCode} ({fault.Message.TrimEnd('.')})",
    };

    private static string OfServer(PostgresException fault) => fault.SqlState switch
    {
        "53100" => "is full: the server's disk has no room left; what was kept before is safe",
        "25006" => "is read-only: the server takes no writes",
        "3D000" => "is not there: the server has no such database; create it first",
        "42501" => "cannot be used: the user may not do that there",
        "55P03" or "57014" or "40P01" => "is locked: another process has been writing to it for too long; nothing was lost, try again",
        "57P01" or "57P02" or "57P03" => "is not ready: the server is starting or stopping",
        _ when fault.SqlState.StartsWith("28", StringComparison.Ordinal) => "cannot be opened: the server refuses this user or password",
        _ => $"cannot be used: the server says {fault.SqlState} ({fault.MessageText.TrimEnd('.')})",
    };
}
