// Packs say what the tables said that they were written from, and hostile packs are refused.
using System.Security.Cryptography;
using Assay.Bytes;
using Assay.Effects;
using Assay.Effects.Packs;
using Assay.Tests.Builders;

namespace Assay.Tests.Effects.Packs;

public sealed class EffectPackTests
{
    private static readonly EffectTable s_table = WrittenRules.Effects.Table;
    private static readonly PackProvenance s_provenance = new("the hand-written sets", "1.2", ["numpy 2.1 0123abcd", "analysis 1"]);
    private static readonly byte[] s_bytes = EffectPackWriter.Write(s_table, s_provenance);

    [Fact]
    public void EveryNameOfTheTableIsInThePack()
    {
        EffectPack pack = Open(s_bytes);
        Assert.Equal(s_table.Names.Count, pack.Count);
        Assert.All(s_table.Names, n => Assert.Equal(n.Value, pack.Exact(n.Key)));
    }

    [Fact]
    public void EveryPatternOfTheTableIsInThePack()
    {
        EffectPack pack = Open(s_bytes);
        Assert.All(s_table.Patterns.Select(p => p.Owner).Distinct(), o => Assert.Equal(s_table.Below(o), pack.Below(o)));
        Assert.All(s_table.ListedModules, m => Assert.True(pack.IsListed(m)));
    }

    [Theory]
    [InlineData("os.system")]
    [InlineData("collections.OrderedDict")]
    [InlineData("signal.Signals.SIGINT")]
    [InlineData("numpy.float64")]
    [InlineData("subprocess.anything")]
    [InlineData("mypackage.thing")]
    public void KnowledgeFromAPackIsThatOfItsTable(string path) =>
        Assert.Equal(new EffectKnowledge([s_table]).Find(path), new EffectKnowledge([Open(s_bytes)]).Find(path));

    [Fact]
    public void WhatIsNotInThePackIsNotFound()
    {
        EffectPack pack = Open(s_bytes);
        Assert.Null(pack.Exact("no.such.name"));
        Assert.Empty(pack.Below("no.such"));
        Assert.False(pack.IsListed("nosuch"));
    }

    [Fact]
    public void TheSameTableGivesTheSameBytes() => Assert.Equal(s_bytes, EffectPackWriter.Write(s_table, s_provenance));

    [Fact]
    public void ThePackSaysWhereItComesFrom()
    {
        EffectPack pack = Open(s_bytes);
        pack.Verify();
        Assert.Equal(s_provenance, pack.Provenance);
    }

    [Fact]
    public void AnEmptyTableMakesAPack()
    {
        EffectPack pack = Open(EffectPackWriter.Write(new EffectTable(), new PackProvenance("nothing", "", [])));
        pack.Verify();
        Assert.Null(pack.Exact("a.b"));
    }

    /// <summary>Numbers of records take two bytes as long as that is enough, and three after that; an item stands alone, in a full block or in a begun one.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData((1 << 16) + 1)]
    public void EachOfManyDifferentRecordsIsFound(int count)
    {
        EffectTable table = new();
        for (int i = 0; i < count; i++)
            table.Add("many", $"n{i}", new EffectEntry { Kind = NameKind.Function, Origin = new EffectOrigin("many", "", []), Call = [new Effect { Kind = EffectKind.Exec, Source = new EffectSource(SourceKind.Argument, 0, $"a{i}") }] });

        EffectPack pack = Open(EffectPackWriter.Write(table, s_provenance));
        pack.Verify();
        Assert.Equal(count, pack.Records);
        Assert.All(Enumerable.Range(0, count).Where(i => i % 997 is 0 or 1 || i == count - 1), i => Assert.Equal($"exec 0/a{i}", Assert.Single(pack.Exact($"many.n{i}")!.Call).ToString()));
    }

    [Fact]
    public void APackIsSmall() => Assert.True(s_bytes.Length < 30 * s_table.Names.Count, $"{s_bytes.Length} bytes for {s_table.Names.Count} names");

    [Fact]
    public void APackCutAnywhereIsRefused()
    {
        for (int length = 0; length < s_bytes.Length; length += length < 256 ? 1 : 97)
            Assert.Throws<EffectPackException>(() => Open(s_bytes[..length]));
    }

    [Fact]
    public void AChangedByteIsRefused()
    {
        for (int at = 0; at < s_bytes.Length; at += at < 128 ? 1 : 211)
        {
            byte[] changed = [.. s_bytes];
            changed[at] ^= 0x40;
            Assert.Throws<EffectPackException>(() => Open(changed).Verify());
        }
    }

    [Fact]
    public void AForgedPackWithARightDigestIsReadOrRefusedAndNoMore()
    {
        // Every byte behind the head takes values that lengths, places and counts are upset by; the digest is made right again.
        byte[] small = EffectPackWriter.Write(Small(), new PackProvenance("small", "1", []));
        for (int at = 12; at < small.Length; at++)
        {
            if (at is >= PackLayout.DigestAt and < PackLayout.HeadLength)
                continue;

            foreach (byte value in (byte[])[0, 1, 0x7F, 0x80, 0xFF])
            {
                byte[] forged = [.. small];
                forged[at] = value;
                SHA256.HashData(forged.AsSpan(PackLayout.HeadLength), forged.AsSpan(PackLayout.DigestAt));
                Exception? thrown = Record.Exception(() =>
                {
                    EffectPack pack = Open(forged);
                    pack.Verify();
                    _ = pack.Exact("a.run");
                    _ = pack.Below("a");
                    _ = pack.IsListed("a");
                });
                Assert.True(thrown is null or EffectPackException, $"{value} at {at}: {thrown}");
            }
        }
    }

    private static EffectTable Small()
    {
        EffectTable table = new();
        EffectEntry entry = new()
        {
            Kind = NameKind.Class,
            Origin = new EffectOrigin("set", "a reason", ["CWE-1"]),
            Call = [EffectText.Parse("call 0 with 1.. if 2 in a b")!, EffectText.Parse("method close of 0.file")!],
            Returns = EffectText.ParseReturn("attribute 0 1")!,
        };
        table.Add("a", "run", entry);
        table.Add("a", "r*", entry);
        table.Add("a", "*", entry with { Kind = NameKind.Function });
        table.AddListed("a");
        return table;
    }

    private static EffectPack Open(byte[] bytes) => new(new MemorySource(bytes));
}
