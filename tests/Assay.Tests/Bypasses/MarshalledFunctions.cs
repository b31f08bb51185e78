// A code object is unmarshalled, made a function and called.
// https://github.com/mmaitre314/picklescan/pull/74
// https://github.com/advisories/GHSA-565g-hwwr-4pp3
// https://github.com/jasonmiao0511-hue
using Assay.Tests.Builders;
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class MarshalledFunctions
{
    private static readonly byte[] s_code = [0xE3, 0, 0, 0, 0, 1, 2, 3];

    [Fact]
    public void T027_MarshalAndFunctionTypeAreTold() =>
        MaliciousValue("callable-code-execution", CallOn(Call("types", "FunctionType", Call("marshal", "loads", s_code), Dict())));

    [Fact]
    public void MarshalAloneIsANestedLoad() => MaliciousValue("callable-nested-load", Call("marshal", "loads", s_code));

    [Fact]
    public void InANumpyArrayItIsTheSame() =>
        Malicious("callable-code-execution", NumpyFiles.Objects(CallOn(Call("types", "FunctionType", Call("marshal", "loads", s_code), Dict()))), "array.npy");

    [Fact]
    public void InATorchFileItIsTheSame() =>
        Malicious("callable-code-execution", TorchFiles.Zip(CallOn(Call("types", "FunctionType", Call("marshal", "loads", s_code), Dict()))), "model.pt");
}
