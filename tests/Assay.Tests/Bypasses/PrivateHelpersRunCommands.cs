// Private helpers of the standard library run command lines under names that no list held.
// https://github.com/advisories/GHSA-g38g-8gr9-h9xp
// https://github.com/advisories/GHSA-5hwf-rc88-82xm
// https://github.com/advisories/GHSA-mhc9-48gj-9gp3
// https://nvd.nist.gov/vuln/detail/CVE-2026-56315
// https://nvd.nist.gov/vuln/detail/CVE-2026-14534
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class PrivateHelpersRunCommands
{
    [Theory]
    [InlineData("GHSA-g38g-8gr9-h9xp", "uuid", "_get_command_stdout")]
    [InlineData("GHSA-g38g-8gr9-h9xp", "imaplib", "IMAP4_stream")]
    [InlineData("GHSA-g38g-8gr9-h9xp", "_osx_support", "_read_output")]
    [InlineData("GHSA-g38g-8gr9-h9xp", "_aix_support", "_read_cmd_output")]
    [InlineData("GHSA-g38g-8gr9-h9xp", "_pyrepl.pager", "pipe_pager")]
    [InlineData("GHSA-5hwf-rc88-82xm", "uuid", "_get_command_stdout")]
    [InlineData("GHSA-5hwf-rc88-82xm", "_osx_support", "_find_build_tool")]
    [InlineData("GHSA-mhc9-48gj-9gp3", "_posixsubprocess", "fork_exec")]
    public void EachIsTold(string source, string module, string name)
    {
        Assert.NotEmpty(source);
        Malicious("callable-command-execution", PickleOf(Call(module, name, "x"), 4));
    }
}
