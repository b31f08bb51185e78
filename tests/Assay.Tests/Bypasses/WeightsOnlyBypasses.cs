// Pickles that PyTorch's restricted unpickler took although they do harm.
// https://nvd.nist.gov/vuln/detail/CVE-2025-32434
// https://nvd.nist.gov/vuln/detail/CVE-2026-24747
// https://huggingface.co/Talson/poc-torch-weights-only-sparse-oob
using Assay.Pickle;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class WeightsOnlyBypasses
{
    [Fact]
    public void T068_ALegacyTarWithACallIsTold() => Malicious("callable-command-execution", TorchFiles.Tar(PickleOf(TorchFiles.Checkpoint(Payload))), "model.pt");

    [Fact]
    public void T069_ItemsSetOnATensorAreTold() =>
        Malicious("tensor-items-set", TorchFiles.Members(PickleBuilder.Protocol(2).Push(Tensor("0", 4)).Push(1).Push(2).Op(Op.SETITEM).Stop().ToArray()).Build(), "model.pt");

    [Theory]
    [InlineData(0, new[] { 5 }, new[] { 1 })]
    [InlineData(2, new[] { 3 }, new[] { 1 })]
    [InlineData(-1, new[] { 2 }, new[] { 1 })]
    [InlineData(0, new[] { 2, 2 }, new[] { 1_000_000, 1 })]
    [InlineData(0, new[] { 2 }, new[] { -1 })]
    public void T070_AViewOutsideItsStorageIsTold(int offset, int[] size, int[] stride) =>
        Malicious("torch-tensor-outside", TorchFiles.Members(PickleOf(Tensor("0", 4, offset, size, stride))).Build(), "model.pt");

    [Theory]
    [InlineData(0, new[] { 4 }, new[] { 1 })]
    [InlineData(1, new[] { 3 }, new[] { 1 })]
    [InlineData(0, new[] { 2, 2 }, new[] { 1, 2 })]
    [InlineData(4, new[] { 0 }, new[] { 1 })]
    [InlineData(0, new int[0], new int[0])]
    [InlineData(3, new[] { 1000 }, new[] { 0 })]
    public void T070_AViewInsideItsStorageIsSilent(int offset, int[] size, int[] stride)
    {
        TargetReport report = Scanned.Bytes(TorchFiles.Members(PickleOf(Tensor("0", 4, offset, size, stride))).Build(), "model.pt");
        Assert.True(report.Verdict == Verdict.Passed, report.Describe());
    }
}
