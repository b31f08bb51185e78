// A configuration of PyTorch is a pickle inside a pickle.
// https://github.com/advisories/GHSA-vv6j-3g6g-2pvj
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class TorchConfigsLoadPickles
{
    [Theory]
    [InlineData("GHSA-vv6j-3g6g-2pvj", "torch.utils._config_module", "ConfigModule.load_config")]
    public void EachIsTold(string source, string module, string name)
    {
        Assert.NotEmpty(source);
        Malicious("callable-code-execution", PickleOf(Call(module, name, null, PayloadPickle), 4));
    }
}
