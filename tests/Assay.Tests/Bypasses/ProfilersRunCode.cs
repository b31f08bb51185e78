// Profilers, tracers and timers run the text that they are to measure.
// https://github.com/advisories/GHSA-49gj-c84q-6qm9
// https://github.com/advisories/GHSA-9w88-8rmg-7g2p
// https://github.com/advisories/GHSA-p523-jq9w-64x9
// https://github.com/advisories/GHSA-7wx9-6375-f5wh
// https://github.com/advisories/GHSA-x696-vm39-cp64
// https://github.com/advisories/GHSA-6vqj-c2q5-j97w
// https://github.com/advisories/GHSA-5qwp-399c-mjwf
// https://github.com/advisories/GHSA-g344-hcph-8vgg
// https://github.com/advisories/GHSA-v7x6-rv5q-mhwc
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class ProfilersRunCode
{
    [Theory]
    [InlineData("GHSA-49gj-c84q-6qm9", "cProfile", "run")]
    [InlineData("GHSA-9w88-8rmg-7g2p", "cProfile", "runctx")]
    [InlineData("GHSA-p523-jq9w-64x9", "cProfile", "run")]
    [InlineData("GHSA-7wx9-6375-f5wh", "profile", "run")]
    [InlineData("GHSA-x696-vm39-cp64", "profile", "Profile.run")]
    [InlineData("GHSA-6vqj-c2q5-j97w", "profile", "Profile.runctx")]
    [InlineData("GHSA-5qwp-399c-mjwf", "trace", "Trace.run")]
    [InlineData("GHSA-g344-hcph-8vgg", "trace", "Trace.runctx")]
    [InlineData("GHSA-v7x6-rv5q-mhwc", "timeit", "timeit")]
    public void EachIsTold(string source, string module, string name)
    {
        Assert.NotEmpty(source);
        Malicious("callable-code-execution", PickleOf(Call(module, name, "x"), 4));
    }
}
