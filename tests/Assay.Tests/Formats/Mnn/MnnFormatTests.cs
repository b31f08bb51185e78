// MNN: told by its root, because it has no identifier; plugins are native code.
using Assay.Artifacts;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.Mnn;

public sealed class MnnFormatTests
{
    [Fact]
    public void AGoodModelPassesAndEveryByteIsAccountedFor()
    {
        TargetReport target = Scans.Of(Model(12, null), "model.mnn");
        Assert.Equal((Verdict.Passed, 0), (target.Verdict, target.Findings.Count));
        Assert.Equal(["mnn"], target.Formats);
        target.AssertComplete();
    }

    [Fact]
    public void APluginIsNativeCode() => Assert.Equal(Verdict.Suspicious, Scans.Of(Model(256, new FlatBuilder("Evil")), "model.mnn").Verdict);

    [Theory]
    [InlineData("/etc/passwd", true)]
    [InlineData("../x.weight", true)]
    [InlineData("model.mnn.weight", false)]
    public void WeightsThatLieElsewhereAreSaid(string path, bool flagged) =>
        Assert.Equal(flagged, Scans.Of(Model(12, null, path), "model.mnn").Verdict is Verdict.Suspicious or Verdict.Malicious);

    [Theory]
    [InlineData("GIF89a..........................................")]
    [InlineData("some text that is no model at all, and long enough")]
    public void LookAlikesAreNotClaimed(string text) => Assert.DoesNotContain("mnn", Scans.Of(System.Text.Encoding.ASCII.GetBytes(text)).Formats);

    private static byte[] Model(int type, FlatBuilder? plugin, string? path = null)
    {
        FlatBuilder one = new(new int[] { 0 }, plugin is null ? null : (byte)30, plugin, "conv", new int[] { 1 }, type, null, path);
        byte[] bytes = new FlatBuilder(null, null, null, new object[] { one }, new object[] { "y" }, null, null, new object[] { "x", "y" }, 2).Build("\0\0\0\0");
        return bytes;
    }
}
