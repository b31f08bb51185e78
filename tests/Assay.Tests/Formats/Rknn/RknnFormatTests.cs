// RKNN: the compiled model is stepped over, what stands around it is read.
using Assay.Artifacts;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.Rknn;

public sealed class RknnFormatTests
{
    [Fact]
    public void T180_AGoodFilePasses()
    {
        TargetReport target = Scans.Of(File(16), "m.rknn");
        Assert.Equal(Verdict.Passed, target.Verdict);
        target.AssertComplete();
    }

    [Fact]
    public void T180_ASizeBeyondAnyFileIsSaid() => Assert.Contains("rknn.size", Scans.Of(File(1L << 50), "m.rknn").Anomalies());

    [Fact]
    public void AFileThatIsCutIsNotPassed() => Assert.Contains(UnreadCause.Truncated, Scans.Of(File(16)[..^4], "m.rknn").Causes());

    private static byte[] File(long size) =>
        [.. "RKNN\0\0\0\0"u8, .. BitConverter.GetBytes(1L), .. BitConverter.GetBytes(size), .. Enumerable.Repeat((byte)9, 16), .. BitConverter.GetBytes(13L), .. "{\"name\": \"m\"}"u8];
}
