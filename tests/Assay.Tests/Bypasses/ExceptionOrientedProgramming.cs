// A construct raises in the scanner and not in the loader: what the scanner throws away ran all the same.
// https://arxiv.org/abs/2508.19774
using Assay.Pickle;
using Assay.Tests.Builders;
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class ExceptionOrientedProgramming
{
    public static TheoryData<byte[]> Constructs =>
    [
        PickleBuilder.Start().Op(Op.INT).Line("0x10").Pop().ToArray(),
        PickleBuilder.Start().Op(Op.STRING).Line("'\\x41'").Pop().ToArray(),
        PickleBuilder.Start().Op(Op.UNICODE).Line("\\ud800").Pop().ToArray(),
        PickleBuilder.Start().Op(Op.FLOAT).Line("nan").Pop().ToArray(),
        PickleBuilder.Protocol(4).None().LongPut(2_000_000_000).Pop().ToArray(),
        PickleBuilder.Protocol(5).Mark().Op(Op.POP).ToArray(),
        PickleBuilder.Protocol(4).Op(Op.EMPTY_LIST).Op(Op.DUP).Op(Op.APPEND).Pop().ToArray(),
        PickleBuilder.Protocol(2).Push(Call("zlib", "decompress", new byte[] { 1 })).Pop().ToArray(),
        PickleBuilder.Protocol(2).Op(Op.LONG4).UInt32(0).Pop().ToArray(),
        PickleBuilder.Protocol(4).Op(Op.EMPTY_SET).Mark().Mark().Op(Op.FROZENSET).Op(Op.ADDITEMS).Pop().ToArray(),
        PickleBuilder.Protocol(2).Push(Built(New("mypackage", "A"), null)).Pop().ToArray(),
    ];

    [Theory]
    [MemberData(nameof(Constructs))]
    public void T049_WhatFollowsIsTold(byte[] construct) => Malicious("callable-command-execution", [.. construct, .. PickleBuilder.Start().Push(Payload).Stop().ToArray()]);

    [Theory]
    [MemberData(nameof(Constructs))]
    public void T049_WhatCameBeforeIsTold(byte[] construct) => Malicious("callable-command-execution", [.. PickleBuilder.Protocol(2).Push(Payload).Pop().ToArray(), .. construct, .. "N."u8]);
}
