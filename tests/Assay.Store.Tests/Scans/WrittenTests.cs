// What a scan writes beside readings: where a model comes from, what loads did, and in which store, if nobody says.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Detection;
using Assay.Scanning;
using Assay.Hosting.Folders;
using Assay.Store.Readings;
using Assay.Store.Scans;

namespace Assay.Store.Tests.Scans;

public sealed class WrittenTests(PostgresServer server) : StoreTests(server)
{
    [Fact]
    public void AModelInTheCacheOfAHubHasItsRepositoryAndPublisher()
    {
        string store = NewStore(Kind.Sqlite);
        Put("models--org--name/snapshots/0123456789abcdef0123456789abcdef01234567/model.pkl", Good);
        Command.Run("scan", Models, "--store=" + store);
        Assert.Contains("model.pkl", Command.Run("store", "find", "--publisher", "org", "--store=" + store).Output, StringComparison.Ordinal);
        Assert.Contains("model.pkl", Command.Run("store", "find", "--repository", "hf://org/*", "--store=" + store).Output, StringComparison.Ordinal);
        Assert.Equal(3, Command.Run("store", "find", "--repository", "hf://other/*", "--store=" + store).Code);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void WhatALoadDidIsKeptEachTimeAndNothingOfItIsTakenFromMemory(Kind kind)
    {
        string store = NewStore(kind);
        Put("model.pkl", Good);
        LoadsOnce(store);
        LoadsOnce(store);
        using (ModelStore open = Open(store))
        {
            Assert.Equal(2, open.Connection.Number("SELECT count(*) FROM loads"));
            byte[] packed = open.Connection.All("SELECT facts FROM loads", r => (byte[])r[0])[0];
            Assert.Contains(FactBlob.Unpack(packed, "m", null).Facts.OfType<BehaviourFact>(), b => b.Kind == "network-connect");
        }

        // A scan that loads nothing neither sees nor overwrites it.
        Assert.Contains("1 was read", Command.Run("scan", Models, "--store=" + store).Error, StringComparison.Ordinal);
        Assert.Equal(0, Command.Run("store", "check", "--store=" + store).Code);
    }

    [Fact]
    public void ThePolicyOfTheHouseNamesTheStore()
    {
        Put("model.pkl", Good);
        Tree.Add("assay.yaml", "store: .assay/store.db\n");
        Said said = Command.In(Tree.Root, ["scan", Models]);
        Assert.Contains("1 was read", said.Error, StringComparison.Ordinal);
        Assert.True(File.Exists(Tree[".assay/store.db"]));
        Assert.Equal(0, Command.In(Tree.Root, ["store", "check"]).Code);
        Assert.Equal(0, Command.In(Tree.Root, ["audit", "add", "house", Models]).Code);
        Assert.Contains("house", Command.In(Tree.Root, ["audit", "list"]).Output, StringComparison.Ordinal);

        // What is said on the command line, or in the environment, goes first.
        Assert.DoesNotContain("memory", Command.In(Tree.Root, ["scan", Models, "--no-store"]).Error, StringComparison.Ordinal);
        Command.In(Tree.Root, ["scan", Models], ("ASSAY_STORE", Tree["other.db"]));
        Assert.True(File.Exists(Tree["other.db"]));
    }

    [Fact]
    public void APolicyAmongWhatIsExaminedNamesNoStore()
    {
        Put("model.pkl", Good);
        Put("assay.yaml", "store: store.db\n"u8);
        Command.In(Models, ["scan", Models]);
        Assert.False(File.Exists(Path.Join(Models, "store.db")));
    }

    [Theory]
    [InlineData("Host=db.example.org;Database=models")]
    [InlineData("postgresql://db.example.org/models")]
    [InlineData("../store.db")]
    [InlineData("/var/store.db")]
    [InlineData("~/store.db")]
    public void APolicyMakesNobodyWriteElsewhereOrSpeakToAServer(string named)
    {
        Put("model.pkl", Good);
        Tree.Add("assay.yaml", $"store: \"{named}\"\n");
        Said said = Command.In(Tree.Root, ["scan", Models]);
        Assert.True(said.Code == 4 || File.Exists(Tree[named]), said.Error);
        Assert.False(File.Exists("/var/store.db"));
    }

    [Fact]
    public void ShapesAreReadAsTheyWereWrittenNowAndBefore()
    {
        ValueShape shape = new(ShapeKind.Instance, "a.B \ud800 \ufdd0")
        {
            Count = 7, Elided = true, Items = [new(ShapeKind.Str, "x") { Count = 1 }, new(ShapeKind.Tuple)], Keywords = new(ShapeKind.Dict), Callee = new(ShapeKind.Import, "c") { State = new(ShapeKind.None) },
        };
        FactSet set = new() { Path = "p", Facts = [new CallableFact { Path = "p", Module = "m", Name = "n", Callee = "m.n", Resolved = "m.n", Use = CallableUse.Called, Arguments = [shape, new(ShapeKind.Unknown)] }] };
        byte[] before = FactJson.Write(set with { Path = "", Facts = [set.Facts[0] with { Path = "" }] });
        string Text(FactSet facts) => System.Text.Encoding.UTF8.GetString(FactJson.Write(facts));
        Assert.Equal(Text(set), Text(FactBlob.Unpack(FactBlob.Pack(set), "p", null)));
        Assert.Equal(Text(set), Text(FactBlob.Unpack(FactBlob.Pack((ReadOnlySpan<byte>)before), "p", null)));
        Assert.True(FactBlob.Inflate(FactBlob.Pack(set)).Length < before.Length * 3 / 4);
    }

    private void LoadsOnce(string at)
    {
        using ModelStore store = Open(at);
        StoredScan scan = new(store, new Scanner(new ScanOptions { Rules = RuleSet.Default, TestLoad = new Seen() }), wholeFacts: false);
        Assert.Single(scan.Run(new FileWalk([Models]).Inputs(), null, TestContext.Current.CancellationToken));
        Assert.Equal(1, scan.Tally.Read);
    }

    /// <summary>Stands for a box in which a connection was seen.</summary>
    private sealed class Seen : ITestLoad
    {
        public IReadOnlyList<Fact> Load(string path, ByteSource bytes, IReadOnlyList<Fact> facts, bool named, CancellationToken cancellation) =>
            [new BehaviourFact { Path = path, Kind = "network-connect", Source = BehaviourSource.Syscall, Action = "connect", Subject = "192.0.2.1:80", Loader = "pickle.load" }];
    }
}
