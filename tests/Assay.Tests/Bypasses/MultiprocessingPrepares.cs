// Helpers of multiprocessing run the main module that their argument names.
// https://github.com/advisories/GHSA-q5qq-mvfm-j35x
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class MultiprocessingPrepares
{
    [Theory]
    [InlineData("GHSA-q5qq-mvfm-j35x", "multiprocessing.spawn", "prepare")]
    [InlineData("GHSA-q5qq-mvfm-j35x", "multiprocessing.spawn", "_main")]
    public void EachIsTold(string source, string module, string name)
    {
        Assert.NotEmpty(source);
        Malicious("callable-code-execution", PickleOf(Call(module, name, Dict("init_main_from_path", "x.py")), 4));
    }
}
