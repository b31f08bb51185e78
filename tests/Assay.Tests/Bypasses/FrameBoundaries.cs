// Loaders disagree about frames that are too long, too short, nested or straddled.
// https://github.com/python/cpython/issues/154848
using Assay.Pickle;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class FrameBoundaries
{
    private static PickleBuilder Framed(ulong length) => PickleBuilder.Protocol(4).Op(Op.FRAME).UInt64(length);

    [Theory]
    [InlineData(3)]
    [InlineData(9)]
    [InlineData(1_000_000)]
    [InlineData(ulong.MaxValue)]
    public void T043_AFrameThatLiesHidesNothing(ulong length)
    {
        TargetReport report = Malicious("callable-command-execution", Framed(length).Push(Payload).Stop());
        Assert.True(report.Is("pickle-parser-differential"), report.Describe());
    }

    [Fact]
    public void T043_AFrameInsideAFrameHidesNothing() =>
        Malicious("callable-command-execution", Framed(40).Op(Op.FRAME).UInt64(8).Push(Payload).Stop());

    [Fact]
    public void AFrameThatFitsIsNoDifferential()
    {
        TargetReport report = Scanned.Pickle(Framed(4).Push(7).Raw().Op(Op.POP).None().Stop());
        Assert.True(report.Verdict <= Verdict.Suspicious, report.Describe());
    }
}
