// nullifAI: the stream breaks right behind the call, and scanners gave up on it.
// https://www.reversinglabs.com/blog/rl-identifies-malware-ml-model-hosted-on-hugging-face
using Assay.Scanning;
using Assay.Tests.Builders;
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class BrokenStreamAfterPayload
{
    [Theory]
    [InlineData(new byte[] { 0xFF, 0xFF })]
    [InlineData(new byte[] { 0x58, 0x10 })]
    [InlineData(new byte[] { 0x30, 0x30, 0x30 })]
    [InlineData(new byte[0])]
    public void T034_WhatRanBeforeTheBreakIsTold(byte[] end)
    {
        TargetReport report = Malicious("callable-command-execution", PickleBuilder.Protocol(4).Push(Payload).Raw(end));
        Assert.True(report.Is("pickle-breaks-after-call"), report.Describe());
        Assert.NotEmpty(report.Unread);
    }

    [Fact]
    public void T036_WithoutStopWhatRanIsTold() => Malicious("callable-command-execution", PickleBuilder.Protocol(0).Push(Payload));

    [Fact]
    public void InATorchFileItIsTheSame() =>
        Malicious("callable-command-execution", TorchFiles.Members([.. PayloadPickle[..^1], 0xFF, 0xFF]).Build(), "model.pt");
}
