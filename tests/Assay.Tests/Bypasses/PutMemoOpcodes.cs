// A scanner that knew only MEMOIZE lost what PUT and its binary forms store.
// https://github.com/protectai/modelscan/issues/54
// https://github.com/mmaitre314/picklescan/issues/14
using Assay.Pickle;
using Assay.Tests.Builders;
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class PutMemoOpcodes
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void T007_StringsOutOfTheMemoAreTold(int kind)
    {
        PickleBuilder pickle = PickleBuilder.Protocol(4).Str("system");
        _ = kind switch { 0 => pickle.Op(Op.PUT).Line("7"), 1 => pickle.Put(7), _ => pickle.LongPut(7) };
        pickle.Pop().Str("os");
        _ = kind switch { 0 => pickle.Op(Op.GET).Line("7"), 1 => pickle.Get(7), _ => pickle.LongGet(7) };
        Malicious("callable-command-execution", pickle.Op(Op.STACK_GLOBAL).Push(Tuple("id")).Reduce().Stop());
    }

    [Fact]
    public void T009_MemoizeWritesAtTheSizeOfTheMemo() => Malicious(
        "callable-command-execution",
        PickleBuilder.Protocol(4).Str("math").Put(5).Pop().Str("os").Memoize().Pop().Get(1).Str("system").Op(Op.STACK_GLOBAL).Push(Tuple("id")).Reduce().Stop());

    [Fact]
    public void T009_MemoizeMayOverwriteWhatPutStored() => Malicious(
        "callable-command-execution",
        PickleBuilder.Protocol(4).Str("math").Put(1).Pop().Str("os").Memoize().Pop().Get(1).Str("system").Op(Op.STACK_GLOBAL).Push(Tuple("id")).Reduce().Stop());
}
