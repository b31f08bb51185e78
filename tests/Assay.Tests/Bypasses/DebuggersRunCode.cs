// Debuggers of the standard library evaluate what they are told to debug.
// https://github.com/advisories/GHSA-fqq6-7vqf-w3fg
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class DebuggersRunCode
{
    [Theory]
    [InlineData("GHSA-fqq6-7vqf-w3fg", "doctest", "debug_script")]
    [InlineData("https://github.com/mmaitre314/picklescan/security", "pdb", "run")]
    [InlineData("https://github.com/mmaitre314/picklescan/security", "bdb", "Bdb.run")]
    public void EachIsTold(string source, string module, string name)
    {
        Assert.NotEmpty(source);
        Malicious("callable-code-execution", PickleOf(Call(module, name, "x"), 4));
    }
}
