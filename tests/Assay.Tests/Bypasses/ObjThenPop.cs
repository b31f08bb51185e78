// The result of OBJ is popped; fickling's tree then lost the call.
// https://github.com/advisories/GHSA-mxhj-88fx-4pcv
using Assay.Pickle;
using Assay.Tests.Builders;
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class ObjThenPop
{
    [Fact]
    public void T003_ACallWhoseResultIsPoppedIsTold() => Malicious(
        "callable-command-execution",
        PickleBuilder.Protocol(2).Mark().Global("os", "system").Push("id").Op(Op.OBJ).Pop().None().Stop());

    [Fact]
    public void T006_ACallThatEndsUnderPopMarkIsTold() => Malicious(
        "callable-command-execution",
        PickleBuilder.Protocol(2).Mark().Invoke("os", "system", "id").Op(Op.POP_MARK).None().Stop());

    [Fact]
    public void AClassWithArgumentsThatConnectsIsTold() => Malicious(
        "callable-network",
        PickleBuilder.Protocol(2).Mark().Global("smtplib", "SMTP").Push("example.invalid").Op(Op.OBJ).Pop().None().Stop());
}
