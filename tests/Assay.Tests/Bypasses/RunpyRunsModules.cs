// Modules and files are run by name.
// https://github.com/advisories/GHSA-wfq2-52f7-7qvj
// https://github.com/advisories/GHSA-q5qq-mvfm-j35x
// https://nvd.nist.gov/vuln/detail/CVE-2026-22606
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class RunpyRunsModules
{
    [Theory]
    [InlineData("GHSA-wfq2-52f7-7qvj", "runpy", "run_module")]
    [InlineData("GHSA-q5qq-mvfm-j35x", "runpy", "run_path")]
    [InlineData("GHSA-wfq2-52f7-7qvj", "runpy", "_run_code")]
    public void EachIsTold(string source, string module, string name)
    {
        Assert.NotEmpty(source);
        Malicious("callable-code-execution", PickleOf(Call(module, name, "x"), 4));
    }
}
