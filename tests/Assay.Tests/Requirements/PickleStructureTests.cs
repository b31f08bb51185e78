// Streams that break, lie or are read differently by different loaders, from bytes to verdict.
using System.Text;
using Assay.Pickle;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using static Assay.Tests.Builders.PickleParts;

namespace Assay.Tests.Requirements;

public sealed class PickleStructureTests
{
    private static readonly Action<PickleBuilder> s_payload = Call("os", "system", "id");

    [Theory]
    [InlineData(0xFF)]
    [InlineData(0x01)]
    [InlineData(0x20)]
    public void T035_JunkBeforeAPickleIsNeverPassed(int junk)
    {
        TargetReport report = Scanned.Bytes([(byte)junk, .. PickleOf(s_payload)]);
        Assert.True(report.Verdict >= Verdict.Suspicious, report.Describe());
    }

    [Fact]
    public void T035_BytesThatAreNoPickleAreNeverPassed() => Assert.Equal(Verdict.Incomplete, Scanned.Bytes([0xFF, 0xFE, 1, 2, 3, 4, 5, 6]).Verdict);

    [Fact]
    public void T039_ObjectsLeftOnTheStackAreTold()
    {
        Assert.True(Scanned.Pickle(PickleBuilder.Protocol(2).Push(1).Push(2).Push(3).Stop()).Is("pickle-odd-structure"));
        TargetReport called = Scanned.Pickle(PickleBuilder.Protocol(2).Push(s_payload).Push(1).Stop());
        Assert.Equal(Verdict.Malicious, called.Verdict);
    }

    [Theory]
    [InlineData(@"'\x41'")]
    [InlineData("'caf\u00e9'")]
    public void T041_TextsThatLoadersDecodeDifferentlyHideNothing(string text)
    {
        TargetReport report = Scanned.Bytes([(byte)Op.STRING, .. Encoding.Latin1.GetBytes(text + "\n"), .. PickleBuilder.Start().Pop().Push(s_payload).Stop().ToArray()]);
        Assert.True(report.Verdict == Verdict.Malicious, report.Describe());
    }

    [Fact]
    public void T041_AHighByteInAStringIsTold()
    {
        TargetReport report = Scanned.Bytes([.. "S'caf\xE9'\n0"u8, .. PickleBuilder.Start().Push(s_payload).Stop().ToArray()]);
        Assert.True(report.Verdict == Verdict.Malicious, report.Describe());
    }

    [Theory]
    [InlineData("o\\x73", "system")]
    [InlineData("mypackage", "\u00e9val")]
    public void T041_NamesWithEscapesOrOtherLettersAreSuspicious(string module, string name)
    {
        TargetReport report = Scanned.Pickle(PickleBuilder.Protocol(2).Invoke(module, name, "x").Stop());
        Assert.True(report.Verdict >= Verdict.Suspicious && report.Is("pickle-parser-differential"), report.Describe());
    }

    [Theory]
    [InlineData(6)]
    [InlineData(255)]
    public void T042_AProtocolThatNoPythonKnowsIsNeverPassed(int protocol)
    {
        TargetReport report = Scanned.Pickle(PickleBuilder.Protocol(protocol).Push(s_payload).Stop());
        Assert.True(report.Verdict > Verdict.Passed, report.Describe());
    }

    [Fact]
    public void T042_WhatRanBeforeAnUnknownProtocolIsTold()
    {
        TargetReport report = Scanned.Pickle(PickleBuilder.Protocol(2).Push(s_payload).Proto(6).Stop());
        Assert.True(report.Verdict == Verdict.Malicious && report.Is("pickle-protocol-odd"), report.Describe());
    }

    [Theory]
    [InlineData(Op.BINBYTES8, 8, ulong.MaxValue)]
    [InlineData(Op.BINUNICODE8, 8, 0x7FFF_FFFF_FFFF_FFFFul)]
    [InlineData(Op.BYTEARRAY8, 8, 1ul << 40)]
    [InlineData(Op.LONG4, 4, 0x7FFF_FFFFul)]
    [InlineData(Op.BINBYTES, 4, 0xFFFF_FFFFul)]
    [InlineData(Op.BINUNICODE, 4, 0xFFFF_FFFFul)]
    public void T045_ALengthBeyondTheFileIsSuspiciousAndAllocatesNothing(object opcode, int width, ulong length)
    {
        byte[] pickle = [.. PickleBuilder.Protocol(5).Op((Op)opcode).ToArray(), .. BitConverter.GetBytes(length)[..width], .. "abc."u8];
        Scanned.Bytes(pickle);
        long before = GC.GetAllocatedBytesForCurrentThread();
        TargetReport report = Scanned.Bytes(pickle);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 4 << 20);
        Assert.True(report.Verdict == Verdict.Suspicious && report.Is("pickle-declared-length"), report.Describe());
    }

    [Theory]
    [InlineData(Op.TUPLE1)]
    [InlineData(Op.APPEND)]
    public void T047_DeepNestingIsTold(object opcode)
    {
        byte[] pickle = (Op)opcode == Op.TUPLE1
            ? [0x80, 2, (byte)Op.NONE, .. Enumerable.Repeat((byte)Op.TUPLE1, 10_000), (byte)Op.STOP]
            : [0x80, 2, .. Enumerable.Repeat((byte)Op.EMPTY_LIST, 10_000), .. Enumerable.Repeat((byte)Op.APPEND, 9_999), (byte)Op.STOP];
        TargetReport report = Scanned.Bytes(pickle);
        Assert.True(report.Verdict >= Verdict.Suspicious && report.Is("pickle-exhausts-memory"), report.Describe());
    }

    [Theory]
    [InlineData("S'abc'\nI1\n")]
    [InlineData("}")]
    [InlineData("(")]
    [InlineData("q")]
    [InlineData("q\u0001")]
    public void T044_AStreamThatCannotEndIsNeverPassed(string text) =>
        Assert.True(Scanned.Bytes([0x80, 2, .. Encoding.Latin1.GetBytes(text)]).Verdict > Verdict.Passed);
}
