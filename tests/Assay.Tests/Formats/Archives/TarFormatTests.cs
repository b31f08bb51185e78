// Tars of all ages, and tars that lie.
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Archives;
using Assay.Tests.Builders;

namespace Assay.Tests.Formats.Archives;

public sealed class TarFormatTests
{
    private static readonly byte[] s_canary = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("canary ", 100)));

    private static ArchiveContext Read(byte[] tar, ScanLimits? limits = null) => ArchiveContext.Read(ArchiveContext.Tar, tar, limits)!;

    [Theory]
    [InlineData("USTAR_FORMAT", 150)]
    [InlineData("GNU_FORMAT", 400)]
    [InlineData("PAX_FORMAT", 400)]
    public void WhatPythonWritesIsReadWithoutAnyOddity(string format, int length)
    {
        byte[] tar = CPython.Run($"""
            import sys,io,tarfile
            b=io.BytesIO()
            with tarfile.open(fileobj=b,mode='w',format=tarfile.{format}) as t:
                for n,d in (('short',b'x'),('d/'*{length / 2}+'long',b'canary '*100),('empty',b'')):
                    i=tarfile.TarInfo(n); i.size=len(d); t.addfile(i,io.BytesIO(d))
                i=tarfile.TarInfo('dir'); i.type=tarfile.DIRTYPE; t.addfile(i)
            sys.stdout.buffer.write(b.getvalue())
            """);
        ArchiveContext context = Read(tar);
        Assert.Equal(["short", string.Concat(Enumerable.Repeat("d/", length / 2)) + "long", "empty"], context.Names);
        Assert.Equal(s_canary, context.Children[1].Bytes);
        Assert.Empty(context.Anomalies);
        Assert.Empty(context.Unreads);
        Assert.Empty(context.Coverage.Gaps());
    }

    [Fact]
    public void OldTarWithoutSignatureIsRead()
    {
        ArchiveContext context = Read(new TarBuilder().Add("old", s_canary, '\0', magic: false).Build());
        Assert.Equal(s_canary, Assert.Single(context.Children).Bytes);
    }

    [Fact]
    public void T067_LegacyTorchTarIsTold()
    {
        byte[] tar = new TarBuilder().Add("storages", s_canary).Add("tensors", s_canary).Add("pickle", s_canary).Build();
        Assert.Equal(["torch-tar"], Read(tar).Formats);
    }

    [Fact]
    public void SizeInBase256IsRead()
    {
        byte[] field = new byte[12];
        field[0] = 0x80;
        field[10] = (byte)(s_canary.Length >> 8);
        field[11] = (byte)s_canary.Length;
        Assert.Equal(s_canary, Assert.Single(Read(new TarBuilder().Add("a", s_canary, sizeField: field).Build()).Children).Bytes);
    }

    [Fact]
    public void NegativeSizeIsOdd()
    {
        byte[] field = [.. Enumerable.Repeat((byte)0xFF, 12)];
        Assert.Contains("tar.size-broken", Read(new TarBuilder().Add("a", [], sizeField: field).Build()).Anomalies);
    }

    [Fact]
    public void PaxSizeWinsAndTheDisagreementIsOdd()
    {
        byte[] tar = new TarBuilder().Pax(("size", s_canary.Length.ToString())).Add("a", s_canary, size: 7).Build();
        ArchiveContext context = Read(tar);
        Assert.Equal(s_canary, Assert.Single(context.Children).Bytes);
        Assert.Contains("tar.size-mismatch", context.Anomalies);
    }

    [Fact]
    public void PaxPathAndLinkpathWin()
    {
        ArchiveContext context = Read(new TarBuilder().Pax(("path", "../evil")).Add("harmless", s_canary).Pax(("linkpath", "/etc")).Add("l", [], '2', "here").Build());
        Assert.Equal("../evil", context.Children[0].Name);
        Assert.Contains("archive.traversal", context.Anomalies);
        Assert.Contains("archive.link-escape", context.Anomalies);
    }

    [Theory]
    [InlineData('2', "d/link", "../../x")]
    [InlineData('2', "link", "/etc/passwd")]
    [InlineData('1', "d/hard", "../x")]
    public void T182_LinkOutOfTheArchive(char type, string name, string target) =>
        Assert.Contains("archive.link-escape", Read(new TarBuilder().Add(name, [], type, target).Build()).Anomalies);

    [Theory]
    [InlineData('2', "d/link", "../x")]
    [InlineData('1', "d/hard", "d/x")]
    public void LinkInsideTheArchiveDoesNotEscape(char type, string name, string target) =>
        Assert.DoesNotContain("archive.link-escape", Read(new TarBuilder().Add(name, [], type, target).Build()).Anomalies);

    [Fact]
    public void T182_MemberWrittenThroughALink()
    {
        ArchiveContext context = Read(new TarBuilder().Add("x", [], '2', "y").Add("x/evil", s_canary).Build());
        Assert.Contains("archive.through-link", context.Anomalies);
        Assert.Equal(s_canary, Assert.Single(context.Children).Bytes);
    }

    [Theory]
    [InlineData('3')]
    [InlineData('4')]
    [InlineData('6')]
    public void T182_DevicesAreOdd(char type) => Assert.Contains("tar.device", Read(new TarBuilder().Add("dev", [], type).Build()).Anomalies);

    [Fact]
    public void MembersBehindTheEndMarkAreRead()
    {
        byte[] tar = [.. new TarBuilder().Add("a", s_canary).Build(), .. new TarBuilder().Add("b", s_canary).Build()];
        ArchiveContext context = Read(tar);
        Assert.Equal(["a", "b"], context.Names);
        Assert.Contains("tar.after-end", context.Anomalies);
    }

    [Fact]
    public void MemberBehindABrokenHeaderIsRead()
    {
        ArchiveContext context = Read(new TarBuilder().Add("a", s_canary).Add("broken", s_canary, badChecksum: true).Add("c", s_canary).Build());
        Assert.Equal(["a", "c"], context.Names);
        Assert.Contains("tar.checksum", context.Anomalies);
        Assert.NotEmpty(context.Coverage.Gaps());
    }

    [Fact]
    public void DuplicatesAreBothRead()
    {
        ArchiveContext context = Read(new TarBuilder().Add("pickle", s_canary).Add("pickle", [1]).Build());
        Assert.Equal(2, context.Children.Count);
        Assert.Contains("tar.duplicate-name", context.Anomalies);
    }

    [Fact]
    public void DataThatReachBeyondTheEndAreTruncated()
    {
        ArchiveContext context = Read(new TarBuilder().Add("a", s_canary, size: 1L << 33).Build(end: false));
        Assert.Equal(UnreadCause.Truncated, Assert.Single(context.Unreads).Cause);
        Assert.True(context.Children[0].Bytes.AsSpan().StartsWith(s_canary));
    }

    [Fact]
    public void SparseMembersOfGnuTarAreExpanded()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/tar"), "tar is not installed.");
        foreach (string version in new[] { "--format=gnu", "--sparse-version=0.1 --format=posix", "--sparse-version=1.0 --format=posix" })
        {
            byte[] tar = CPython.Program("/bin/sh", ["-c", $"d=$(mktemp -d); cd $d; printf start > f; truncate -s 1M f; printf middle >> f; truncate -s 3M f; printf end >> f; tar -cS {version} f; rm -r $d"]);
            ArchiveContext context = Read(tar);
            byte[] content = Assert.Single(context.Children).Bytes;
            Assert.Equal((3 << 20) + 3, content.Length);
            Assert.Equal("start"u8.ToArray(), content[..5]);
            Assert.Equal("middle"u8.ToArray(), content.AsSpan(1 << 20, 6).ToArray());
            Assert.Equal("end"u8.ToArray(), content[^3..]);
            Assert.Contains("tar.sparse", context.Anomalies);
            Assert.Empty(context.Unreads);
        }
    }

    [Fact]
    public void T184_SparseBombIsNotExpanded()
    {
        byte[] tar = new TarBuilder().Pax(("GNU.sparse.map", "0,7"), ("GNU.sparse.size", "9000000000000000000")).Add("a", "canary!"u8.ToArray()).Build();
        ArchiveContext context = Read(tar);
        Assert.Contains("archive.bomb", context.Anomalies);
        Assert.Equal(7, Assert.Single(context.Children).Bytes.Length);
    }

    [Fact]
    public void RandomBytesNeverBreakTheProbe()
    {
        Random random = new(1);
        byte[] bytes = new byte[1024];
        for (int i = 0; i < 5000; i++)
        {
            random.NextBytes(bytes);
            if ((i & 1) != 0)
            {
                "ustar"u8.CopyTo(bytes.AsSpan(257));
            }

            ArchiveContext? context = ArchiveContext.Read(ArchiveContext.Tar, bytes);
            Assert.Equal((i & 1) != 0, context is not null);
        }
    }

    [Fact]
    public void FirstHeaderWithWrongChecksumIsMalformed() =>
        Assert.NotNull(Read(new TarBuilder().Add("a", s_canary, badChecksum: true).Build()).Malformed);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(65)]
    public void OtherBytesAreNotATar(int fill) => Assert.Null(ArchiveContext.Read(ArchiveContext.Tar, [.. Enumerable.Repeat((byte)fill, 2048)]));

    [Fact]
    public void TruncationAtEveryByteNeverThrows()
    {
        byte[] tar = new TarBuilder().Pax(("path", "p")).Add("a", s_canary).Add("L", Encoding.ASCII.GetBytes(new string('n', 300)), 'L').Add("b", s_canary).Build();
        int read = 0;
        for (int length = 0; length <= tar.Length; length++)
        {
            read += ArchiveContext.Read(ArchiveContext.Tar, tar[..length])?.Children.Count ?? 0;
        }

        Assert.True(read > tar.Length, $"{read}");
    }

    [Fact]
    public void MutationsNeverThrowAndStaySmall()
    {
        byte[] tar = new TarBuilder().Pax(("path", "p"), ("GNU.sparse.map", "0,7"), ("GNU.sparse.size", "99")).Add("a", s_canary, 'S')
            .Add("L", Encoding.ASCII.GetBytes(new string('n', 300)), 'L').Add("b", s_canary).Add("l", [], '2', "b").Build();
        Random random = new(7);
        for (int i = 0; i < 4000; i++)
        {
            byte[] bad = [.. tar];
            int at = random.Next(bad.Length);
            bad[at] = (byte)random.Next(256);
            for (int block = 0; block < bad.Length; block += 512)
            {
                // Repair the checksum, so that the mutation gets past it.
                if (bad.AsSpan(block + 257, 5).SequenceEqual("ustar"u8))
                {
                    bad.AsSpan(block + 148, 8).Fill((byte)' ');
                    int sum = 0;
                    foreach (byte b in bad.AsSpan(block, 512))
                    {
                        sum += b;
                    }

                    Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ").CopyTo(bad, block + 148);
                }
            }

            long before = GC.GetAllocatedBytesForCurrentThread();
            ArchiveContext.Read(ArchiveContext.Tar, bad);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8 << 20);
        }
    }
}
