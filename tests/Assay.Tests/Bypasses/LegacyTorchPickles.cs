// A legacy PyTorch file is five pickles; modelscan read one.
// https://huggingface.co/liamramsey
// https://huggingface.co/BigOK
// https://huggingface.co/TESTforge42/scanner-bypass-legacy-pt-desync
using Assay.Policies;
using Assay.Tests.Builders;
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class LegacyTorchPickles
{
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void T065_EachOfTheFiveIsRead(int ordinal) => Malicious("callable-command-execution", TorchFiles.Legacy(PayloadPickle, ordinal), "model.pt");

    [Fact]
    public void T066_AMagicNumberThatACallMakesHidesNothing() => Malicious(
        "callable-command-execution",
        TorchFiles.Legacy(PickleOf(TorchFiles.Checkpoint(Payload)), magic: PickleOf(Call("builtins", "int", "119547037146038801333356"))),
        "model.pt");

    [Fact]
    public void APickleBehindTheStoragesIsRead() =>
        Malicious("callable-command-execution", [.. TorchFiles.Legacy(PickleOf(TorchFiles.StateDict)), .. PayloadPickle], "model.pt");

    [Fact]
    public void AnHonestOneIsPassed() => Assert.Equal(Verdict.Passed, Scanned.Bytes(TorchFiles.Legacy(PickleOf(TorchFiles.StateDict)), "model.pt").Verdict);
}
