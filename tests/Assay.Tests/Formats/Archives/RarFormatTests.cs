// RAR archives, built block by block: there is no free packer.
using System.Text;
using Assay.Artifacts;
using Assay.Formats.Archives;
using Assay.Tests.Builders;

namespace Assay.Tests.Formats.Archives;

public sealed class RarFormatTests
{
    private static readonly byte[] s_canary = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("canary ", 50)));

    private static ArchiveContext Read(byte[] rar) => ArchiveContext.Read(new RarFormat(), rar)!;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void T064_StoredFilesAreRead(bool five)
    {
        byte[] rar = five ? RarBuilder.Archive5(RarBuilder.File5("m/data.pkl", s_canary), RarBuilder.File5("b", [1])) : RarBuilder.Archive4(RarBuilder.File4("m/data.pkl", s_canary), RarBuilder.File4("b", [1]));
        ArchiveContext context = Read(rar);
        Assert.Equal(["m/data.pkl", "b"], context.Names);
        Assert.Equal(s_canary, context.Children[0].Bytes);
        Assert.Empty(context.Anomalies);
        Assert.Empty(context.Unreads);
        Assert.Empty(context.Coverage.Gaps());
    }

    [Fact]
    public void T064_TheOtherReaderAgreesAboutTheBuilder()
    {
        foreach (byte[] rar in new[] { RarBuilder.Archive4(RarBuilder.File4("a", s_canary)), RarBuilder.Archive5(RarBuilder.File5("a", s_canary)) })
        {
            using var reader = SharpCompress.Readers.Rar.RarReader.OpenReader(new MemoryStream(rar), new());
            Assert.True(reader.MoveToNextEntry());
            using MemoryStream content = new();
            reader.WriteEntryTo(content);
            Assert.Equal(s_canary, content.ToArray());
        }
    }

    [Fact]
    public void T185_EncryptedFileIsUnread()
    {
        ArchiveContext context = Read(RarBuilder.Archive4(RarBuilder.File4("a", s_canary, flags: 4), RarBuilder.File4("b", [1])));
        Assert.Equal(["b"], context.Names);
        Assert.Equal(UnreadCause.Encrypted, Assert.Single(context.Unreads).Cause);
    }

    [Fact]
    public void PackedGarbageIsUnreadAndOthersAreRead()
    {
        foreach (byte[] rar in new[] { RarBuilder.Archive4(RarBuilder.File4("bad", s_canary, method: 0x33), RarBuilder.File4("b", [1])), RarBuilder.Archive5(RarBuilder.File5("bad", s_canary, 3 << 7), RarBuilder.File5("b", [1])) })
        {
            ArchiveContext context = Read(rar);
            Assert.Contains("b", context.Names);
            Assert.NotEmpty(context.Unreads);
        }
    }

    [Fact]
    public void T184_WindowOverTheLimitIsUnread()
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        ArchiveContext context = Read(RarBuilder.Archive5(RarBuilder.File5("a", s_canary, (3 << 7) | (15 << 10))));
        Assert.Equal(UnreadCause.Limit, Assert.Single(context.Unreads).Cause);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
    }

    [Fact]
    public void T181_NamesAreLookedAt() => Assert.Contains("archive.traversal", Read(RarBuilder.Archive5(RarBuilder.File5("../x", s_canary))).Anomalies);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void MutationsAndTruncationsNeverThrow(bool five)
    {
        byte[] rar = five ? RarBuilder.Archive5(RarBuilder.File5("a", s_canary, 3 << 7), RarBuilder.File5("b", s_canary)) : RarBuilder.Archive4(RarBuilder.File4("a", s_canary, method: 0x33), RarBuilder.File4("b", s_canary));
        int read = 0;
        for (int length = 8; length < rar.Length; length += 3)
        {
            read += ArchiveContext.Read(new RarFormat(), rar[..length])?.Children.Count ?? 0;
        }

        Random random = new(5);
        for (int i = 0; i < 1000; i++)
        {
            byte[] bad = [.. rar];
            bad[random.Next(8, bad.Length)] = (byte)random.Next(256);
            bad[random.Next(8, bad.Length)] = (byte)random.Next(256);
            long before = GC.GetAllocatedBytesForCurrentThread();
            read += ArchiveContext.Read(new RarFormat(), bad)?.Children.Count ?? 0;
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 300 << 20);
        }

        Assert.True(read > 500);
    }
}
