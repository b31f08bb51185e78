// Checksums of Hadoop are numbers: they pass, and what only begins like them does not.
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.Hadoop;

public sealed class ChecksumFormatTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(300)]
    public void ChecksumsAreReadToTheEnd(int blocks)
    {
        TargetReport target = Scans.Of([.. "crc\0"u8, 0, 0, 2, 0, .. new byte[4 * blocks]], ".part-00000.crc");
        Assert.Equal((Verdict.Passed, "hadoop-checksums"), (target.Verdict, Assert.Single(target.Formats)));
        target.AssertComplete();
    }

    [Theory]
    [InlineData(new byte[] { (byte)'c', (byte)'r', (byte)'c', 0, 0, 0, 0, 0 })]
    [InlineData(new byte[] { (byte)'c', (byte)'r', (byte)'c', 0, 0xFF, 0, 0, 0 })]
    [InlineData(new byte[] { (byte)'c', (byte)'r', (byte)'c', 0, 0, 0, 2, 0, 1, 2, 3 })]
    public void WhatBeginsLikeThemAndIsNoneIsNotReadAsThem(byte[] bytes) =>
        Assert.DoesNotContain("hadoop-checksums", Scans.Of(bytes, ".part-00000.crc").Formats);
}
