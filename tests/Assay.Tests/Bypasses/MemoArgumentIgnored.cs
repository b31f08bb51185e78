// A scanner that ignores the argument of BINGET takes the wrong string (out of a capture-the-flag contest).
// https://github.com/mmaitre314/picklescan/issues/22
using Assay.Pickle;
using Assay.Tests.Builders;
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class MemoArgumentIgnored
{
    [Fact]
    public void TheEntryThatIsAskedForDecides() => Malicious(
        "callable-command-execution",
        PickleBuilder.Protocol(4).Str("os").Put(1).Str("math").Put(2).Str("system").Put(3).Str("sqrt").Put(4)
            .Get(1).Get(3).Op(Op.STACK_GLOBAL).Push(Tuple("id")).Reduce().Stop());
}
