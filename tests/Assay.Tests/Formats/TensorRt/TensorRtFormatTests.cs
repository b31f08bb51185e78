// TensorRT: what can be known of an engine is told, and a library in it is one.
using Assay.Artifacts;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.TensorRt;

public sealed class TensorRtFormatTests
{
    [Fact]
    public void T138_AnEngineIsNotedWithItsPlugins()
    {
        TargetReport target = Scans.Of([.. "ftrt"u8, .. new byte[100], .. "EfficientNMS_TRT"u8, .. new byte[50]], "m.engine");
        Assert.Equal(Verdict.Passed, target.Verdict);
        Assert.Contains("EfficientNMS_TRT", Assert.Single(target.Facts.OfType<CodeFact>()).Names);
        Assert.Contains(target.Findings, f => f.Rule.Id == "compiled-model");
        target.AssertComplete();
    }

    [Theory]
    [InlineData(62, true)]
    [InlineData(190, false)]
    public void T138_ALibraryInAnEngineIsSaidAndCodeForTheDeviceIsNot(byte machine, bool flagged)
    {
        byte[] elf = [0x7F, .. "ELF"u8, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, machine, 0, .. new byte[100]];
        Assert.Equal(flagged, Scans.Of([.. "ptrt"u8, .. new byte[100], .. elf], "m.plan").Verdict == Verdict.Suspicious);
    }

    [Fact]
    public void TheDescriptionOfUltralyticsIsRead()
    {
        byte[] json = "{\"names\": {\"0\": \"cat\"}}"u8.ToArray();
        TargetReport target = Scans.Of([.. BitConverter.GetBytes(json.Length), .. json, .. "ptrt"u8, .. new byte[64]], "m.engine");
        Assert.Contains("tensorrt", target.Formats);
        Assert.Contains(target.Facts.OfType<EntryFact>(), e => e.Value.Contains("cat", StringComparison.Ordinal));
    }
}
