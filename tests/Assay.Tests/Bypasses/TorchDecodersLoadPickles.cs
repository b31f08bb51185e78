// Decoders of data sets unpickle what they are given.
// https://github.com/advisories/GHSA-h3qp-7fh3-f8h4
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class TorchDecodersLoadPickles
{
    [Theory]
    [InlineData("GHSA-h3qp-7fh3-f8h4", "torch.utils.data.datapipes.utils.decoder", "basichandlers")]
    public void EachIsTold(string source, string module, string name)
    {
        Assert.NotEmpty(source);
        Malicious("callable-command-execution", PickleOf(Call(module, name, "pickle", PayloadPickle), 4));
    }
}
