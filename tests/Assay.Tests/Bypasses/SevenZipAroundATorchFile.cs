// nullifAI: the PyTorch file is packed with 7z, which torch.load does not read and scanners did not either.
// https://www.reversinglabs.com/blog/rl-identifies-malware-ml-model-hosted-on-hugging-face
using Assay.Tests.Builders;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class SevenZipAroundATorchFile
{
    [Fact]
    public void T064_WhatIsPackedIsTold() =>
        Malicious("callable-command-execution", Wrapping.SevenZip("archive/data.pkl", [.. PayloadPickle[..^1], 0xFF]), "model.pt");
}
