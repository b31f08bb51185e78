// What a name promises against what the bytes are.
using Assay.Bytes;
using Assay.Detection;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;

namespace Assay.Tests.Scanning;

public sealed class ClaimedAndSniffedTests
{
    private static TargetReport Scan(string name)
    {
        byte[] bytes = PickleBuilder.Protocol(4).Str("weights").Stop().ToArray();
        ScanInput input = new() { Path = name, Named = true, Open = () => new MemorySource(bytes) };
        Scanner engine = new(new ScanOptions { Rules = RuleSet.Default });
        return engine.Scan(input, TestContext.Current.CancellationToken).Report!;
    }

    [Theory]
    [InlineData("model.safetensors", true)]
    [InlineData("model.onnx", true)]
    [InlineData("model.pkl", false)]
    [InlineData("model.pt", false)]
    [InlineData("notes.txt", false)]
    public void T052_ANameThatPromisesSomethingElseIsANote(string name, bool told)
    {
        TargetReport report = Scan(name);
        Assert.Equal(told, report.Findings.Any(f => f.Rule.Id == "name-content-mismatch"));
        Assert.Equal(Verdict.Passed, report.Verdict);
    }
}
