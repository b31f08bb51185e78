// An allowed function calls the function that it is handed.
// https://github.com/protectai/modelscan/issues/263
// https://github.com/google/saferpickle/issues/18
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class CarriersOfCallables
{
    [Fact]
    public void T026_MapCallsItsFirstArgument() => MaliciousValue("callable-command-execution", Call("builtins", "list", Call("builtins", "map", Import("os", "system"), List("id"))));

    [Fact]
    public void T026_PartialKeepsItsFirstArgument() => MaliciousValue("callable-command-execution", Call("functools", "partial", Import("os", "system"), "id"));

    [Fact]
    public void T026_ReduceCallsItsFirstArgument() => MaliciousValue("callable-command-execution", Call("functools", "reduce", Import("os", "system"), List("a", "b")));

    [Fact]
    public void T026_RebuildFromTypeCallsItsFirstArgument() =>
        MaliciousValue("callable-command-execution", Call("torch._tensor", "_rebuild_from_type_v2", Import("os", "system"), Import("torch", "Tensor"), Tuple("id"), Dict()));

    [Fact]
    public void T026_TheReconstructorCallsTheBase()
    {
        TargetReport report = Scanned.Bytes(PickleOf(Call("copyreg", "_reconstructor", Import("subprocess", "Popen"), Import("subprocess", "Popen"), List("id"))));
        Assert.True(report.Verdict >= Verdict.Suspicious, report.Describe());
    }
}
