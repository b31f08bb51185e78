// Tars walked header by header: as Python writes them, and with headers that lie.
using System.Text;
using Assay.Bytes;
using Assay.Containers.Tar;
using Assay.Tests.Builders;

namespace Assay.Tests.Containers.Tar;

public sealed class TarReaderTests
{
    private static (TarReader Reader, List<TarEntry> Entries) Walk(byte[] bytes, long offset = 0, ScanLimits? limits = null)
    {
        TarReader reader = new(new MemorySource(bytes), new ByteRange(offset, bytes.Length - offset), Budgets.Of(limits));
        List<TarEntry> entries = [];
        while (reader.Next() is { } entry)
        {
            entries.Add(entry);
        }

        return (reader, entries);
    }

    [Theory]
    [InlineData("USTAR_FORMAT", 90)]
    [InlineData("GNU_FORMAT", 300)]
    [InlineData("PAX_FORMAT", 300)]
    public void WhatPythonWritesHasTheNamesThatPythonGave(string format, int length)
    {
        byte[] tar = CPython.Run($"""
            import sys,io,tarfile
            b=io.BytesIO()
            t=tarfile.open(fileobj=b,mode='w',format=tarfile.{format})
            for n,d in (('d/'+'x'*{length},b'one'),('m\u00fc',b'2'*513),('empty',b'')):
                i=tarfile.TarInfo(n); i.size=len(d); t.addfile(i,io.BytesIO(d))
            l=tarfile.TarInfo('link'); l.type=tarfile.SYMTYPE; l.linkname='d/target'; t.addfile(l)
            t.close(); sys.stdout.buffer.write(b.getvalue())
            """);
        (TarReader reader, List<TarEntry> entries) = Walk(tar);
        Assert.Equal(["d/" + new string('x', length), "mü", "empty", "link"], entries.Select(e => e.Name));
        Assert.Equal([3L, 513L, 0L, 0L], entries.Select(e => e.Data.Length));
        Assert.Equal((TarKind.SymbolicLink, "d/target"), (entries[3].Kind, entries[3].LinkTarget));
        Assert.True(reader.HasEndMark);
        Assert.Equal(["archive.symbolic-link"], reader.Oddities.All.Select(o => o.Code));
    }

    [Fact]
    public void DataLieBehindTheirHeaders()
    {
        byte[] tar = new TarBuilder().Add("a", "first"u8.ToArray()).Add("b", "second"u8.ToArray()).Build();
        (_, List<TarEntry> entries) = Walk(tar);
        Assert.Equal(["first", "second"], entries.Select(e => Encoding.ASCII.GetString(tar, (int)e.Data.Offset, (int)e.Data.Length)));
        Assert.Equal([512L, 1536L], entries.Select(e => e.Data.Offset));
    }

    [Fact]
    public void TarBehindOtherBytesIsReadByItsOwnOffsets()
    {
        byte[] tar = [.. new byte[100].Select(_ => (byte)7), .. new TarBuilder().Add("a", [1, 2]).Build()];
        (_, List<TarEntry> entries) = Walk(tar, 100);
        Assert.Equal(100 + 512, Assert.Single(entries).Data.Offset);
    }

    [Fact]
    public void PaxPathWinsOverTheHeaderAndHoldsForOneMember()
    {
        (_, List<TarEntry> entries) = Walk(new TarBuilder().Pax(("path", "real")).Add("shown", [1]).Add("next", [2]).Build());
        Assert.Equal(["real", "next"], entries.Select(e => e.Name));
    }

    [Fact]
    public void PaxSizeWinsAndTheContradictionIsOdd()
    {
        (TarReader reader, List<TarEntry> entries) = Walk(new TarBuilder().Pax(("size", "3")).Add("a", [1, 2, 3], size: 1).Build());
        Assert.Equal(3, entries[0].Data.Length);
        Assert.True(reader.Oddities.Has("tar.size-mismatch"));
    }

    [Fact]
    public void MemberBehindABrokenHeaderIsFound()
    {
        (TarReader reader, List<TarEntry> entries) = Walk(new TarBuilder().Add("a", [1]).Add("bad", [2], badChecksum: true).Add("c", [3]).Build());
        Assert.Equal(["a", "c"], entries.Select(e => e.Name));
        Assert.True(reader.Oddities.Has("tar.checksum"));
    }

    [Fact]
    public void MemberBehindTheEndMarkIsFound()
    {
        byte[] tar = [.. new TarBuilder().Add("a", [1]).Build(), .. new TarBuilder().Add("b", [2]).Build()];
        (TarReader reader, List<TarEntry> entries) = Walk(tar);
        Assert.Equal(["a", "b"], entries.Select(e => e.Name));
        Assert.True(reader.Oddities.Has("tar.after-end"));
    }

    [Theory]
    [InlineData("99999999999\0")]
    [InlineData("77777777777\0")]
    [InlineData("-0000000001\0")]
    public void SizeThatLiesIsCutToTheFile(string size)
    {
        byte[] tar = new TarBuilder().Add("a", [1, 2, 3], sizeField: Encoding.ASCII.GetBytes(size)).Build();
        (_, List<TarEntry> entries) = Walk(tar);
        Assert.All(entries, e => Assert.InRange(e.Data.End, 0, tar.Length));
    }

    [Fact]
    public void SizeInBinaryIsRead()
    {
        byte[] field = [0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5];
        (_, List<TarEntry> entries) = Walk(new TarBuilder().Add("a", [1, 2, 3, 4, 5], sizeField: field).Build());
        Assert.Equal(5, entries[0].Data.Length);
    }

    [Fact]
    public void LinkThatLeavesTheArchiveAndAMemberThroughItAreOdd()
    {
        (TarReader reader, _) = Walk(new TarBuilder().Add("d", [], '2', link: "../../etc").Add("d/passwd", [1]).Build());
        Assert.True(reader.Oddities.Has("archive.link-escape"));
        Assert.True(reader.Oddities.Has("archive.through-link"));
    }

    [Fact]
    public void EntriesLimitStopsTheWalk() =>
        Assert.Throws<ScanStopException>(() => Walk(new TarBuilder().Add("a", [1]).Add("b", [2]).Build(), limits: new ScanLimits { Entries = 1 }));
}
