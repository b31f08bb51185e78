// The classes behind the interactive prompt run source or code objects.
// https://github.com/advisories/GHSA-cj3c-v495-4xqh
// https://github.com/advisories/GHSA-q5qq-mvfm-j35x
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class InteractiveInterpreterRunsCode
{
    [Theory]
    [InlineData("GHSA-cj3c-v495-4xqh", "code", "InteractiveInterpreter.runcode")]
    [InlineData("GHSA-q5qq-mvfm-j35x", "code", "InteractiveInterpreter.runsource")]
    [InlineData("GHSA-q5qq-mvfm-j35x", "code", "InteractiveConsole.push")]
    public void EachIsTold(string source, string module, string name)
    {
        Assert.NotEmpty(source);
        Malicious("callable-code-execution", PickleOf(Call(module, name, "x"), 4));
    }
}
