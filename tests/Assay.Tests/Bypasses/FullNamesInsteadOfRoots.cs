// fickling compared whole module names with the roots of packages; submodules passed.
// https://github.com/advisories/GHSA-q5qq-mvfm-j35x
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class FullNamesInsteadOfRoots
{
    [Theory]
    [InlineData("GHSA-q5qq-mvfm-j35x", "importlib._bootstrap", "_gcd_import")]
    [InlineData("GHSA-q5qq-mvfm-j35x", "importlib", "__import__")]
    [InlineData("GHSA-q5qq-mvfm-j35x", "importlib.machinery", "SourceFileLoader.load_module")]
    public void EachIsTold(string source, string module, string name)
    {
        Assert.NotEmpty(source);
        Malicious("callable-import", PickleOf(Call(module, name, "x"), 4));
    }
}
