// A pickle that imports a scanner's own package can switch it off; hooks that watch one entry point miss the others.
// https://github.com/advisories/GHSA-wccx-j62j-r448
// https://github.com/advisories/GHSA-fphw-536r-4p88
// https://github.com/trailofbits/fickling
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class ScannersAreUnhooked
{
    [Theory]
    [InlineData("fickling.hook", "remove_hook")]
    [InlineData("fickling", "load")]
    [InlineData("picklescan.scanner", "scan_file_path")]
    [InlineData("modelscan.modelscan", "ModelScan")]
    [InlineData("modelaudit.core", "scan_file")]
    public void T048_TouchingAScannerIsTold(string module, string name) => MaliciousValue("callable-scanner-tampering", Import(module, name));

    [Theory]
    [InlineData("pickle", "loads")]
    [InlineData("pickle", "_loads")]
    [InlineData("_pickle", "loads")]
    [InlineData("_pickle", "Unpickler")]
    [InlineData("pickle", "_Unpickler")]
    public void EveryEntryPointOfPickleIsANestedLoad(string module, string name) => MaliciousValue("callable-nested-load", Call(module, name, new byte[] { 1, 2 }));
}
