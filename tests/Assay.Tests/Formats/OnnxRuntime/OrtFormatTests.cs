// ONNX Runtime's own format: an ordinary graph passes, operators of other domains and contexts elsewhere are said.
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.OnnxRuntime;

public sealed class OrtFormatTests
{
    [Fact]
    public void AGoodModelPassesAndEveryByteIsAccountedFor()
    {
        TargetReport target = Scans.Of(Model("", "Conv").Build("ORTM"), "model.ort");
        Assert.Equal((Verdict.Passed, 0), (target.Verdict, target.Findings.Count));
        target.AssertComplete();
    }

    [Theory]
    [InlineData("evil.domain", "Run", true)]
    [InlineData("com.microsoft", "PyOp", true)]
    [InlineData("com.microsoft", "FusedConv", false)]
    [InlineData("ai.onnx.ml", "TreeEnsembleClassifier", false)]
    public void T132_AnOperatorOfAnotherDomainIsNativeCode(string domain, string name, bool flagged) =>
        Assert.Equal(flagged, Scans.Of(Model(domain, name).Build("ORTM"), "model.ort").Verdict is Verdict.Suspicious or Verdict.Malicious);

    [Theory]
    [InlineData("../../context.bin")]
    [InlineData("/etc/passwd")]
    public void T127_AContextThatLiesElsewhereIsSaid(string path)
    {
        TargetReport target = Scans.Of(Model("com.microsoft", "EPContext", new FlatBuilder("ep_cache_context", null, 3, null, null, path)).Build("ORTM"), "model.ort");
        Assert.Contains(target.Verdict, (IEnumerable<Verdict>)[Verdict.Malicious, Verdict.Suspicious]);
    }

    [Fact]
    public void ATensorOfAnotherSizeThanItsShapeIsSaid() =>
        Assert.Contains("ort.size-mismatch", Scans.Of(Model("", "Conv", bytes: 4).Build("ORTM"), "model.ort").Anomalies());

    private static FlatBuilder Model(string domain, string name, FlatBuilder? attribute = null, int bytes = 16)
    {
        FlatBuilder node = new("n", null, domain, 1, 0u, name, 0, null, new object[] { "x" }, new object[] { "y" }, attribute is null ? null : new object[] { attribute });
        FlatBuilder tensor = new("w", null, new ulong[] { 2, 2 }, 1, new byte[bytes]);
        FlatBuilder graph = new(new object[] { tensor }, null, new object[] { node }, 1u);
        return new FlatBuilder("1.17.0", new FlatBuilder(8L, new object[] { new FlatBuilder("", 17L) }, "pytorch", null, null, null, null, graph));
    }
}
