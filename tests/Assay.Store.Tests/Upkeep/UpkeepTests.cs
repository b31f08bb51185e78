// A store is checked, taken elsewhere, and forgets what it is told to forget.
namespace Assay.Store.Tests.Upkeep;

public sealed class UpkeepTests(PostgresServer server) : StoreTests(server)
{
    [Theory]
    [MemberData(nameof(Kinds))]
    public void AnExportGoesIntoAStoreOfTheOtherKindAndComesBackTheSame(Kind kind)
    {
        Fill(out string store, kind);
        Assert.Equal(0, Command.Run("store", "export", Tree["out"], "--store=" + store).Code);
        string other = NewStore(kind is Kind.Sqlite ? Kind.Postgres : Kind.Sqlite);
        Assert.Equal(0, Command.Run("store", "import", Tree["out"], "--store=" + other).Code);
        Command.Run("store", "export", Tree["again"], "--store=" + other);
        Assert.Equal(File.ReadAllText(Tree["out"]), File.ReadAllText(Tree["again"]));
        Assert.Equal(0, Command.Run("store", "check", "--store=" + other).Code);
        Said said = Command.Run("scan", Models, "--store=" + other);
        Assert.Contains("2 of 2 from memory", said.Error, StringComparison.Ordinal);
        Put("c.pkl", [.. Good, .. Good]);
        Assert.Contains("1 was read.", Command.Run("scan", Models, "--store=" + other).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"schema\":\"assay.store/1\",\"tables\":1}\n")]
    [InlineData("{\"schema\":\"other\",\"tables\":1}\n{\"rows\":0}\n")]
    [InlineData("{\"schema\":\"assay.store/1\",\"tables\":1}\n{\"terms\":[1,2,3]}\n{\"rows\":1}\n")]
    [InlineData("{\"schema\":\"assay.store/1\",\"tables\":1}\n[]\n")]
    [InlineData("not json\n")]
    public void WhatIsNoWholeExportIsRefusedAsAWhole(string lines)
    {
        string store = NewStore(Kind.Sqlite);
        Said said = Command.Run("store", "import", Tree.Add("in", lines), "--store=" + store);
        Assert.Equal(4, said.Code);
        Assert.DoesNotContain("defect", said.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void AnExportDoesNotGoIntoAStoreThatHoldsSomething()
    {
        Fill(out string store, Kind.Sqlite);
        Command.Run("store", "export", Tree["out"], "--store=" + store);
        Assert.Equal(4, Command.Run("store", "import", Tree["out"], "--store=" + store).Code);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void AnEntryOfTheLogThatWasChangedIsSeen(Kind kind)
    {
        Fill(out string store, kind);
        using (ModelStore open = Open(store))
        {
            open.Write(c => c.Execute("UPDATE log SET body = '{}' WHERE number = 1"));
        }

        Said said = Command.Run("store", "check", "--store=" + store);
        Assert.Equal(2, said.Code);
        Assert.Contains("entry 1", said.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void DamagedFactsAreSeenAndReadAnewAfterACompaction()
    {
        Fill(out string store, Kind.Sqlite);
        using (ModelStore open = Open(store))
        {
            open.Write(c => c.Execute("UPDATE readings SET facts = @a WHERE id = 1", new byte[] { 1, 2, 3 }));
        }

        Assert.Equal(2, Command.Run("store", "check", "--store=" + store).Code);
        Assert.Equal(0, Command.Run("store", "compact", "--store=" + store).Code);
        Assert.Equal(0, Command.Run("store", "check", "--store=" + store).Code);
        Assert.Contains("1 was read.", Command.Run("scan", Models, "--store=" + store).Error, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void WhatIsPrunedIsGoneAndTheRestIsWhole(Kind kind)
    {
        Fill(out string store, kind);
        using (ModelStore open = Open(store))
        {
            open.Write(c => c.Execute("UPDATE artifacts SET last_seen = 0 WHERE id = (SELECT min(id) FROM artifacts)"));
        }

        Said said = Command.Run("store", "prune", "--older-than", "30", "--store=" + store);
        Assert.StartsWith("1 artifacts", said.Output, StringComparison.Ordinal);
        Assert.Equal(0, Command.Run("store", "check", "--store=" + store).Code);
        Assert.Contains("1 was read.", Command.Run("scan", Models, "--store=" + store).Error, StringComparison.Ordinal);
    }

    private void Fill(out string store, Kind kind)
    {
        store = NewStore(kind);
        Put("a.pkl", Good);
        Put("b.pkl", Hostile);
        Command.Run("scan", Models, "--store=" + store);
    }
}
