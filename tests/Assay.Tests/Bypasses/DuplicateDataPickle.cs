// torch.load takes the first of two data.pkl, zipfile the last; scanners looked at the last one twice.
// https://huggingface.co/Fitscha/modelscan-pytorch-dup-datapkl-bypass-poc
using Assay.Scanning;
using Assay.Tests.Builders;
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class DuplicateDataPickle
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void T057_BothAreRead(bool first)
    {
        byte[] clean = PickleOf(TorchFiles.StateDict);
        byte[] zip = new ZipBuilder()
            .Add("archive/data.pkl", first ? PayloadPickle : clean)
            .Add("archive/data/0", new byte[16])
            .Add("archive/data.pkl", first ? clean : PayloadPickle)
            .Build();
        TargetReport report = Malicious("callable-command-execution", zip, "model.pt");
        Assert.True(report.Is("torch-duplicate-pickle"), report.Describe());
    }
}
