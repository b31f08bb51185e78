// Strings of Python 2: a loader's encoding decides whether it goes on behind them.
using System.Text;
using Assay.Pickle;
using Assay.Tests.Builders;

namespace Assay.Tests.Pickle;

public sealed class StringEncodingTests
{
    private static PickleBuilder Text(byte[] text) => PickleBuilder.Protocol(2).Op(Op.SHORT_BINSTRING).Raw((byte)text.Length).Raw(text).Pop();

    [Fact]
    public void PlainTextIsReadByAll() =>
        Assert.Equal(["import a.b all+joblib"], Traced.Events(Text("plain"u8.ToArray()).Global("a", "b").Stop()));

    [Fact]
    public void BeyondAsciiTheDefaultOfPickleEnds() =>
        Assert.Equal(["import a.b all utf-8+latin1+bytes"], Traced.Events(Text([0xC3, 0xA9]).Global("a", "b").Stop()));

    [Fact]
    public void WhatIsNoUtf8EndsTheDefaultOfTorchToo() =>
        Assert.Equal(["import a.b all latin1+bytes"], Traced.Events(Text([0xFF]).Global("a", "b").Stop()));

    [Fact]
    public void WhatComesBeforeTheStringIsReachedByAll() => Assert.Equal(
        ["import a.b all+joblib", "call a.b all latin1+bytes"],
        Traced.Events(PickleBuilder.Protocol(2).Global("a", "b").Op(Op.SHORT_BINSTRING).Raw(1, 0xFF).Pop().EmptyTuple().Reduce().Stop()));

    [Fact]
    public void AnEscapeCountsAsTheByteThatItMeans() => Assert.Equal(
        ["import a.b all latin1+bytes"],
        Traced.Events([.. "S'\\xff'\n0"u8, .. PickleBuilder.Start().Global("a", "b").Stop().ToArray()]));

    [Fact]
    public void BytesAreNoName() => Assert.Equal(
        ["import os.system all+joblib ascii+utf-8+latin1"],
        Traced.Events(PickleBuilder.Protocol(4).Op(Op.SHORT_BINSTRING).Raw(2).Raw("os"u8).Str("system").Op(Op.STACK_GLOBAL).Stop()));

    [Fact]
    public void OnlyBytesAreABuffer() => Assert.Equal(
        ["import a.b all bytes"],
        Traced.Events(PickleBuilder.Protocol(5).Op(Op.SHORT_BINSTRING).Raw(2).Raw("os"u8).Op(Op.READONLY_BUFFER).Pop().Global("a", "b").Stop()));

    [Fact]
    public void ANameBeyondAsciiIsToldInBothReadings() => Assert.Equal(
        ["import m.\u00e9 all utf-8", "import m.\u00c3\u00a9 all latin1"],
        Traced.Events(PickleBuilder.Protocol(4).Str("m").Op(Op.SHORT_BINSTRING).Raw(2, 0xC3, 0xA9).Op(Op.STACK_GLOBAL).Stop()).Order(StringComparer.Ordinal).Reverse());

    [Theory]
    [InlineData(300_000, "x", "all+joblib")]
    [InlineData(300_000, "\u00e9", "all utf-8+latin1+bytes")]
    [InlineData(262_143, "a\u20ac", "all utf-8+latin1+bytes")]
    public void ALongStringIsReadToItsEnd(int count, string text, string who)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(text, count / text.Length)));
        PickleBuilder pickle = PickleBuilder.Protocol(2).Op(Op.BINSTRING).UInt32((uint)bytes.Length).Raw(bytes).Pop().Global("a", "b").Stop();
        Assert.Equal(["import a.b " + who], Traced.Events(pickle));
        bytes[^1] = 0xFF;
        pickle = PickleBuilder.Protocol(2).Op(Op.BINSTRING).UInt32((uint)bytes.Length).Raw(bytes).Pop().Global("a", "b").Stop();
        Assert.Equal(["import a.b all latin1+bytes"], Traced.Events(pickle));
    }

    [Fact]
    public void JoblibAsksForAsciiAlone() =>
        Assert.DoesNotContain(Traced.Events(Text([0xE9]).Global("a", "b").Stop()), e => e.Contains("joblib", StringComparison.Ordinal));
}
