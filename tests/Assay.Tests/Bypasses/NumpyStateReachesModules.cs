// State is set on an allowed function and walked by a dotted name.
// https://github.com/protectai/modelscan/issues/85
// https://github.com/protectai/modelscan/issues/330
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class NumpyStateReachesModules
{
    [Fact]
    public void AStateForAnImportedFunctionIsTold() =>
        Suspicious("module-overwritten", PickleOf(Built(Import("numpy", "prod"), Tuple(null, Dict("canary", 1)))));

    [Fact]
    public void T005_BuiltinsPlantedInAFunctionAreTold()
    {
        TargetReport report = Scanned.Bytes(PickleOf(Built(Import("numpy", "prod"), Tuple(null, Dict("__builtins__", Import("builtins", "eval"))))));
        Assert.True(report.Verdict == Verdict.Malicious, report.Describe());
    }

    [Fact]
    public void TheWalkThroughThePlantedAttributeIsTold()
    {
        PickleBuilder pickle = PickleBuilder.Protocol(4)
            .Push(Built(Import("numpy", "prod"), Tuple(null, Dict("a", Import("os", "system")))))
            .StackGlobal("numpy", "prod.a").Push(Tuple("id")).Reduce().Stop();
        Assert.Equal(Verdict.Malicious, Scanned.Pickle(pickle).Verdict);
    }
}
