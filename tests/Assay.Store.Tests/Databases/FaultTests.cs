// Whatever is wrong with a database is one sentence and exit code 4, and nothing is lost.
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Assay.Store.Tests.Databases;

public sealed class FaultTests(PostgresServer server) : StoreTests(server)
{
    private readonly PostgresServer _server = server;

    [Fact]
    public void AFileThatIsNoDatabaseIsLeftAsItIs()
    {
        Put("model.pkl", Good);
        string file = Tree.Add("notes.txt", "These are notes and no database, and they are long enough to be looked at.");
        Refused("scan", Models, "--store=" + file);
        Assert.StartsWith("These are notes", File.ReadAllText(file), StringComparison.Ordinal);
    }

    [Fact]
    public void ADatabaseOfSomebodyElseIsLeftAsItIs()
    {
        Put("model.pkl", Good);
        string file = Tree["other.db"];
        Sqlite(file, "CREATE TABLE notes (text TEXT)");
        byte[] before = File.ReadAllBytes(file);
        Refused("scan", Models, "--store=" + file);
        Assert.Equal(before, File.ReadAllBytes(file));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void AStoreOfANewerVersionIsLeftAsItIs(Kind kind)
    {
        Put("model.pkl", Good);
        string store = NewStore(kind);
        Command.Run("scan", Models, "--store=" + store);
        if (kind is Kind.Sqlite)
        {
            Sqlite(store, "PRAGMA user_version=99");
        }
        else
        {
            _server.Run(new NpgsqlConnectionStringBuilder(store).Database!, "UPDATE assay.assay_version SET version = 99");
        }

        Assert.Contains("newer", Refused("scan", Models, "--store=" + store), StringComparison.Ordinal);
    }

    [Fact]
    public void AFolderIsNoStore()
    {
        Put("model.pkl", Good);
        Refused("scan", Models, "--store=" + Tree.Root);
    }

    [Fact]
    public void AStoreThatIsNotThereIsSaidToBeMissing()
    {
        Refused("store", "check", "--store=" + Tree["none.db"]);
        Assert.False(File.Exists(Tree["none.db"]));
    }

    [Fact]
    public void AServerThatIsNotThereIsSaidToBeMissing()
    {
        Put("model.pkl", Good);
        Refused("scan", Models, $"--store=Host={Tree.Root};Username=nobody;Database=none;Timeout=2");
        Refused("scan", Models, "--store=postgres://[");
    }

    [Fact]
    public void ADatabaseThatIsNotThereIsSaidToBeMissing()
    {
        Put("model.pkl", Good);
        NpgsqlConnectionStringBuilder builder = new(NewStore(Kind.Postgres)) { Database = "no_such_database" };
        Refused("scan", Models, "--store=" + builder.ConnectionString);
    }

    [Theory]
    [InlineData("store prune --older-than 2000000")]
    [InlineData("store prune --older-than -1")]
    [InlineData("store prune --older-than x")]
    [InlineData("store prune")]
    [InlineData("store find")]
    [InlineData("store find --calls EMPTY")]
    [InlineData("store find --digest zz")]
    [InlineData("store find --digest 4f08")]
    [InlineData("store find --calls x --store other.db")]
    [InlineData("store alerts ack 5")]
    [InlineData("store alerts ack x")]
    [InlineData("store alerts ack 1 all")]
    [InlineData("store judge --rules none")]
    [InlineData("store judge --policy none")]
    [InlineData("store import none")]
    [InlineData("store import MODEL")]
    [InlineData("store export none/out")]
    [InlineData("store export")]
    [InlineData("audit add house")]
    [InlineData("audit add EMPTY MODEL")]
    [InlineData("audit add house MODEL --cron 61")]
    [InlineData("audit add house MODEL --list none")]
    [InlineData("audit add house MODEL --notify-webhook ftp://x")]
    [InlineData("audit add house MODEL --notify-mail a@b.example")]
    [InlineData("audit add house MODEL --notify-mail a --mail-from b@c.example --smtp localhost")]
    [InlineData("audit add house MODEL --notify-mail a@b.example --mail-from b@c.example --smtp localhost:99999")]
    [InlineData("audit run none")]
    [InlineData("audit report none")]
    [InlineData("audit schedule none")]
    [InlineData("audit baseline none")]
    [InlineData("audit remove none")]
    public void WhatIsAskedForWronglyIsOneSentence(string line)
    {
        string store = NewStore(Kind.Sqlite), model = Put("model.pkl", Good);
        Command.Run("scan", Models, "--store=" + store);
        byte[] before = File.ReadAllBytes(store);
        Refused([.. line.Split(' ').Select(w => w switch { "EMPTY" => "", "MODEL" => model, _ => w }), "--store=" + store]);
        Assert.Equal(before, File.ReadAllBytes(store));
    }

    [Fact]
    public void AStoreThatIsLockedIsWaitedForAndThenSaidToBeLocked()
    {
        string store = NewStore(Kind.Sqlite);
        Open(store).Dispose();
        using SqliteConnection other = new($"Data Source={store};Pooling=false");
        other.Open();
        using SqliteCommand begin = new("BEGIN IMMEDIATE", other);
        begin.ExecuteNonQuery();
        using ModelStore locked = ModelStore.Open(Assay.Store.Databases.StoreAddress.Of(store), patience: 1);
        StoreException fault = Assert.Throws<StoreException>(() => locked.Write(c => c.Execute("DELETE FROM terms")));
        Assert.Contains("locked", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatAFullDiskDoesNotTakeIsToldAllTheSame()
    {
        string store = NewStore(Kind.Sqlite);
        Open(store).Dispose();
        // A store that may not grow stands for a disk without room.
        Put("model.pkl", Hostile);
        using ModelStore full = Open(store);
        full.Connection.Plain($"PRAGMA max_page_count={full.Connection.Number("PRAGMA page_count")}");
        StoreException fault = Assert.Throws<StoreException>(() => full.Write(c =>
        {
            for (int i = 0; i < 10_000; i++)
            {
                c.Execute("INSERT INTO terms (kind, value) VALUES (@a, @b)", "k", $"{i} a value that takes some room in the table");
            }
        }));
        Assert.Contains("full", fault.Message, StringComparison.Ordinal);
        Assert.Equal(0, full.Connection.Number("SELECT count(*) FROM terms"));
    }

    private static string Refused(params string[] arguments)
    {
        Said said = Command.Run(arguments);
        Assert.Equal(4, said.Code);
        Assert.Single(said.Error.TrimEnd('\n').Split('\n'));
        Assert.DoesNotContain("defect", said.Error, StringComparison.Ordinal);
        return said.Error;
    }

    private static void Sqlite(string file, string sql)
    {
        Assay.Store.Databases.NativeSqlite.Prepare();
        using SqliteConnection connection = new($"Data Source={file};Pooling=false");
        connection.Open();
        using SqliteCommand command = new(sql, connection);
        command.ExecuteNonQuery();
    }
}
