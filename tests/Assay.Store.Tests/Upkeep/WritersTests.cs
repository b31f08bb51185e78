// Several who write to one store: what one takes out is never taken for what another puts in.
using System.Globalization;
using System.Text;
using Assay.Artifacts;
using Assay.Detection;
using Assay.Hosting.Files;
using Assay.Hosting.Folders;
using Assay.Hosting.Packs;
using Assay.Policies;
using Assay.Scanning;
using Assay.Store.Databases;
using Assay.Store.Judging;
using Assay.Store.Scans;
using Assay.Store.Upkeep;

namespace Assay.Store.Tests.Upkeep;

public sealed class WritersTests(PostgresServer server) : StoreTests(server)
{
    [Theory]
    [MemberData(nameof(Kinds))]
    public void ANumberIsGivenOnce(Kind kind)
    {
        // The rules of the house hold for readings up to the last one by what was judged before. Were its number given again, another file would get that verdict unseen.
        string store = NewStore(kind);
        Tree.Add("rules/own.yaml", Rules.Pickles);
        Put("a.npy", [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y']);
        Assert.InRange(Command.Run("scan", Models, "--store=" + store).Code, 0, 3);
        Assert.Equal(0, Command.Run("store", "judge", "--rules", Tree["rules"], "--store=" + store).Code);
        Assert.Equal(0, Command.Run("store", "prune", "--older-than", "0", "--store=" + store).Code);
        File.Delete(Path.Join(Models, "a.npy"));
        Put("b.pkl", Good);
        Assert.Equal(0, Command.Run("scan", Models, "--store=" + store).Code);
        Assert.Equal(1, Command.Run("scan", Models, "--rules", Tree["rules"], "--store=" + store).Code);
        Assert.Equal(0, Command.Run("store", "check", "--store=" + store).Code);

        // Nor is it after an export went to a new store of the other kind.
        string copy = NewStore(kind is Kind.Sqlite ? Kind.Postgres : Kind.Sqlite);
        Assert.Equal(0, Command.Run("store", "prune", "--older-than", "0", "--store=" + store).Code);
        long before = Last(store);
        Assert.Equal(0, Command.Run("store", "export", Tree["out.jsonl"], "--store=" + store).Code);
        Assert.Equal(0, Command.Run("store", "import", Tree["out.jsonl"], "--store=" + copy).Code);
        Command.Run("scan", Models, "--store=" + copy);
        using ModelStore open = Open(copy);
        Assert.True(open.Connection.Number("SELECT min(id) FROM readings") > before);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void WhatIsPrunedWhileAScanGoesOnLeavesNothingThatHangs(Kind kind)
    {
        string at = NewStore(kind);
        for (int i = 0; i < 40; i++)
        {
            Put(string.Create(CultureInfo.InvariantCulture, $"{i:d4}.pkl"), i % 2 == 0 ? Encoding.ASCII.GetBytes($"(lp0\nI{i}\na.") : Encoding.ASCII.GetBytes($"cos\nsystem\n(S'echo canary {i}'\ntR."));
        }

        Command.Run("scan", Models, "--store=" + at);
        Tree.Add("rules/own.yaml", Rules.Pickles);
        RuleSet rules = RulePacks.Load(Tree["rules"]);
        using (ModelStore store = Open(at))
        {
            // A scan by other rules recalls what is known, and has it taken away before it can keep what it judged; what it reads meanwhile has the terms of what went.
            StoredScan scan = new(store, new Scanner(new ScanOptions { Rules = rules, Policy = Policy.None, Jobs = 1, KeepFacts = true, Scratch = new FileScratch(Tree.Root, 1 << 20) }), wholeFacts: true);
            int done = 0;
            foreach (ScanResult _ in scan.Run(Inputs(() =>
            {
                if (++done % 13 == 0)
                {
                    using ModelStore other = Open(at);
                    StoreUpkeep.Prune(other, DateTimeOffset.UtcNow.AddDays(1));
                    Command.Run("scan", Path.Join(Models, "0001.pkl"), "--store=" + at);
                }
            }), null, TestContext.Current.CancellationToken))
            {
                // Told.
            }

            Assert.Null(scan.Tally.Fault);
        }

        using ModelStore open = Open(at);
        Assert.Empty(StoreUpkeep.Check(open, TestContext.Current.CancellationToken).Faults);
        foreach (StoreHit hit in StoreSearch.Find(open, new StoreQuestion { Calls = "os.system" }, 1000).Hits)
        {
            Assert.EndsWith(".pkl", hit.Path, StringComparison.Ordinal);
            Assert.Contains("system", File.ReadAllText(hit.Path), StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task ManyWhoOpenANewStoreAndScanAtOnceAllKeep(Kind kind)
    {
        string at = NewStore(kind);
        for (int i = 0; i < 6; i++)
        {
            Put(string.Create(CultureInfo.InvariantCulture, $"{i}/m.pkl"), Encoding.ASCII.GetBytes($"(lp0\nI{i}\na."));
        }

        Said[] said = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => Task.Run(() => Command.Run("scan", Path.Join(Models, i.ToString(CultureInfo.InvariantCulture)), "--store=" + at))));
        Assert.All(said, s => Assert.True(s.Code == 0, s.Error));
        using ModelStore open = Open(at);
        Assert.Empty(StoreUpkeep.Check(open, TestContext.Current.CancellationToken).Faults);
        Assert.Equal(6, open.Connection.Number("SELECT count(*) FROM readings"));
    }

    [Fact]
    public async Task TwoImportsAtOnceAreOne()
    {
        string from = NewStore(Kind.Sqlite), to = NewStore(Kind.Postgres);
        Put("m.pkl", Hostile);
        Command.Run("scan", Models, "--store=" + from);
        Assert.Equal(0, Command.Run("store", "export", Tree["out.jsonl"], "--store=" + from).Code);
        Said[] said = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(() => Command.Run("store", "import", Tree["out.jsonl"], "--store=" + to))));
        Assert.Equal([0, 4], said.Select(s => s.Code).Order());
        Assert.Contains("holds something already", said.Single(s => s.Code == 4).Error, StringComparison.Ordinal);
    }

    private IEnumerable<ScanInput> Inputs(Action before)
    {
        foreach (ScanInput input in new FileWalk([Models], new WalkOptions(), TestContext.Current.CancellationToken).Inputs())
        {
            before();
            yield return input;
        }
    }

    private static long Last(string at)
    {
        using ModelStore open = Open(at);
        return open.Connection.Number("SELECT last FROM numbers WHERE name = 'readings'") ?? 0;
    }
}
