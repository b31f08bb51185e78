// A GET of an entry that nothing put stops the loader, and stopped picklescan before it had looked.
// https://github.com/mmaitre314/picklescan/commits
using Assay.Pickle;
using Assay.Tests.Builders;
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class InvalidMemo
{
    [Fact]
    public void T044_WhatRanBeforeTheMissingEntryIsTold() =>
        Malicious("callable-command-execution", PickleBuilder.Protocol(4).Push(Payload).Get(77).Stop());

    [Theory]
    [InlineData(Op.POP)]
    [InlineData(Op.REDUCE)]
    [InlineData(Op.TUPLE)]
    [InlineData(Op.SETITEMS)]
    public void T044_WhatRanBeforeAnUnderflowIsTold(object opcode) =>
        Malicious("callable-command-execution", PickleBuilder.Protocol(2).Push(Payload).Pop().Op((Op)opcode).Stop());

    [Fact]
    public void T044_WhatRanBeforeANegativePutIsTold() =>
        Malicious("callable-command-execution", PickleBuilder.Protocol(0).Push(Payload).Op(Op.PUT).Line("-1").Stop());
}
