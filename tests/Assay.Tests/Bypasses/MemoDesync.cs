// MEMOIZE stores the top of the stack, not the argument of the opcode before it.
// https://huggingface.co/hacnho/model-format-bypass-pickle-memo-desync
// https://huggingface.co/celvexgroup/modelscan-memo-poison-poc
// https://huggingface.co/rowandwhelan/picklescan-memo-value-desync-poc
using Assay.Pickle;
using Assay.Tests.Builders;
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class MemoDesync
{
    [Fact]
    public void T008_MemoizeAfterPop() => Malicious("callable-command-execution", Called(PickleBuilder.Protocol(4).Str("os").Str("math").Pop().Memoize()));

    [Fact]
    public void T008_PutAfterPop() => Malicious("callable-command-execution", Called(PickleBuilder.Protocol(4).Str("os").Str("math").Pop().Put(0)));

    [Fact]
    public void T008_MemoizeAfterDup() => Malicious("callable-command-execution", Called(PickleBuilder.Protocol(4).Str("os").Op(Op.DUP).Memoize().Pop()));

    [Fact]
    public void T008_MemoizeAfterGet() => Malicious("callable-command-execution", Called(PickleBuilder.Protocol(4).Str("os").Put(9).Str("x").Pop().Get(9).Put(0).Pop()));

    [Fact]
    public void T008_MemoizeAfterBuild() => Malicious(
        "callable-command-execution",
        PickleBuilder.Protocol(4).Push(Import("os", "system")).Str("math").Push(Built(New("mypackage", "Net"), Dict("a", 1))).Pop().Pop()
            .Memoize().Pop().Get(0).Push(Tuple("id")).Reduce().Stop());

    [Fact]
    public void T008_MemoizeAfterTuple() => Malicious(
        "callable-command-execution",
        PickleBuilder.Protocol(4).Mark().Str("id").Str("math").Pop().Tuple().Memoize().Pop().StackGlobal("os", "system").Get(0).Reduce().Stop());

    private static PickleBuilder Called(PickleBuilder memoised) =>
        memoised.Pop().Get(0).Str("system").Op(Op.STACK_GLOBAL).Push(Tuple("id")).Reduce().Stop();
}
