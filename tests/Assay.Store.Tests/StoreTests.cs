// What every test of a store has: a folder, and a store of either kind.
using Assay.Store.Databases;
using Assay.Tests.Builders;

namespace Assay.Store.Tests;

/// <summary>The database of a store.</summary>
public enum Kind
{
    Sqlite,
    Postgres,
}

/// <summary>A folder with a few models, and a new store of either kind.</summary>
public abstract class StoreTests(PostgresServer server) : IDisposable
{
    /// <summary>A pickle that runs a command: harmless, since nothing loads it.</summary>
    private protected static ReadOnlySpan<byte> Hostile => "cos\nsystem\n(S'echo canary'\ntR."u8;

    /// <summary>A pickle of a list.</summary>
    private protected static ReadOnlySpan<byte> Good => "(lp0\nI1\na."u8;

    internal TemporaryTree Tree { get; } = new();

    /// <summary>Both kinds.</summary>
    public static TheoryData<Kind> Kinds => [Kind.Sqlite, Kind.Postgres];

    public void Dispose()
    {
        Tree.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected string NewStore(Kind kind) => kind is Kind.Sqlite ? Path.Join(Tree.Root, $"store-{Guid.NewGuid():n}.db") : server.NewDatabase();

    private protected static ModelStore Open(string at) => ModelStore.Open(StoreAddress.Of(at));

    private protected string Put(string name, ReadOnlySpan<byte> bytes)
    {
        string path = Tree["models/" + name];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private protected string Models => Tree["models"];
}
