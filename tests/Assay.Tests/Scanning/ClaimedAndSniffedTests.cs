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
        ScanEngine engine = new(new ScanOptions { Rules = RuleSet.Default });
        return engine.Scan([input], null, TestContext.Current.CancellationToken).Targets.Single();
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
