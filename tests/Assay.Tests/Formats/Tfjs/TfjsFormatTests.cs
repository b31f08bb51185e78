// Models of TensorFlow.js: topologies, manifests and shards.
using System.Text;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Scanning;
using static Assay.Tests.Formats.Keras.KerasFiles;

namespace Assay.Tests.Formats.Tfjs;

public sealed class TfjsFormatTests
{
    private const string Topology = """{"keras_version":"tfjs-layers 4.0","model_config":{"class_name":"Sequential","config":{"layers":[{"class_name":"Dense","config":{"units":2}}]}}}""";

    [Fact]
    public void AnOrdinaryModelPasses()
    {
        TargetReport report = Scans.Of(Model(Topology, "group1-shard1of1.bin"), "model.json");
        Assert.True(report.Verdict == Verdict.Passed, report.Describe());
        report.AssertComplete();
    }

    [Theory]
    [InlineData("../../../etc/passwd")]
    [InlineData("https://127.0.0.1/w.bin")]
    [InlineData("/etc/passwd")]
    [InlineData("//127.0.0.1/w.bin")]
    [InlineData("%2e%2e/%2e%2e/etc/passwd")]
    [InlineData("%252e%252e/x.bin")]
    public void T126_WeightsFromElsewhereAreFlagged(string path)
    {
        TargetReport report = Scans.Of(Model(Topology, path), "model.json");
        Assert.True(report.Verdict >= Verdict.Suspicious, report.Describe());
        string manifest = $$"""[{"paths":["{{path}}"],"weights":[{"name":"a","shape":[1],"dtype":"float32"}]}]""";
        Assert.True(Scans.Of(Encoding.UTF8.GetBytes(manifest), "weights_manifest.json").Verdict >= Verdict.Suspicious);
    }

    [Theory]
    [InlineData("MatMul", Verdict.Passed)]
    [InlineData("WriteFile", Verdict.Suspicious)]
    public void T115_OperatorsOfAGraphAreJudgedAsThoseOfTensorFlow(string name, Verdict verdict)
    {
        string graph = $$$"""{"node":[{"name":"p","op":"Const"},{"name":"w","op":"{{{name}}}","input":["p","p"]}],"library":{"function":[{"signature":{"name":"f"},"nodeDef":[{"name":"r","op":"Relu"}] }] },"versions":{"producer":1087}}""";
        string function = $$$"""{"node":[{"name":"c","op":"f"}],"library":{"function":[{"signature":{"name":"f"},"nodeDef":[{"name":"r","op":"{{{name}}}"}] }] } }""";
        Assert.Equal(verdict, Scans.Of(Model(graph, "group1-shard1of1.bin"), "model.json").Verdict);
        Assert.Equal(verdict, Scans.Of(Model(function, "group1-shard1of1.bin"), "model.json").Verdict);
    }

    [Fact]
    public void TheTopologyIsReadAsAConfigurationOfKeras()
    {
        string topology = $$$"""{"model_config":{"class_name":"Sequential","config":{"layers":[{{{LegacyLambda(CodeOf(Harmful))}}}] } } }""";
        Assert.Equal(Verdict.Malicious, Scans.Of(Model(topology, "group1-shard1of1.bin"), "model.json").Verdict);
    }

    [Theory]
    [InlineData("group1-shard1of1.bin", true)]
    [InlineData("model-shard1", true)]
    [InlineData("weights.bin", false)]
    [InlineData("shards.bin", false)]
    public void AShardIsToldByItsNameAlone(string name, bool isShard)
    {
        byte[] elements = [.. Enumerable.Range(0, 4000).Select(i => (byte)(i * 37))];
        Assert.Equal(isShard ? Verdict.Passed : Verdict.Incomplete, Scans.Of(elements, name).Verdict);
    }

    [Fact]
    public void APickleUnderTheNameOfAShardIsExamined() => Assert.Equal(Verdict.Malicious, Scans.Of(Scans.Canary, "group1-shard1of1.bin").Verdict);

    private static byte[] Model(string topology, string path) => Encoding.UTF8.GetBytes(
        $$$$"""{"format":"layers-model","generatedBy":"keras","modelTopology":{{{{topology}}}},"weightsManifest":[{"paths":["{{{{path}}}}"],"weights":[{"name":"a/kernel","shape":[2,2],"dtype":"float32","quantization":{"dtype":"uint8","scale":0.1,"min":0}}]}]}""");
}
