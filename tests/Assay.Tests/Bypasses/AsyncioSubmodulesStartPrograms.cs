// A list that names only the package misses the classes of its modules.
// https://github.com/advisories/GHSA-q77w-mwjj-7mqx
// https://github.com/advisories/GHSA-f7qq-56ww-84cr
// https://github.com/advisories/GHSA-jgw4-cr84-mqxg
// https://nvd.nist.gov/vuln/detail/CVE-2025-10157
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class AsyncioSubmodulesStartPrograms
{
    [Theory]
    [InlineData("GHSA-q77w-mwjj-7mqx", "asyncio.unix_events", "_UnixSubprocessTransport._start")]
    [InlineData("GHSA-f7qq-56ww-84cr", "asyncio.unix_events", "_UnixSubprocessTransport._start")]
    [InlineData("GHSA-jgw4-cr84-mqxg", "asyncio.unix_events", "_UnixSubprocessTransport._start")]
    public void T018_EachIsTold(string source, string module, string name)
    {
        Assert.NotEmpty(source);
        Malicious("callable-command-execution", PickleOf(Call(module, name, "x"), 4));
    }
}
