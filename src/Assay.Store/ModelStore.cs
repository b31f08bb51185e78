// A store: opened, brought up to date, and asked.
using Assay.Store.Databases;

namespace Assay.Store;

/// <summary>A store that is open. It is used by one thread at a time; several processes may have the same store open.</summary>
public sealed class ModelStore : IDisposable
{
    private readonly StoreConnection _connection;

    private ModelStore(StoreConnection connection, TimeProvider time)
    {
        _connection = connection;
        Time = time;
    }

    /// <summary>Where it is.</summary>
    public StoreAddress At => _connection.At;

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; }

    internal StoreConnection Connection => _connection;

    /// <summary>Opens a store and brings its tables up to date.</summary>
    /// <param name="at">Where it is.</param>
    /// <param name="create">Whether a file that is not there is made.</param>
    /// <param name="time">The clock.</param>
    /// <param name="patience">For how many seconds a writer waits for another.</param>
    /// <exception cref="StoreException">It cannot be used.</exception>
    public static ModelStore Open(StoreAddress at, bool create = true, TimeProvider? time = null, int patience = StoreConnection.PatienceSeconds)
    {
        ArgumentNullException.ThrowIfNull(at);
        StoreConnection? connection = null;
        try
        {
            if (!at.IsServer)
            {
                PrepareFile(at, create);
            }

            connection = StoreConnection.Open(at, patience);
            Migrations.Bring(connection);
            if (!at.IsServer)
            {
                // What was kept is on its way to the disk when it is told; a power cut may take the last moments, a killed process nothing.
                connection.Plain("PRAGMA synchronous=NORMAL;");
            }

            ModelStore store = new(connection, time ?? TimeProvider.System);
            connection = null;
            return store;
        }
        catch (Exception e) when (e is StoreException || StoreFault.Is(e))
        {
            throw StoreFault.Of(e, at);
        }
        finally
        {
            connection?.Dispose();
        }
    }

    /// <summary>Does something with the store; what goes wrong is one clear sentence.</summary>
    internal T Do<T>(Func<StoreConnection, T> work)
    {
        try
        {
            return work(_connection);
        }
        catch (Exception e) when (StoreFault.Is(e))
        {
            throw StoreFault.Of(e, At);
        }
    }

    /// <summary>Does something with the store in one transaction.</summary>
    internal void Write(Action<StoreConnection> work) => Do(connection =>
    {
        connection.Write(() => work(connection));
        return true;
    });

    /// <summary>Now, in milliseconds since 1970.</summary>
    internal long Now => Time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();

    private static void PrepareFile(StoreAddress at, bool create)
    {
        FileInfo file = new(at.Text);
        if (Directory.Exists(at.Text))
        {
            throw new StoreException($"The store {at.Shown} is a directory; name a file in it.");
        }

        if (file.Exists || !create)
        {
            if (!file.Exists)
            {
                throw new StoreException($"There is no store {at.Shown}; assay scan --store={at.Shown} makes one.");
            }

            return;
        }

        string folder = Path.GetDirectoryName(Path.GetFullPath(at.Text))!;
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
            return;
        }

        // Facts hold texts of models as they are, secrets included: a store is for its owner.
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        // Somebody else may make it at the same moment.
        using FileStream made = new(at.Text, new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write, Share = FileShare.ReadWrite | FileShare.Delete, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
    }
}
