// The first BUILD plants __setstate__ in the instance, the second calls it.
// https://huggingface.co/sfwani/mfv-getattr-static-bypass-joblib
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class DoubleBuild
{
    [Fact]
    public void T006_ThePlantedMethodIsTold() => MaliciousValue(
        "hook-planted",
        Built(Built(New("mypackage", "Thing"), Dict("__setstate__", Import("mypackage", "run"))), "id"));

    [Fact]
    public void T006_AHarmfulPlantedMethodIsTold() => MaliciousValue(
        "callable-command-execution",
        Built(Built(New("argparse", "Namespace"), Dict("__setstate__", Import("os", "system"))), "id"));
}
