// PyTorch's report of the environment runs command lines.
// https://github.com/advisories/GHSA-f745-w6jp-hpxx
// https://github.com/advisories/GHSA-jhph-76pp-mggw
// https://github.com/protectai/modelscan/issues/338
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class TorchCollectsTheEnvironment
{
    [Theory]
    [InlineData("GHSA-f745-w6jp-hpxx", "torch.utils.collect_env", "run")]
    [InlineData("GHSA-jhph-76pp-mggw", "torch.utils.collect_env", "run_and_read_all")]
    [InlineData("https://github.com/protectai/modelscan/issues/338", "torch.utils.collect_env", "run")]
    public void EachIsTold(string source, string module, string name)
    {
        Assert.NotEmpty(source);
        Malicious("callable-command-execution", PickleOf(Call(module, name, "x"), 4));
    }
}
