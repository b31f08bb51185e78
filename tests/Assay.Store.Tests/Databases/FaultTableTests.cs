// Every command that takes a store, with whatever can be wrong with one: a sentence, the right exit code, and nothing is lost.
using System.CommandLine;
using System.Globalization;
using System.Text;
using Assay.Cli;
using Assay.Store.Databases;
using Assay.Store.Upkeep;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Assay.Store.Tests.Databases;

public sealed class FaultTableTests(PostgresServer server) : StoreTests(server)
{
    /// <summary>A command as somebody writes it, and what it does with the store.</summary>
    /// <param name="Line">The command; capitals stand for what the test has.</param>
    /// <param name="Writes">Whether it writes.</param>
    /// <param name="Makes">Whether it makes a file that is not there.</param>
    /// <param name="Success">The exit codes of a store with which all is well.</param>
    private sealed record Row(string Line, bool Writes, bool Makes, params int[] Success)
    {
        /// <summary>What was asked for is done without the store too, and only not remembered.</summary>
        public bool GoesOn { get; init; }
    }

    private static readonly Row[] s_rows =
    [
        new("scan MODELS", true, true, 1) { GoesOn = true },
        new("detonate MODELS", true, true, 1, 5) { GoesOn = true },
        new("verify HOSTILE --decide deny --reason canary", true, true, 1) { GoesOn = true },
        new("trust revoke DECISION --reason canary", true, true, 0) { GoesOn = true },
        new("feed sync", true, false, 1),
        new("store check", false, false, 0),
        new("store compact", true, false, 0),
        new("store judge --rules RULES", true, false, 1),
        new("store find --calls os.system", false, false, 0),
        new("store alerts", false, false, 1),
        new("store alerts ack all", true, false, 0),
        new("store export OUT", false, false, 0),
        new("store import EXPORT", true, true, 0),
        new("store prune --older-than 0", true, false, 0),
        new("audit add more MODELS", true, true, 0),
        new("audit run house", true, false, 0),
        new("audit list", false, false, 0),
        new("audit show house", false, false, 0),
        new("audit report house", false, false, 0),
        new("audit baseline house", true, false, 0),
        new("audit remove house", true, false, 0),
        new("audit schedule house", false, false, 0),
        new("audit daemon", false, false, 0),
    ];

    public static TheoryData<string> Lines => [.. s_rows.Select(r => r.Line)];

