// Single compressed streams as artifacts.
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Codecs;
using Assay.Formats;
using Assay.Formats.Archives;
using Assay.Tests.Builders;

namespace Assay.Tests.Formats.Archives;

public sealed class CompressedFormatTests
{
    private static ArchiveContext? Read(string id, byte[] bytes, ScanLimits? limits = null, string name = "file") =>
        ArchiveContext.Read(CompressedFormat.All.Single(f => f.Id == id), bytes, limits, name);

    private static byte[] Pack(string module, string content) =>
        CPython.Run($"import sys,{module}; sys.stdout.buffer.write({module}.compress({content}))");

    [Theory]
    [InlineData("model.pkl.gz", ".pkl")]
    [InlineData("dir/model.tgz", ".tar")]
    [InlineData("model.bin", ".bin")]
    [InlineData("notes", "")]
    public void ChildHasOneNameAndItsParentsHint(string name, string extension)
    {
        ArchiveContext context = Read("gzip", Pack("gzip", "b'canary'"), name: name)!;
        Assert.Equal("content", Assert.Single(context.Children).Name);
        Assert.Equal([extension], context.Extensions);
    }

    [Theory]
    [InlineData("gzip", "gzip")]
    [InlineData("zlib", "zlib")]
    [InlineData("bzip2", "bz2")]
    [InlineData("xz", "lzma")]
    public void WholeStreamIsCoveredAndTrailingBytesAreNot(string id, string module)
    {
        byte[] packed = Pack(module, "b'canary '*1000");
        ArchiveContext clean = Read(id, packed)!;
        Assert.Equal(7000, Assert.Single(clean.Children).Bytes.Length);
        Assert.Empty(clean.Anomalies);
        Assert.Empty(clean.Coverage.Gaps());
        ArchiveContext trailing = Read(id, [.. packed, .. "cos\nsystem\n"u8])!;
        Assert.Equal([new ByteRange(packed.Length, 11)], trailing.Coverage.Gaps());
        Assert.Contains("codec.trailing-data", trailing.Anomalies);
    }

    [Fact]
    public void BrokenStreamIsUnreadAndWhatCameOutIsSubmitted()
    {
        byte[] packed = Pack("gzip", "b''.join(b'%d'%(i*i) for i in range(20000))");
        ArchiveContext context = Read("gzip", packed[..(packed.Length / 2)])!;
        Assert.Equal(UnreadCause.Truncated, Assert.Single(context.Unreads).Cause);
        Assert.True(Assert.Single(context.Children).Bytes.Length > 10_000);
    }

    [Fact]
    public void WrongChecksumIsAnAnomaly()
    {
        byte[] packed = Pack("zlib", "b'canary'");
        packed[^1] ^= 1;
        ArchiveContext context = Read("zlib", packed)!;
        Assert.Empty(context.Unreads);
        Assert.Equal(["codec.checksum"], context.Anomalies);
    }

    [Fact]
    public void T184_BombIsSubmittedAsFarAsItCame()
    {
        ArchiveContext context = Read("gzip", Pack("gzip", "bytes(1<<26)"), new ScanLimits { InflatedBytes = 1 << 20 })!;
        Assert.Contains("archive.bomb", context.Anomalies);
        Assert.Contains(context.Unreads, u => u.Cause == UnreadCause.Limit);
        Assert.True(Assert.Single(context.Children).Bytes.Length >= 1 << 20);
        Assert.NotNull(context.Stop);
    }

    [Theory]
    [InlineData("zlib", "789CFFFFFFFFFFFFFFFF")]
    [InlineData("zlib", "7801")]
    [InlineData("lzma", "5D00008000FFFFFFFFFFFFFFFF00FFFFFFFFFFFFFFFF")]
    public void WeakSignatureWithoutAStreamIsNoClaim(string id, string hex) => Assert.Null(Read(id, Convert.FromHexString(hex)));

    [Fact]
    public void EveryCodecWithASignatureHasAFormat()
    {
        foreach (CodecKind kind in Enum.GetValues<CodecKind>().Except([CodecKind.Deflate, CodecKind.Deflate64, CodecKind.ZipLzma]))
        {
            Assert.Contains(FormatCatalog.All, f => f.Name.Equals(kind.ToString(), StringComparison.OrdinalIgnoreCase)
                || (kind == CodecKind.Zstd && f.Id == "zstd") || (kind == CodecKind.LzmaAlone && f.Id == "lzma"));
        }
    }

    [Fact]
    public void TextIsNoCompressedStream()
    {
        byte[] text = Encoding.ASCII.GetBytes("x = 1\n");
        Assert.All(CompressedFormat.All, f => Assert.Null(ArchiveContext.Read(f, text)));
    }
}
