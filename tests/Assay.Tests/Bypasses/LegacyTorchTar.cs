// The oldest PyTorch files are tars; picklescan and modelscan have no reader for them.
// https://huggingface.co/LUOYE-LLM/pytorch-legacy-tar-scanner-bypass-poc
using Assay.Tests.Builders;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class LegacyTorchTar
{
    [Fact]
    public void T067_ThePickleInTheTarIsRead() => Malicious("callable-command-execution", TorchFiles.Tar(PayloadPickle), "model.pt");
}
