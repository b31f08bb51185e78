// Where a store is: a file, or a database of a server.
using Npgsql;

namespace Assay.Store.Databases;

/// <summary>Where a store is: the path of a SQLite file, or how to reach a database of PostgreSQL.</summary>
/// <param name="Text">The path, or the connection string.</param>
/// <param name="IsServer">Whether it is a database of PostgreSQL.</param>
/// <param name="Shown">What messages call it; it holds no password.</param>
public sealed record StoreAddress(string Text, bool IsServer, string Shown)
{
    /// <summary>The variable of the environment that names a store.</summary>
    public const string Variable = "ASSAY_STORE";

    /// <summary>The address that <paramref name="text"/> spells: a URL <c>postgres://</c>, a connection string with <c>Host=</c>, or else a path.</summary>
    /// <exception cref="StoreException">It spells none.</exception>
    public static StoreAddress Of(string text)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(text);
        bool isUrl = text.StartsWith("postgres://", StringComparison.Ordinal) || text.StartsWith("postgresql://", StringComparison.Ordinal);
        if (!isUrl && !text.Contains("Host=", StringComparison.OrdinalIgnoreCase))
        {
            return new StoreAddress(text.StartsWith("sqlite:", StringComparison.Ordinal) ? text["sqlite:".Length..] : text, false, text);
        }

        return Server(text, isUrl);
    }

    /// <summary>The store of who names none: a file among the data of the user.</summary>
    public static StoreAddress Default
    {
        get
        {
            string data = Environment.GetEnvironmentVariable("XDG_DATA_HOME") is { Length: > 0 } named && Path.IsPathRooted(named)
                ? named
                : Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
            return Of(Path.Join(data, "assay", "store.db"));
        }
    }

    // Apart from the rest, so that who has a file does not load what talks to servers.
    private static StoreAddress Server(string text, bool isUrl)
    {
        try
        {
            NpgsqlConnectionStringBuilder builder = isUrl ? OfUrl(new Uri(text)) : new NpgsqlConnectionStringBuilder(text);
            builder.MaxAutoPrepare = 64;
            builder.AutoPrepareMinUsages = 2;
            builder.Pooling = false;
            builder.IncludeErrorDetail = false;
            return new StoreAddress(builder.ConnectionString, true, $"postgresql://{builder.Host}/{builder.Database}");
        }
        catch (Exception e) when (e is ArgumentException or UriFormatException or FormatException or KeyNotFoundException)
        {
            throw new StoreException("The address of the store is neither a path nor a connection string of PostgreSQL (Host=...;Database=..., or postgresql://user@host/database).");
        }
    }

    private static NpgsqlConnectionStringBuilder OfUrl(Uri url)
    {
        string[] user = url.UserInfo.Split(':', 2);
        NpgsqlConnectionStringBuilder builder = new() { Host = url.Host, Database = Uri.UnescapeDataString(url.AbsolutePath.TrimStart('/')) };
        if (url.Port > 0)
        {
            builder.Port = url.Port;
        }

        if (user[0].Length > 0)
        {
            builder.Username = Uri.UnescapeDataString(user[0]);
        }

        if (user.Length > 1)
        {
            builder.Password = Uri.UnescapeDataString(user[1]);
        }

        foreach (string pair in url.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = pair.Split('=', 2);
            builder[Uri.UnescapeDataString(parts[0])] = parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : "";
        }

        return builder;
    }
}
