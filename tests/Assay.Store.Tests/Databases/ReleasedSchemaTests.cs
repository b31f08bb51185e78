// A store that a released version made is brought up to date, whatever it holds. The stores lie in Released, as those versions wrote them.
using System.IO.Compression;
using Assay.Store.Databases;
using Assay.Store.Upkeep;
using Assay.Tests.Architecture;
using Npgsql;

namespace Assay.Store.Tests.Databases;

public sealed class ReleasedSchemaTests(PostgresServer server) : StoreTests(server)
{
    private readonly PostgresServer _server = server;

    /// <summary>Every version but the one of today, on both kinds of store.</summary>
    public static TheoryData<int, Kind> Versions
    {
        get
        {
            TheoryData<int, Kind> all = [];
            for (int version = 1; version < Migrations.Last; version++)
            {
                all.Add(version, Kind.Sqlite);
                all.Add(version, Kind.Postgres);
            }

            return all;
        }
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void NothingIsLostAndAllOfItWorks(int version, Kind kind)
    {
        string store = Released(version, kind);
        Dictionary<string, long> before = Counted(store, kind);
        using (ModelStore open = Open(store))
        {
            Assert.Empty(StoreUpkeep.Check(open, TestContext.Current.CancellationToken).Faults);
            Assert.All(before.Where(t => t.Key != "log"), t => Assert.Equal(t.Value, Tables.Count(open.Connection, t.Key)));
        }

        Assert.Contains("hostile.pkl", Command.Run("store", "find", "--calls", "os.system", "--store=" + store).Output, StringComparison.Ordinal);
        Assert.Contains("house", Command.Run("audit", "list", "--store=" + store).Output, StringComparison.Ordinal);
        Assert.Equal(0, Command.Run("audit", "report", "house", "--store=" + store).Code);
        Tree.Add("rules/own.yaml", Rules.Pickles);
        Said judged = Command.Run("store", "judge", "--rules", Tree["rules"], "--store=" + store);
        Assert.Contains("own-pickle", judged.Output, StringComparison.Ordinal);
        Put("new.pkl", Good);
        Assert.Equal(0, Command.Run("scan", Models, "--store=" + store).Code);
        Assert.Equal(0, Command.Run("store", "check", "--store=" + store).Code);
    }

    private string Released(int version, Kind kind)
    {
        string folder = Path.Join(Repository.Root, "tests/Assay.Store.Tests/Databases/Released");
        string store = NewStore(kind);
        if (kind is Kind.Postgres)
        {
            _server.Run(new NpgsqlConnectionStringBuilder(store).Database!, File.ReadAllText(Path.Join(folder, $"schema-{version}.sql")));
            return store;
        }

        using GZipStream packed = new(File.OpenRead(Path.Join(folder, $"schema-{version}.db.gz")), CompressionMode.Decompress);
        using FileStream file = File.Create(store);
        packed.CopyTo(file);
        return store;
    }

    /// <summary>How many rows each table has, counted before anything is brought up to date.</summary>
    private static Dictionary<string, long> Counted(string store, Kind kind)
    {
        using StoreConnection plain = StoreConnection.Open(StoreAddress.Of(store), 1);
        string tables = kind is Kind.Sqlite ? "SELECT name FROM sqlite_master WHERE type = 'table'" : "SELECT tablename FROM pg_tables WHERE schemaname = 'assay' AND tablename <> 'assay_version'";
        return plain.All(tables, r => r.GetString(0)).ToDictionary(t => t, t => Tables.Count(plain, t));
    }
}
