// The directory of a zip under every view: where records lie, what they lead to, and where reading stops.
using Assay.Bytes;
using Assay.Containers.Zip;
using Assay.Tests.Builders;

namespace Assay.Tests.Containers.Zip;

public sealed class ZipDirectoryTests
{
    private static readonly byte[] s_content = [.. Enumerable.Range(0, 200).Select(i => (byte)(i * 3))];

    private static ZipDirectory Read(byte[] zip, ScanLimits? limits = null) =>
        ZipDirectory.Read(new MemorySource(zip), new ByteRange(0, zip.Length), Budgets.Of(limits));

    [Fact]
    public void EntriesLieWhereTheirBytesAre()
    {
        byte[] zip = new ZipBuilder().Add("a", s_content).Add("dir/", []).Add("b", [9, 8]).Build();
        ZipDirectory directory = Read(zip);
        Assert.Equal(["a", "dir/", "b"], directory.Entries.Select(e => e.Name));
        ByteRange data = directory.Entries[0].Data(zip.Length);
        Assert.Equal(s_content, zip[(int)data.Offset..(int)data.End]);
        Assert.Equal([false, true, false], directory.Entries.Select(e => e.IsDirectory));
        Assert.Equal("a", directory.FirstName);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void StructuresAndDataMakeUpEveryByte(bool zip64)
    {
        byte[] zip = new ZipBuilder { Zip64End = zip64, Comment = [1, 2, 3] }.Add("a", s_content).Add(new ZipMember("b", s_content) { Zip64 = zip64, Descriptor = true }).Build();
        ZipDirectory directory = Read(zip);
        long structures = directory.Structures.Sum(s => s.Length);
        Assert.Equal(zip.Length, structures + directory.Entries.Sum(e => e.Data(zip.Length).Length));
        Assert.Equal(zip64, Assert.Single(directory.Views).Zip64);
    }

    [Theory]
    [InlineData(false, 40)]
    [InlineData(true, 0)]
    public void BytesBeforeTheArchiveShiftItsOffsetsUnlessTheyAreCounted(bool counted, long shift)
    {
        byte[] zip = new ZipBuilder { Prefix = new byte[40], PrefixCounts = counted }.Add("a", s_content).Build();
        ZipDirectory directory = Read(zip);
        Assert.Equal(shift, Assert.Single(directory.Views).Shift);
        Assert.Equal(40, Assert.Single(directory.Entries).Offset);
    }

    [Fact]
    public void TwoEndRecordsAreTwoViewsAndTheEntriesTheirUnion()
    {
        byte[] first = new ZipBuilder().Add("one", s_content).Build();
        byte[] second = new ZipBuilder().Add("two", [.. s_content, 1, 2, 3]).Build();
        ZipDirectory directory = Read([.. first, .. second]);
        Assert.Equal(2, directory.Views.Count);
        Assert.Equal(["one", "two"], directory.Entries.Select(e => e.Name));
        Assert.Equal(2, directory.Views.Select(v => v.Directory.Offset).Distinct().Count());
    }

    [Fact]
    public void MemberInNoDirectoryHasNoCentralHeader()
    {
        ZipDirectory directory = Read(new ZipBuilder().Add(new ZipMember("hidden", s_content) { Listed = false }).Add("shown", s_content).Build());
        Assert.Equal([(true, false), (true, true)], directory.Entries.Select(e => (e.Local is not null, e.Central is not null)));
    }

    [Fact]
    public void EntryThatPointsNowhereHasNoLocalHeader()
    {
        ZipDirectory directory = Read(new ZipBuilder().Add(new ZipMember("a", s_content) { LocalOffset = 7 }).Build());
        Assert.Contains(directory.Entries, e => e.Local is null && e.Central?.Name == "a");
        Assert.True(directory.Oddities.Has("zip.local-missing"));
    }

    [Fact]
    public void HasDirectoryAsksOnlyTheTail()
    {
        byte[] zip = new ZipBuilder().Add("a", s_content).Build();
        Assert.True(ZipDirectory.HasDirectory(new MemorySource(zip), new ByteRange(0, zip.Length)));
        Assert.False(ZipDirectory.HasDirectory(new MemorySource(zip), new ByteRange(0, zip.Length - 30)));
        Assert.False(ZipDirectory.HasDirectory(new MemorySource(s_content), new ByteRange(0, s_content.Length)));
    }

    [Fact]
    public void EntriesLimitKeepsWhatCameBeforeAndSaysWhyItStopped()
    {
        ZipDirectory directory = Read(new ZipBuilder().Add("a", s_content).Add("b", s_content).Add("c", s_content).Build(), new ScanLimits { Entries = 2 });
        Assert.Equal(StopReason.Limit, directory.Stop?.Reason);
        Assert.Equal(2, directory.Entries.Count);
    }
}
