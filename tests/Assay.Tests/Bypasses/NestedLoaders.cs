// A pickle in the bytes of a pickle is handed to another loader.
// https://huggingface.co/aisecre/pickle-bypass-dill-nested-deserialization
// https://github.com/advisories/GHSA-vv6j-3g6g-2pvj
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class NestedLoaders
{
    [Theory]
    [InlineData("pickle", "loads")]
    [InlineData("_pickle", "loads")]
    [InlineData("dill", "loads")]
    [InlineData("cloudpickle", "loads")]
    [InlineData("torch.storage", "_load_from_bytes")]
    public void T031_TheInnerPickleIsRead(string module, string name) => MaliciousValue("callable-command-execution", Call(module, name, PayloadPickle));

    [Fact]
    public void T031_ThreeLevelsDeepItIsRead() => MaliciousValue(
        "callable-command-execution",
        Call("pickle", "loads", PickleOf(Call("pickle", "loads", PickleOf(Call("pickle", "loads", PayloadPickle))))));

    [Fact]
    public void T032_AsMereDataItIsTold()
    {
        TargetReport report = Scanned.Bytes(PickleOf(Dict("blob", PayloadPickle)));
        Assert.True(report.Verdict >= Verdict.Suspicious, report.Describe());
    }
}
