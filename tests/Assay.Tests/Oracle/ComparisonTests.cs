// Whether a difference is seen.
namespace Assay.Tests.Oracle;

public sealed class ComparisonTests
{
    private static Comparison Compare(string[] real, string[] machine) =>
        Comparison.Of(new OracleTrace(real, "stop", ""), new OracleTrace(machine, "Stop", ""));

    [Fact]
    public void AnEventThatHappenedTwiceMustBeThereTwice() =>
        Assert.Equal(["call a.b"], Compare(["import a\nb", "call a.b", "call a.b"], ["import a\nb", "call a.b"]).Missing);

    [Fact]
    public void WhatOnlyTheMachineSeesIsExtra()
    {
        Comparison difference = Compare(["import a\nb"], ["import a\nb", "call a.b"]);

        Assert.Empty(difference.Missing);
        Assert.Equal(["call a.b"], difference.Extra);
        Assert.True(difference.InOrder);
    }

    [Fact]
    public void AnotherOrderIsSeen() => Assert.False(Compare(["call a.b", "call c.d"], ["call c.d", "call a.b"]).InOrder);

    [Fact]
    public void AnotherOriginIsAMiss() => Assert.Single(Compare(["call a.b()"], ["call a.b"]).Missing);

    [Fact]
    public void Python2StringsMeanTheSameBytesInLatin1AndUtf8() =>
        Assert.Empty(Compare(["import caf\u00c3\u00a9\ncaf\u00e9"], ["import caf\u00e9\ncaf\u00e9"]).Missing);

    [Fact]
    public void OtherNamesBeyondAsciiDiffer() => Assert.Single(Compare(["import caf\u00e9\nx"], ["import caf\u00e8\nx"]).Missing);
}
