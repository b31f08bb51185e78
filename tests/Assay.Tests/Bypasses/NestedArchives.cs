// An archive in an archive was left unread.
// https://huggingface.co/celvexgroup/modelscan-nested-zip-archive-poc
using Assay.Policies;
using Assay.Tests.Builders;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class NestedArchives
{
    [Fact]
    public void T063_AZipInAZipIsRead() =>
        Malicious("callable-command-execution", new ZipBuilder().Add("inner.zip", TorchFiles.Zip(Payload), 8).Build(), "model.mar");

    [Fact]
    public void T063_ATarInAZipIsRead() =>
        Malicious("callable-command-execution", new ZipBuilder().Add("inner.tar", TorchFiles.Tar(PayloadPickle), 8).Build(), "model.zip");

    [Fact]
    public void T063_BeyondTheDepthItIsNeverPassed()
    {
        byte[] bytes = PayloadPickle;
        for (int i = 0; i < 20; i++)
        {
            bytes = new ZipBuilder().Add("inner.zip", bytes).Build();
        }

        Assert.True(Scanned.Bytes(bytes).Verdict >= Verdict.Incomplete);
    }
}
