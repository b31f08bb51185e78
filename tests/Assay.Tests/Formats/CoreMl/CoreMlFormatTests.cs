// Core ML: good models pass complete; classes, links, packages and weights are told by what they lead to.
using System.Buffers.Binary;
using System.Text;
using Assay.Artifacts;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.CoreMl;

public sealed class CoreMlFormatTests
{
    private const int Network = 500;
    private const int Program = 502;
    private const int Custom = 555;
    private const int Link = 556;

    [Fact]
    public void AGoodModelPassesAndItsWeightsAreData()
    {
        byte[] model = Model(Network, n => n.Message(1, l => l.Text(1, "fc").Text(2, "x").Text(3, "y").Message(140, p => p.Number(1, 2).Number(2, 2).Message(20, w => w.Bytes(1, new byte[16])))));
        TargetReport target = Scans.Of(model, "model.mlmodel");
        Assert.True(target.Verdict == Verdict.Passed && target.Findings.Count == 0, target.Describe());
        target.AssertComplete();
        Assert.Equal((16, "innerProduct"), (target.Bytes.Data, Assert.Single(target.Facts.OfType<OperatorFact>()).Name));
    }

    [Theory]
    [InlineData("@model_path/weights/weight.bin", Verdict.Passed)]
    [InlineData("@model_path/../../../etc/passwd", Verdict.Malicious)]
    [InlineData("/etc/passwd", Verdict.Malicious)]
    public void T137_TheWeightsOfAProgramLieInItsFolder(string file, Verdict verdict)
    {
        byte[] model = Model(Program, p => p.Number(1, 1).Message(2, f => f.Text(1, "main").Message(2, b => b.Message(3, s => s.Text(1, "o").Message(2, o => o
            .Message(3, op => op.Text(1, "const").Message(5, a => a.Text(1, "val").Message(2, v => v.Message(5, blob => blob.Text(1, file).Number(2, 64))))))))));
        TargetReport target = Scans.Of(model);
        Assert.True(target.Verdict == verdict, target.Describe());
    }

    [Theory]
    [InlineData("Swish", "coreml-custom-layer", Verdict.Suspicious)]
    [InlineData("ShellExec", "coreml-custom-acts", Verdict.Suspicious)]
    public void T137_CustomLayersAreToldByTheirClass(string name, string rule, Verdict verdict)
    {
        TargetReport target = Scans.Of(Model(Network, n => n.Message(1, l => l.Text(1, "c").Message(500, c => c.Text(10, name)))));
        Assert.True(target.Verdict == verdict && target.Is(rule), target.Describe());
    }

    [Fact]
    public void T137_ACustomModelIsSuspicious() => Assert.True(Scans.Of(Model(Custom, m => m.Text(10, "MyModel"))).Is("coreml-custom-model"));

    [Theory]
    [InlineData("other.mlmodelc", Verdict.Passed)]
    [InlineData("../../other.mlmodelc", Verdict.Malicious)]
    [InlineData("/tmp/other.mlmodelc", Verdict.Malicious)]
    public void T137_ALinkedModelIsToldByItsPath(string path, Verdict verdict) =>
        Assert.Equal(verdict, Scans.Of(Model(Link, m => m.Message(1, f => f.Message(1, s => s.Text(1, path))))).Verdict);

    [Theory]
    [InlineData("com.apple.CoreML/model.mlmodel", Verdict.Passed)]
    [InlineData("../../outside/model.mlmodel", Verdict.Malicious)]
    [InlineData("/etc/passwd", Verdict.Malicious)]
    [InlineData("", Verdict.Malicious)]
    public void T137_TheManifestOfAPackageStaysInIt(string path, Verdict verdict)
    {
        string json = $$$"""{"fileFormatVersion":"1.0.0","itemInfoEntries":{"A":{"author":"com.apple.CoreML","description":"x","name":"model.mlmodel","path":"{{{path}}}"}},"rootModelIdentifier":"A"}""";
        TargetReport target = Scans.Of(Encoding.UTF8.GetBytes(json), "Manifest.json");
        Assert.True(target.Verdict == verdict, target.Describe());
        Assert.Contains("coreml-manifest", target.Formats);
    }

    [Fact]
    public void TheFileOfWeightsIsReadBlobByBlobAndNoneMayLieOutside()
    {
        TargetReport good = Scans.Of(Weights(128, 8), "weight.bin");
        Assert.True(good.Verdict == Verdict.Passed && good.Findings.Count == 0, good.Describe());
        good.AssertComplete();
        Assert.True(Scans.Of(Weights(128, 1000), "weight.bin").Is("coreml-weights-range"));
        Assert.True(Scans.Of(Weights(ulong.MaxValue - 8, 64), "weight.bin").Is("coreml-weights-range"));
        Assert.True(Scans.Of(Weights(0, 8), "weight.bin").Is("coreml-weights-range"));
    }

    [Fact]
    public void CompiledWeightsAreToldBySizesThatAddUp()
    {
        byte[] file = [2, 0, 0, 0, 0, 0, 0, 0, .. new byte[8], 4, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, .. new byte[12]];
        TargetReport target = Scans.Of(file, "model.espresso.weights");
        Assert.Equal((Verdict.Passed, "coreml-compiled-weights"), (target.Verdict, Assert.Single(target.Formats)));
        Assert.DoesNotContain("coreml-compiled-weights", Scans.Of([.. file, 1], "model.espresso.weights").Formats);
    }

    [Fact]
    public void AModelInAModelIsReadToo()
    {
        byte[] inner = Model(Link, m => m.Message(1, f => f.Message(1, s => s.Text(1, "/tmp/x"))));
        Assert.True(Scans.Of(Model(202, p => p.Bytes(1, inner))).Is("coreml-path-leaves"));
    }

    private static byte[] Model(int kind, Action<ProtobufBuilder> fill) =>
        new ProtobufBuilder().Number(1, 4).Message(2, d => d.Message(100, m => m.Text(1, "A model").Text(3, "somebody"))).Message(kind, fill).Build();

    private static byte[] Weights(ulong offset, ulong size)
    {
        byte[] file = new byte[192];
        file[0] = 1;
        file[4] = 2;
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(64), 0xDEADBEEF);
        BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(72), size);
        BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(80), offset);
        return file;
    }
}
