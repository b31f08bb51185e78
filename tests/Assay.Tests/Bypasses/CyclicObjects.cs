// A list that holds itself sent fickling's tree round for ever.
// https://github.com/trailofbits/fickling/issues/196
using Assay.Pickle;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class CyclicObjects
{
    [Fact]
    public void ACycleEndsAndIsPassed()
    {
        TargetReport report = Scanned.Pickle(PickleBuilder.Protocol(2).Op(Op.EMPTY_LIST).Put(0).Get(0).Op(Op.APPEND).Stop());
        Assert.True(report.Verdict == Verdict.Passed, report.Describe());
    }

    [Fact]
    public void ACallBehindACycleIsTold() => Malicious(
        "callable-command-execution",
        PickleBuilder.Protocol(2).Op(Op.EMPTY_DICT).Put(0).Push("self").Get(0).Op(Op.SETITEM).Push(Payload).Tuple2().Stop());

    [Fact]
    public void ACycleInTheArgumentsOfACallIsTold() => Malicious(
        "callable-command-execution",
        PickleBuilder.Protocol(2).Global("os", "system").Op(Op.EMPTY_LIST).Put(0).Get(0).Op(Op.APPEND).Tuple1().Reduce().Stop());
}
