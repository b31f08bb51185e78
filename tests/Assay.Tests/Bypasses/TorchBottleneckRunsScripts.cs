// PyTorch's profiler of scripts runs the code that it is given.
// https://github.com/advisories/GHSA-4whj-rm5r-c2v8
// https://github.com/advisories/GHSA-4r9r-ch6f-vxmx
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class TorchBottleneckRunsScripts
{
    [Theory]
    [InlineData("GHSA-4whj-rm5r-c2v8", "torch.utils.bottleneck.__main__", "run_autograd_prof")]
    [InlineData("GHSA-4r9r-ch6f-vxmx", "torch.utils.bottleneck.__main__", "run_cprofile")]
    public void EachIsTold(string source, string module, string name)
    {
        Assert.NotEmpty(source);
        Malicious("callable-code-execution", PickleOf(Call(module, name, "import os", Dict()), 4));
    }
}
