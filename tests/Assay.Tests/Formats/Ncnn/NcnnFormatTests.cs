// ncnn: an ordinary net passes with its weights; layers of others and numbers that lie are said.
using System.Text;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.Ncnn;

public sealed class NcnnFormatTests
{
    private const string Good = "7767517\n2 2\nInput data 0 1 data 0=3\nConvolution conv 1 1 data out 0=8 1=3\n";

    [Fact]
    public void AGoodNetPassesWithItsWeights()
    {
        MemoryBundle folder = new(("m.param", Encoding.ASCII.GetBytes(Good)), ("m.bin", [.. Enumerable.Range(1, 200).Select(i => (byte)i)]));
        foreach (string name in (string[])["m.param", "m.bin"])
        {
            TargetReport target = folder.Scan(name);
            Assert.Equal((Verdict.Passed, 0), (target.Verdict, target.Findings.Count));
            target.AssertComplete();
        }
    }

    [Theory]
    [InlineData("Convolution conv", "EvilLayer conv")]
    [InlineData("2 2\n", "9999999 2\n")]
    [InlineData("conv 1 1", "conv 1000000 1")]
    public void WhatIsNotNcnnsOwnOrLiesIsSaid(string from, string to) =>
        Assert.Equal(Verdict.Suspicious, Scans.Of(Encoding.ASCII.GetBytes(Good.Replace(from, to, StringComparison.Ordinal)), "m.param").Verdict);

    [Theory]
    [InlineData(7, Verdict.Passed)]
    [InlineData(256, Verdict.Suspicious)]
    public void TheBinaryFormIsReadAsWell(int type, Verdict verdict)
    {
        int[] numbers = [7767517, 2, 2, 16, 0, 1, 0, -233, type, 1, 1, 0, 1, 0, 8, -233];
        TargetReport target = Scans.Of([.. numbers.SelectMany(BitConverter.GetBytes)], "m.param.bin");
        Assert.Equal(verdict, target.Verdict);
        target.AssertComplete();
    }
}
