// A pseudo terminal is started with a program of the file's choosing.
// https://github.com/advisories/GHSA-vqmv-47xg-9wpr
// https://github.com/advisories/GHSA-r7v6-mfhq-g3m2
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class PseudoTerminalsSpawn
{
    [Theory]
    [InlineData("GHSA-vqmv-47xg-9wpr", "pty", "spawn")]
    [InlineData("GHSA-r7v6-mfhq-g3m2", "pty", "spawn")]
    public void EachIsTold(string source, string module, string name)
    {
        Assert.NotEmpty(source);
        Malicious("callable-command-execution", PickleOf(Call(module, name, List("/bin/sh", "-c", "id")), 4));
    }
}
