// Compressed files of the kind that joblib wrote before 0.10.
using System.IO.Compression;
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Codecs;
using Assay.Formats.Joblib;

namespace Assay.Tests.Formats.Joblib;

public sealed class ZFileFormatTests
{
    private static readonly ZFileFormat s_format = new(Inflate);
    private static readonly byte[] s_pickle = [0x80, 2, (byte)'N', (byte)'.'];

    [Theory]
    [InlineData("0x4")]
    [InlineData("0x4L")]
    public void TheContentIsSubmitted(string length)
    {
        Recording read = Recording.Read(s_format, ZFile(length, s_pickle));
        Assert.Equal([("content", null, Convert.ToHexString(s_pickle))], read.Children.Select(c => (c.Name, c.ReadAs, Convert.ToHexString(c.Bytes))));
        Assert.Empty(read.Coverage.Gaps());
        Assert.Empty(read.Facts);
    }

    [Fact]
    public void TheExtraBlankOfPython2IsSkipped()
    {
        byte[] file = ZFile("0x4L", s_pickle);
        Recording read = Recording.Read(s_format, [.. file[..21], (byte)' ', .. file[21..]]);
        Assert.Single(read.Children);
        Assert.Empty(read.Coverage.Gaps());
    }

    [Theory]
    [InlineData("cposix\nsystem\n(S'true'\ntR.", true)]
    [InlineData("(lp0\n.", true)]
    [InlineData("\u0000\u0000\u0080?", false)]
    [InlineData("\u0080?\u0000\u0000", false)]
    public void BareArrayBytesAreNoChild(string content, bool submitted)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(content);
        Recording read = Recording.Read(s_format, ZFile($"0x{bytes.Length:x}", bytes));
        Assert.Equal(submitted, read.Children.Count == 1);
        Assert.Empty(read.Unreads);
        Assert.Empty(read.Coverage.Gaps());
    }

    [Fact]
    public void AWrongLengthIsToldAndTheContentReadAllTheSame()
    {
        Recording read = Recording.Read(s_format, ZFile("0x5", s_pickle));
        Assert.Equal(["joblib.zfile-length"], read.Codes);
        Assert.Single(read.Children);
    }

    [Fact]
    public void WhatFollowsTheStreamStaysUncovered()
    {
        byte[] file = ZFile("0x4", s_pickle);
        Recording read = Recording.Read(s_format, [.. file, 1, 2, 3]);
        Assert.Equal([new ByteRange(file.Length, 3)], read.Coverage.Gaps());
    }

    [Fact]
    public void ABrokenStreamIsUnreadAndWhatCameOutIsRead()
    {
        Recording read = Recording.Read(s_format, ZFile("0x4", s_pickle)[..^3]);
        Assert.Equal([UnreadCause.Truncated], read.Unreads);
        Assert.Single(read.Children);
    }

    [Theory]
    [InlineData("ZF0x")]
    [InlineData("ZFnothing of the kind ")]
    [InlineData("ZF0x                  x")]
    [InlineData("ZF0xFFFFFFFFFFFFFFFF   x")]
    public void OtherTextsAreNotClaimed(string text) => Assert.Null(Recording.Probe(s_format, Encoding.ASCII.GetBytes(text)));

    private static byte[] ZFile(string length, byte[] content)
    {
        using MemoryStream packed = new();
        using (ZLibStream zlib = new(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            zlib.Write(content);
        }

        return [.. "ZF"u8, .. Encoding.ASCII.GetBytes(length.PadRight(19)), .. packed.ToArray()];
    }

    // Stands in for the codec's door: finds the stream's own end by trying shorter inputs.
    private static Inflated Inflate(CodecKind kind, ByteSource source, ByteRange range, ScanBudget budget, Scratch scratch)
    {
        Assert.Equal(CodecKind.Zlib, kind);
        byte[] packed = source.ReadUpTo(range.Offset, (int)range.Length);
        for (int length = 0; length <= packed.Length; length++)
        {
            if (TryInflate(packed.AsSpan(0, length).ToArray(), out byte[] content) && length > 5 && Adler(content) == BitConverter.ToUInt32([.. packed.AsSpan(length - 4, 4).ToArray().Reverse()]))
            {
                return new Inflated(new MemorySource(content), length, null, false);
            }
        }

        TryInflate(packed, out byte[] part);
        return new Inflated(new MemorySource(part.Length > 0 ? part : s_pickle), packed.Length, "The stream ends early.", true);
    }

    private static bool TryInflate(byte[] packed, out byte[] content)
    {
        using MemoryStream all = new();
        try
        {
            using ZLibStream zlib = new(new MemoryStream(packed), CompressionMode.Decompress);
            zlib.CopyTo(all);
            content = all.ToArray();
            return true;
        }
        catch (InvalidDataException)
        {
            content = all.ToArray();
            return false;
        }
    }

    private static uint Adler(byte[] bytes)
    {
        uint a = 1, b = 0;
        foreach (byte value in bytes)
        {
            a = (a + value) % 65521;
            b = (b + a) % 65521;
        }

        return (b << 16) | a;
    }
}
