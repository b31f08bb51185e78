// CPython reads the texts of INT and LONG in base 0, pickletools in base 10: it stops at 0x10, and so did every scanner built on it.
// https://huggingface.co/TESTforge42/scanner-bypass-genops-poc
using Assay.Pickle;
using Assay.Scanning;
using Assay.Tests.Builders;
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class Base0Integers
{
    [Theory]
    [InlineData(Op.INT, "0x10")]
    [InlineData(Op.INT, "0o10")]
    [InlineData(Op.INT, "0b1")]
    [InlineData(Op.INT, "010")]
    [InlineData(Op.INT, " 1")]
    [InlineData(Op.INT, "+1")]
    [InlineData(Op.INT, "1_0")]
    [InlineData(Op.LONG, "0x10L")]
    public void T040_WhatFollowsIsTold(object opcode, string text)
    {
        byte[] pickle = PickleBuilder.Start().Op((Op)opcode).Line(text).Pop().Push(Payload).Stop().ToArray();
        TargetReport report = Malicious("callable-command-execution", pickle);
        Assert.True(report.Is("pickle-parser-differential"), report.Describe());
    }
}
