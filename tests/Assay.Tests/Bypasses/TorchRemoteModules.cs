// Remote procedure calls and hub downloads inside a pickle run code of other hosts.
// https://nvd.nist.gov/vuln/detail/CVE-2024-48063
// https://nvd.nist.gov/vuln/detail/CVE-2024-5480
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class TorchRemoteModules
{
    [Theory]
    [InlineData("https://nvd.nist.gov/vuln/detail/CVE-2024-48063", "torch.distributed.rpc", "RemoteModule")]
    [InlineData("https://nvd.nist.gov/vuln/detail/CVE-2024-5480", "torch.distributed.rpc", "rpc_sync")]
    [InlineData("https://huggingface.co/docs", "torch.hub", "load")]
    public void EachIsTold(string source, string module, string name)
    {
        Assert.NotEmpty(source);
        Malicious("callable-nested-load", PickleOf(Call(module, name, "x"), 4));
    }
}
