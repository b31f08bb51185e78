// PyTorch Mobile as a FlatBuffer: an ordinary module passes, operators that reach out and numbers that lead out are said.
using Assay.Artifacts;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.PyTorch;

public sealed class TorchMobileFormatTests
{
    [Fact]
    public void AnOrdinaryModulePasses()
    {
        TargetReport target = Scans.Of(Module().Build("PTMF"), "m.ptl");
        Assert.Contains(target.Facts.OfType<FormatFact>(), f => f.Format == "torch-mobile");
        Assert.Equal(Verdict.Passed, target.Verdict);
        target.AssertComplete();
    }

    [Theory]
    [InlineData("aten::save", Verdict.Malicious)]
    [InlineData("evil::run", Verdict.Suspicious)]
    [InlineData("aten::add", Verdict.Passed)]
    public void T071_OperatorsAreThoseOfTorchScript(string name, Verdict verdict) => Assert.Equal(verdict, Scans.Of(Module(op: name).Build("PTMF"), "m.ptl").Verdict);

    [Theory]
    [InlineData(0u, 5, "torch-mobile.tensor-outside")]
    [InlineData(0u, -1, "torch-mobile.tensor-outside")]
    [InlineData(3u, 2, "torch-mobile.index")]
    public void T079_TensorsOutsideOfTheirStorageAreSaid(uint storage, int size, string code)
    {
        TargetReport target = Scans.Of(Module(storage: storage, size: size).Build("PTMF"), "m.ptl");
        Assert.Contains(code, target.Anomalies());
        Assert.Equal(Verdict.Suspicious, target.Verdict);
    }

    [Fact]
    public void TheSourceInItIsReadAsTorchScript() =>
        Assert.Contains(Scans.Of(Module(source: "def f(x: Tensor) -> Tensor:\n  torch.save(x, \"/tmp/x\")\n  return x\n").Build("PTMF"), "m.ptl").Facts.OfType<OperatorFact>(), o => o is { Domain: "aten", Name: "save" });

    [Fact]
    public void AFileThatIsCutAnywhereIsNeverPassed()
    {
        byte[] whole = Module().Build("PTMF");
        for (int length = 8; length < whole.Length; length += 7)
        {
            Assert.NotEqual(Verdict.Passed, Scans.Of(whole[..length], "m.ptl").Verdict);
        }
    }

    private static FlatBuilder Module(string op = "aten::add", uint storage = 0, int size = 2, string? source = null)
    {
        FlatBuilder tensor = new(storage, (byte)6, 0, new int[] { size }, new int[] { 1 }, false);
        FlatBuilder function = new("__torch__.M.forward", new byte[8], new object[] { new FlatBuilder(op, "Tensor", -1) }, new int[] { 0 }, null, 2);
        object[] values = [new FlatBuilder((byte)5, tensor), new FlatBuilder((byte)16, function)];
        return new FlatBuilder(9u, null, new int[] { 1 }, 0u, values, 1, new object[] { new FlatBuilder(new byte[8]) }, new object[] { new FlatBuilder("__torch__.M", (byte)1) },
            source is null ? null : new object[] { new FlatBuilder("code/__torch__.py", source) });
    }
}
