// Shared objects are loaded and called through ctypes.
// https://github.com/advisories/GHSA-4675-36f9-wf6r
// https://github.com/advisories/GHSA-q5qq-mvfm-j35x
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class CtypesLoadsLibraries
{
    [Theory]
    [InlineData("GHSA-4675-36f9-wf6r", "ctypes", "CDLL")]
    [InlineData("GHSA-q5qq-mvfm-j35x", "ctypes", "cdll.LoadLibrary")]
    [InlineData("GHSA-q5qq-mvfm-j35x", "_ctypes", "dlopen")]
    public void EachIsTold(string source, string module, string name)
    {
        Assert.NotEmpty(source);
        Malicious("callable-native-load", PickleOf(Call(module, name, "libc.so.6"), 4));
    }
}
