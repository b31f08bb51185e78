// Zips that cost too much, are cut or are damaged at random.
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Containers.Zip;
using Assay.Formats.Archives;
using Assay.Tests.Builders;

namespace Assay.Tests.Formats.Archives;

public sealed class ZipLimitTests
{
    private static readonly byte[] s_evil = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("evil canary ", 20)));
    private static readonly byte[] s_clean = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("clean canary ", 20)));

    private static ArchiveContext Read(byte[] zip, ScanLimits? limits = null) => ArchiveContext.Read(ArchiveContext.Zip, zip, limits)!;

    [Fact]
    public void T184_OverlappingMembersAreOdd()
    {
        byte[] zip = new ZipBuilder().Add(new ZipMember("a", s_clean) { Packed = 400, Size = 400, LocalPacked = 400, LocalSize = 400 }).Add("b", s_evil).Build();
        ArchiveContext context = Read(zip);
        Assert.Contains("zip.overlap", context.Anomalies);
        Assert.Contains(context.Children, c => c.Bytes.SequenceEqual(s_evil));
    }

    [Fact]
    public void T184_SharedDataIsOdd()
    {
        byte[] zip = new ZipBuilder().Add(new ZipMember("a", s_clean)).Add(new ZipMember("b", s_evil) { LocalOffset = 0 }).Build();
        Assert.Contains("zip.shared-data", Read(zip).Anomalies);
    }

    [Fact]
    public void T184_BombStopsAndTheMembersBehindItAreRead()
    {
        byte[] zip = new ZipBuilder().Add("bomb", new byte[64 << 20], 8).Add("m/data.pkl", s_evil, 8).Build();
        ArchiveContext context = Read(zip, new ScanLimits { InflatedBytes = 24 << 20 });
        Assert.Equal(s_evil, context.Children.Single(c => c.Name == "m/data.pkl").Bytes);
        Assert.Contains(context.Children, c => c.Name == "bomb" && c.Bytes.Length > 16 << 20);
        Assert.Contains("archive.bomb", context.Anomalies);
        Assert.Contains(context.Unreads, u => u.Cause == UnreadCause.Limit);
        Assert.NotNull(context.Stop);
    }

    [Fact]
    public void T184_BombThatLiesAboutItsSizeWaitsForTheOthers()
    {
        byte[] zip = new ZipBuilder().Add(new ZipMember("bomb", new byte[64 << 20]) { Method = 8, Size = 10 }).Add("m/data.pkl", s_evil, 8).Build();
        ArchiveContext context = Read(zip, new ScanLimits { InflatedBytes = 24 << 20 });
        Assert.Equal(s_evil, context.Children.Single(c => c.Name == "m/data.pkl").Bytes);
        Assert.Contains("archive.bomb", context.Anomalies);
    }

    [Fact]
    public void T184_HundredThousandMembersCostWhatTheirHeadersCost()
    {
        ZipBuilder builder = new() { EndCount = 100_000 & 0xFFFF };
        for (int i = 0; i < 100_000; i++)
        {
            builder.Add($"archive/data/member{i}", [1]);
        }

        byte[] zip = builder.Build();
        ArchiveContext.Read(ArchiveContext.Zip, new ZipBuilder().Add("warm", s_clean).Build());
        long before = GC.GetAllocatedBytesForCurrentThread();
        ZipDirectory directory = ZipDirectory.Read(
            new MemorySource(zip), new ByteRange(0, zip.Length), new ScanBudget(new ScanLimits(), TimeProvider.System, TestContext.Current.CancellationToken));
        Assert.Equal(100_000, directory.Entries.Count);
        Assert.Empty(directory.Oddities.All);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200 << 20);
        Assert.Equal(100_000, ArchiveContext.Read(ArchiveContext.Zip, zip, keep: false)!.Children.Count);
    }

    [Fact]
    public void T207_EntriesLimitIsAnUnreadThatNamesIt()
    {
        ZipBuilder builder = new();
        for (int i = 0; i < 50; i++)
        {
            builder.Add($"m{i}", s_clean);
        }

        ArchiveContext context = Read(builder.Build(), new ScanLimits { Entries = 10 });
        Assert.Contains(context.Unreads, u => u.Cause == UnreadCause.Limit && u.Detail.Contains("entries", StringComparison.Ordinal));
    }

    [Fact]
    public void TruncationAtEveryByteNeverThrows()
    {
        byte[] zip = new ZipBuilder { Zip64End = true, Comment = [1, 2, 3] }.Add("m/data.pkl", s_evil, 8).Add(new ZipMember("m/b", s_clean) { Zip64 = true }).Build();
        int found = 0;
        for (int length = 0; length < zip.Length; length++)
        {
            found += ArchiveContext.Read(ArchiveContext.Zip, zip[..length])?.Children.Count(c => c.Bytes.SequenceEqual(s_evil)) ?? 0;
        }

        Assert.True(found > zip.Length / 2, $"{found} of {zip.Length}");
    }

    [Fact]
    public void MutationsNeverThrowAndStaySmall()
    {
        byte[] zip = new ZipBuilder { Zip64End = true }.Add("m/data.pkl", s_evil, 8).Add(new ZipMember("m/b", s_clean) { Zip64 = true, Descriptor = true })
            .Add("m/c", new ZipBuilder().Add("x", s_evil).Build()).Build();
        Random random = new(7);
        for (int i = 0; i < 4000; i++)
        {
            byte[] bad = [.. zip];
            for (int n = random.Next(1, 6); n > 0; n--)
            {
                bad[random.Next(bad.Length)] = random.Next(3) switch { 0 => 0xFF, 1 => 0, _ => (byte)random.Next(256) };
            }

            long before = GC.GetAllocatedBytesForCurrentThread();
            ArchiveContext.Read(ArchiveContext.Zip, bad);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8 << 20);
        }
    }
}
