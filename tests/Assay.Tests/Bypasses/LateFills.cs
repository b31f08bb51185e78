// A container is handed over empty and filled afterwards, so that what was seen is not what arrives.
using Assay.Pickle;
using Assay.Policies;
using Assay.Tests.Builders;
using static Assay.Tests.Bypasses.BypassHarness;
using static Assay.Tests.Builders.PickleParts;

namespace Assay.Tests.Bypasses;

public sealed class LateFills
{
    /// <summary>map(operator.call, items), items.append(somepackage.run), list(...)</summary>
    [Fact]
    public void AListIsFilledBehindALazyCaller() => Suspicious(
        "pickle-late-fill",
        PickleBuilder.Protocol(4).Op(Op.EMPTY_LIST).Memoize().Push(Call("builtins", "map", Import("operator", "call"), Memo(0))).Pop()
            .Push(Memo(0)).Push(Import("somepackage", "run")).Op(Op.APPEND).Stop());

    [Fact]
    public void AStateIsChangedAfterItWasPutIn() => Suspicious(
        "pickle-late-fill",
        PickleBuilder.Protocol(4).Push(Dict("run", Import("somepackage", "run"))).Memoize().Pop()
            .Push(Built(Call("types", "SimpleNamespace"), Memo(0))).Pop()
            .Push(Memo(0)).Push("run").Push(Import("builtins", "len")).Op(Op.SETITEM).Stop());

    /// <summary>Numbers that go in late change nothing that could run.</summary>
    [Fact]
    public void ALateNumberIsNothing() => Assert.Equal(
        Verdict.Passed,
        Scanned.Bytes(PickleBuilder.Protocol(4).Op(Op.EMPTY_LIST).Memoize().Push(Call("builtins", "list", Memo(0))).Pop().Push(Memo(0)).Push(1).Op(Op.APPEND).Stop().ToArray()).Verdict);

    /// <summary>dill fills the dictionary of a function's globals after it has made the function.</summary>
    [Fact]
    public void TheGlobalsOfACarriedFunctionAreFilledLate() => Assert.DoesNotContain(
        "pickle-late-fill",
        Scanned.Bytes(PickleBuilder.Protocol(4).Op(Op.EMPTY_DICT).Memoize().Push("f").Push(Call("dill._dill", "_create_function", null, Memo(0), "f", null, null)).Op(Op.SETITEM).Stop().ToArray()).Rules());

    private static Action<PickleBuilder> Memo(byte index) => b => b.Get(index);
}
