// The module that names the platform asks programs for it.
// https://github.com/advisories/GHSA-5cxw-w2xg-2m8h
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class PlatformRunsCommands
{
    [Theory]
    [InlineData("popen")]
    [InlineData("_syscmd_file")]
    [InlineData("_syscmd_ver")]
    public void EachIsTold(string name) => MaliciousValue("callable-command-execution", Call("platform", name, "id"));

    [Fact]
    public void AskingWhoTheHostIsIsSuspicious() => Suspicious("callable-host-inspection", PickleOf(Call("platform", "node")));
}
