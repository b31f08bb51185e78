// A scan with a memory says what a scan without one says, and reads nothing twice.
using Assay.Tests.Architecture;

namespace Assay.Store.Tests.Scans;

public sealed class StoredScanTests(PostgresServer server) : StoreTests(server)
{
    [Theory]
    [MemberData(nameof(Kinds))]
    public void ReportsAreThoseOfAScanWithoutAStore(Kind kind)
    {
        CopySamples();
        string store = NewStore(kind);
        Said plain = Command.Run("scan", Models, "--format", "json");
        Said first = Command.Run("scan", Models, "--format", "json", "--store=" + store);
        Said second = Command.Run("scan", Models, "--format", "json", "--store=" + store);
        Assert.Equal(plain.Output, first.Output);
        Assert.Equal(plain.Output, second.Output);
        Assert.Equal((plain.Code, plain.Code), (first.Code, second.Code));
        Assert.Contains(" were read.", first.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("read.", second.Error, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void FactsFromMemoryAreThoseThatWereRead(Kind kind)
    {
        CopySamples();
        string store = NewStore(kind);
        Command.Run("scan", Models, "--store=" + store);
        Command.Run("scan", Models, "--facts", Tree["plain"]);
        Command.Run("scan", Models, "--facts", Tree["kept"], "--store=" + store);
        Assert.Equal(File.ReadAllText(Tree["plain"]), File.ReadAllText(Tree["kept"]));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void ATreeThatWasMovedIsTakenFromMemory(Kind kind)
    {
        CopySamples();
        string store = NewStore(kind);
        Command.Run("scan", Models, "--store=" + store);
        Directory.Move(Models, Tree["elsewhere"]);
        Said plain = Command.Run("scan", Tree["elsewhere"], "--format", "json");
        Said moved = Command.Run("scan", Tree["elsewhere"], "--format", "json", "--store=" + store);
        Assert.Equal(plain.Output, moved.Output);
        Assert.DoesNotContain("read.", moved.Error, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void OtherBytesUnderTheSameNameAreRead(Kind kind)
    {
        string store = NewStore(kind);
        Put("model.pkl", Good);
        Assert.Equal(0, Command.Run("scan", Models, "--store=" + store).Code);
        Put("model.pkl", Hostile);
        Said said = Command.Run("scan", Models, "--store=" + store);
        Assert.Equal(1, said.Code);
        Assert.Contains("1 was read.", said.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void BytesThatWereExchangedWithAllTimesSetBackAreRead()
    {
        string store = NewStore(Kind.Sqlite);
        string path = Put("model.pkl", [.. Good, .. new byte[Hostile.Length - Good.Length]]);
        DateTime then = new(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(path, then);
        Command.Run("scan", Models, "--store=" + store);
        using (FileStream file = new(path, FileMode.Open, FileAccess.Write))
        {
            file.Write(Hostile);
        }

        File.SetLastWriteTimeUtc(path, then);
        Assert.Equal(1, Command.Run("scan", Models, "--store=" + store).Code);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void WhatAReadingFoundBesideItsFileIsAskedAgain(Kind kind)
    {
        // The weights of ncnn are known by the network beside them.
        string store = NewStore(kind);
        Put("net.param", "7767517\n1 1\nInput data 0 1 data\n"u8);
        Put("net.bin", new byte[64]);
        Put("other.pkl", Good);
        Command.Run("scan", Models, "--store=" + store);
        Put("net.param", "7767517\n2 2\nInput data 0 1 data\nPower p 1 1 data out\n"u8);
        Said plain = Command.Run("scan", Models, "--format", "json");
        Said kept = Command.Run("scan", Models, "--format", "json", "--store=" + store);
        Assert.Equal(plain.Output, kept.Output);
    }

    [Fact]
    public void AFileMoreInAFolderCostsOnlyItself()
    {
        string store = NewStore(Kind.Sqlite);
        Put("a.pkl", Good);
        Put("b.pkl", Hostile);
        Command.Run("scan", Models, "--store=" + store);
        Put("c.pkl", [.. Good, .. Good]);
        Assert.Contains("2 of 3 from memory", Command.Run("scan", Models, "--store=" + store).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void OtherRulesJudgeWhatWasReadAndDoNotReadAgain()
    {
        string store = NewStore(Kind.Sqlite);
        Put("model.pkl", Good);
        Command.Run("scan", Models, "--store=" + store);
        Tree.Add("rules/own.yaml", Rules.Pickles);
        Said said = Command.Run("scan", Models, "--rules", Tree["rules"], "--store=" + store);
        Assert.Equal(1, said.Code);
        Assert.Contains("1 was judged by other rules", said.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("judged", Command.Run("scan", Models, "--rules", Tree["rules"], "--store=" + store).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void OtherLimitsReadAgain()
    {
        string store = NewStore(Kind.Sqlite);
        Put("model.pkl", Good);
        Command.Run("scan", Models, "--store=" + store);
        Assert.Contains("1 was read.", Command.Run("scan", Models, "--limit", "facts=10", "--store=" + store).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void TheStoreItselfIsNotScanned()
    {
        Put("model.pkl", Good);
        string store = Path.Join(Models, "store.db");
        Command.Run("scan", Models, "--store=" + store);
        Assert.Contains("1 of 1 from memory", Command.Run("scan", Models, "--store=" + store).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void ReadersAskForNoFolderThatTheNameOfAReadingLeavesOut()
    {
        // A reading is kept under the name in its bundle, so readers must not tell files by folders above it, but for those that StoredScan knows.
        string[] asked = [.. Repository.Sources("src/Assay/Formats").SelectMany(f => Repository.Read(f).Split("Artifact.Name.Contains(\"")[1..]).Select(t => t[..t.IndexOf('"', StringComparison.Ordinal)]).Order(StringComparer.Ordinal)];
        Assert.Equal([".github/workflows/", "chat", "cron.d/"], asked);
    }

    private void CopySamples()
    {
        foreach (string file in Directory.EnumerateFiles(Path.Join(Repository.Root, "samples"), "*", SearchOption.AllDirectories))
        {
            Put(Path.GetRelativePath(Path.Join(Repository.Root, "samples"), file), File.ReadAllBytes(file));
        }
    }
}
