// Pictures are stepped over, and what stands behind one is read.
using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.Media;

public sealed class MediaFormatTests
{
    [Fact]
    public void WhatStandsBehindAPictureIsRead()
    {
        byte[] png = [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10, 0, 0, 0, 0, (byte)'I', (byte)'E', (byte)'N', (byte)'D', 0xAE, 0x42, 0x60, 0x82];
        Scans.Of(png, "logo.png").AssertComplete();
        Assert.Equal(Verdict.Malicious, Scans.Of([.. png, .. Scans.Canary], "logo.png").Verdict);

        // What was left of a longer picture when a shorter one was written over it.
        Scans.Of([.. png, 0x9E, 0x72, 0x39, 0x1A, 0x32, 0x0E, 0x6E, 0x04, 0xFF, 0xAE, 0x42, 0x60, 0x82], "logo.png").AssertComplete();
        Assert.Equal(Verdict.Malicious, Scans.Of([.. png, 0x9E, 0x72, 0x39, 0x1A, .. Scans.Canary], "logo.png").Verdict);
    }

    /// <summary>A picture that ComfyUI made holds its graph; a node of it may hold code.</summary>
    [Theory]
    [InlineData("tEXt", "prompt\0")]
    [InlineData("iTXt", "prompt\0\0\0\0\0")]
    [InlineData("zTXt", "prompt\0\0")]
    public void AGraphInAPictureIsReadAsOne(string kind, string head)
    {
        byte[] text = Encoding.Latin1.GetBytes("{\"9\": {\"class_type\": \"Eval\", \"inputs\": {\"value\": \"__import__('os').system('id')\"}}}");
        using MemoryStream packed = new();
        using (ZLibStream packer = new(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            packer.Write(text);
        }

        byte[] chunk = [.. Encoding.Latin1.GetBytes(head), .. kind is "zTXt" ? packed.ToArray() : text];
        byte[] length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, chunk.Length);
        byte[] png = [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10, .. length, .. Encoding.Latin1.GetBytes(kind), .. chunk, 0, 0, 0, 0, 0, 0, 0, 0, (byte)'I', (byte)'E', (byte)'N', (byte)'D', 0xAE, 0x42, 0x60, 0x82];
        TargetReport report = Scans.Of(png, "workflow.png");
        Assert.True(report.Is("config-code-text"), report.Describe());
        report.AssertComplete();
    }

    [Theory]
    [InlineData("x.gif", "GIF89a\u0001\u0000")]
    [InlineData("x.pdf", "%PDF-1.7\n\u0000")]
    public void MediaPass(string name, string head) => Scans.Of([.. System.Text.Encoding.Latin1.GetBytes(head), 0, 1, 2, 3, 255], name).AssertComplete();

    [Fact]
    public void APictureThatIsCutEndsWhereItsBytesEnd()
    {
        byte[] jpeg = [0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 1, 2, 0xFF, 0xDA, 0, 2, 1, 2, 3, 0xFF, 0xD9];
        for (int length = 3; length <= jpeg.Length; length++)
        {
            Scans.Of(jpeg[..length], "x.jpg").AssertComplete();
        }
    }
}
