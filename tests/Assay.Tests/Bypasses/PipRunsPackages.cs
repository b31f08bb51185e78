// Installers of packages run the code of what they install.
// https://github.com/advisories/GHSA-655q-fx9r-782v
// https://github.com/advisories/GHSA-xp4f-hrf8-rxw7
// https://nvd.nist.gov/vuln/detail/CVE-2025-1716
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class PipRunsPackages
{
    [Theory]
    [InlineData("GHSA-655q-fx9r-782v", "pip", "main")]
    [InlineData("GHSA-655q-fx9r-782v", "pip._internal", "main")]
    [InlineData("GHSA-xp4f-hrf8-rxw7", "ensurepip", "_run_pip")]
    public void EachIsTold(string source, string module, string name)
    {
        Assert.NotEmpty(source);
        Malicious("callable-command-execution", PickleOf(Call(module, name, "x"), 4));
    }
}