    [Fact]
    public void TheTableHasEveryCommandThatTakesAStore()
    {
        List<string> taking = [];
        void Look(System.CommandLine.Command command, string name)
        {
            if (command.Options.Any(o => o.Name == "--store"))
            {
                taking.Add(name);
            }

            foreach (System.CommandLine.Command below in command.Subcommands)
            {
                Look(below, name.Length == 0 ? below.Name : $"{name} {below.Name}");
            }
        }

        Look(CommandLine.Root([], new Host { Input = Stream.Null, Output = Stream.Null, Error = TextWriter.Null }), "");
        string?[] inTable = [.. s_rows.Select(r => taking.Where(t => r.Line == t || r.Line.StartsWith(t + " ", StringComparison.Ordinal)).MaxBy(t => t.Length))];
        Assert.Equal(taking.Order(StringComparer.Ordinal), inTable.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Lines))]
    public void AFileThatIsNoStoreOfOursIsLeftAsItIs(string line)
    {
        Row row = Prepared(line, Kind.Sqlite);
        Sqlite("PRAGMA journal_mode=DELETE");
        byte[] whole = File.ReadAllBytes(_store);
        void Is(string why, byte[] bytes, string? sql = null)
        {
            File.WriteAllBytes(_store, bytes);
            if (sql is not null)
            {
                Sqlite(sql);
            }

            byte[] before = File.ReadAllBytes(_store);
            Said said = Run(row);

            // The check is what tells where a store is damaged; what it finds there is code 2.
            Assert.True(said.Code == 4 || (said.Code == 2 && line == "store check" && why == "damaged"), $"{line}, {why}: exit code {said.Code}: {said.Error}{said.Output}");
            OneSentence(said, $"{line}, {why}");
            Assert.Contains(why, said.Error + (said.Code == 2 ? said.Output : ""), StringComparison.Ordinal);
            Assert.Equal(before, File.ReadAllBytes(_store));
            Assert.False(File.Exists(Tree["out.jsonl"]));
        }

        Is("newer", whole, "PRAGMA user_version=99");
        Is("no store", whole, "PRAGMA application_id=1");
        Is("no store", Encoding.ASCII.GetBytes(new string('x', 5000)));
        Is("no store", "Notes."u8.ToArray());
        Is("damaged", whole[..(whole.Length / 2)]);
        byte[] torn = [.. whole];
        torn.AsSpan(4096 * 4).Fill(0xAA);
        Is("damaged", torn);
        File.Delete(_store);
        Directory.CreateDirectory(_store);
        Said folder = Run(row);
        Assert.Equal(4, folder.Code);
        OneSentence(folder, line);
        Directory.Delete(_store);
        if (!row.Makes)
        {
            Said missing = Run(row);
            Assert.Equal(4, missing.Code);
            OneSentence(missing, line);
            Assert.False(File.Exists(_store));
        }
    }

    [Theory]
    [MemberData(nameof(Lines))]
    public void AStoreThatSomebodyElseWritesToIsReadAndNotWritten(string line)
    {
        Row row = Prepared(line, Kind.Sqlite);
        using SqliteConnection other = new($"Data Source={_store};Pooling=false");
        other.Open();
        using SqliteCommand begin = other.CreateCommand();
        begin.CommandText = "BEGIN IMMEDIATE; UPDATE artifacts SET size = size";
        begin.ExecuteNonQuery();
        Held(row, "locked", at => ModelStore.Open(at, false, patience: 1));
    }

    [Theory]
    [MemberData(nameof(Lines))]
    public void AStoreThatMayOnlyBeReadIsReadAndNotWritten(string line)
    {
        Row row = Prepared(line, Kind.Sqlite);
        Held(row, "read-only", at => Opened(at, "PRAGMA query_only=1"));
    }

    [Theory]
    [MemberData(nameof(Lines))]
    public void AFullDiskIsSaidAndTakesNothing(string line)
    {
        Row row = Prepared(line, Kind.Sqlite);

        // No page more than there are, and none of them is free: a row that needs a new one finds the disk full. What fits into the pages that are there is written.
        Sqlite("VACUUM");
        string before = Exported();
        Said said = Run(row, at => Opened(at, "PRAGMA max_page_count=1"));
        Assert.DoesNotContain("defect", said.Error, StringComparison.Ordinal);
        if (said.Error.Contains("full", StringComparison.Ordinal))
        {
            Assert.True(said.Code == (row.GoesOn ? row.Success[0] == 0 ? 2 : row.Success[0] : 4) || (row.GoesOn && row.Success.Contains(said.Code)), $"{line}: exit code {said.Code}: {said.Error}");
            if (!row.GoesOn)
            {
                OneSentence(said, line);
                Assert.Equal(Rows(before), Rows(Exported()));
            }
        }
        else
        {
            Assert.True(row.Success.Contains(said.Code), $"{line}: exit code {said.Code}: {said.Error}");
        }

        using ModelStore store = Open(_store);
        Assert.Empty(StoreUpkeep.Check(store, TestContext.Current.CancellationToken).Faults);
    }

    [Theory]
    [MemberData(nameof(Lines))]
    public void AServerThatIsLockedReadOnlyOrNotOursIsSaid(string line)
    {
        Row row = Prepared(line, Kind.Postgres);
        string database = new NpgsqlConnectionStringBuilder(_store).Database!;
        using (NpgsqlConnection other = new(_store))
        {
            other.Open();
            using NpgsqlCommand held = new(string.Create(CultureInfo.InvariantCulture, $"BEGIN; SELECT pg_advisory_xact_lock({StoreConnection.WritersLock})"), other);
            held.ExecuteNonQuery();
            Held(row, "locked", at => ModelStore.Open(at, false, patience: 1));
        }

        _server.Run(database, $"ALTER DATABASE {database} SET default_transaction_read_only = on");
        Held(row, "read-only");
        _server.Run("postgres", $"ALTER DATABASE {database} RESET default_transaction_read_only");

        // Somebody who may connect and nothing else, and somebody who may read.
        _server.Run(database, $"CREATE ROLE reader_{database} LOGIN; GRANT USAGE ON SCHEMA assay TO reader_{database}");
        string own = _store, reader = new NpgsqlConnectionStringBuilder(_store) { Username = $"reader_{database}" }.ConnectionString;
        _store = reader;
        Said said = Run(row);
        Assert.Equal(4, said.Code);
        OneSentence(said, line);
        _server.Run(database, $"GRANT SELECT ON ALL TABLES IN SCHEMA assay TO reader_{database}");
        Held(row, "may not", exportBy: own);
        _store = own;
        _server.Run(database, "UPDATE assay.assay_version SET version = 99");
        Said newer = Run(row);
        Assert.Equal(4, newer.Code);
        Assert.Contains("newer", newer.Error, StringComparison.Ordinal);
        OneSentence(newer, line);
        _server.Run(database, "DROP SCHEMA assay CASCADE; CREATE SCHEMA assay; CREATE TABLE assay.notes (text TEXT)");
        Said foreign = Run(row);
        Assert.Equal(4, foreign.Code);
        Assert.Contains("no store", foreign.Error, StringComparison.Ordinal);
        OneSentence(foreign, line);
    }

    private readonly PostgresServer _server = server;
    private string _store = "";
    private string _decision = "";

    /// <summary>What cannot be written leaves the store as it was; what only reads is answered.</summary>
    private void Held(Row row, string why, Func<StoreAddress, ModelStore>? open = null, string? exportBy = null)
    {
        string before = Exported(exportBy);
        Said said = Run(row, open);
        Assert.DoesNotContain("defect", said.Error, StringComparison.Ordinal);
        if (!row.Writes)
        {
            Assert.True(row.Success.Contains(said.Code), $"{row.Line}, {why}: exit code {said.Code}: {said.Error}");
        }
        else
        {
            Assert.Contains(why, said.Error, StringComparison.Ordinal);
            Assert.True(said.Code == 4 || (row.GoesOn && (said.Code == 2 || (said.Code != 0 && row.Success.Contains(said.Code)))), $"{row.Line}, {why}: exit code {said.Code}: {said.Error}");
            if (said.Code == 4)
            {
                OneSentence(said, $"{row.Line}, {why}");
            }
        }

        Assert.Equal(before, Exported(exportBy));
        File.Delete(Tree["out.jsonl"]);
    }

    private static void OneSentence(Said said, string what)
    {
        string[] lines = said.Error.TrimEnd('\n').Split('\n');
        Assert.True(said.Code == 2 || (lines.Length == 1 && lines[0].StartsWith("assay: ", StringComparison.Ordinal) && lines[0].EndsWith('.')), $"{what}: {said.Error}");
        Assert.DoesNotContain("defect", said.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("SQLite says", said.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("the server says", said.Error, StringComparison.Ordinal);
    }

    /// <summary>A store with something of everything in it.</summary>
    private Row Prepared(string line, Kind kind)
    {
        _store = NewStore(kind);
        Put("hostile.pkl", Hostile);
        Put("good.pkl", Good);
        Tree.Add("rules/own.yaml", Rules.Pickles);
        string feed = Tree.Add("feed.txt", Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Hostile)) + "  hostile.pkl\n");
        Assert.Equal(1, Plain("scan MODELS").Code);
        Assert.Equal(0, Plain("audit add house MODELS --cron @daily").Code);
        Assert.Equal(1, Plain("audit run house").Code);
        Assert.Equal(0, Command.In(Tree.Root, ["feed", "add", "ours", feed, "--unsigned"]).Code);
        Assert.Equal(1, Plain("verify HOSTILE --decide deny --reason canary").Code);
        _decision = Path.GetFileName(Directory.EnumerateFiles(Path.Join(Tree.Root, ".home", "decisions"), "*.decision.json").Single()).Split('.')[0];
        Assert.Equal(0, Plain("store export EXPORT").Code);
        Put("another.pkl", "(lp0\nI7\na."u8);
        if (line.StartsWith("store import", StringComparison.Ordinal))
        {
            // An export goes into a store that holds nothing.
            _store = NewStore(kind);
            Open(_store).Dispose();
            return s_rows.Single(r => r.Line == line);
        }

        using (ModelStore store = Open(_store))
        {
            store.Write(c => c.Execute("INSERT INTO alerts (made, kind, weight, text, by_whom) VALUES (1, 'audit', 3, 'It got worse.', '')"));
        }

        return s_rows.Single(r => r.Line == line);
    }

    private Said Plain(string line) => Run(new Row(line, true, true));

    private Said Run(Row row, Func<StoreAddress, ModelStore>? open = null)
    {
        string[] arguments = [.. row.Line.Split(' ').Select(w => w switch
        {
            "MODELS" => Models,
            "HOSTILE" => Path.Join(Models, "hostile.pkl"),
            "DECISION" => _decision,
            "RULES" => Tree["rules"],
            "OUT" => Tree["out.jsonl"],
            "EXPORT" => Tree["export.jsonl"],
            _ => w,
        }), "--store=" + _store];
        using MemoryStream output = new();
        using StringWriter error = new();
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        if (row.Line == "audit daemon")
        {
            stop.CancelAfter(TimeSpan.FromSeconds(1));
        }

        Host host = new()
        {
            Input = Stream.Null, Output = output, Error = error, Directory = Tree.Root, Home = Path.Join(Tree.Root, ".home"), User = "ada", Cancellation = stop.Token, Variable = _ => null,
        };
        int code = CommandLine.Run(arguments, open is null ? host : host with { OpenStore = (at, _) => open(at) });
        return new Said(code, Encoding.UTF8.GetString(output.ToArray()), error.ToString());
    }

    private static ModelStore Opened(StoreAddress at, string pragma)
    {
        ModelStore store = ModelStore.Open(at, false);
        store.Connection.Plain(pragma);
        return store;
    }

    /// <summary>The rows of an export, without the names of rulings: a judgement writes down what it judges by before it judges.</summary>
    private static string[] Rows(string export) => [.. export.Split('\n').Where(l => !l.StartsWith("{\"rulings\"", StringComparison.Ordinal) && !l.StartsWith("{\"rows\"", StringComparison.Ordinal))];

    /// <summary>All that a store holds.</summary>
    private string Exported(string? by = null)
    {
        using ModelStore store = Open(by ?? _store);
        using MemoryStream lines = new();
        StoreUpkeep.Export(store, lines, TestContext.Current.CancellationToken);
        return Encoding.UTF8.GetString(lines.ToArray());
    }

    private void Sqlite(string sql)
    {
        NativeSqlite.Prepare();
        using SqliteConnection connection = new($"Data Source={_store};Pooling=false");
        connection.Open();
        using SqliteCommand command = new(sql, connection);
        command.ExecuteNonQuery();
    }
}
