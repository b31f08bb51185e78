// AppleDouble: attributes of macOS in archives are data, and what lies in them is read as what it is.
using Assay.Artifacts;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.Media;

public sealed class AppleDoubleFormatTests
{
    [Fact]
    public void AttributesBesideFilesOfATarAreData()
    {
        TargetReport target = Scans.Of(new TarBuilder().Add("m/._config.json", Double([.. Enumerable.Range(0, 80).Select(i => (byte)i)])).Add("m/config.json", "{}"u8.ToArray()).Build(), "m.tar");
        Assert.Equal(Verdict.Passed, target.Verdict);
        target.AssertComplete();
    }

    [Fact]
    public void APickleInAResourceForkIsRead() => Assert.Equal(Verdict.Malicious, Scans.Of(Double([.. Scans.Canary, .. new byte[64]]), "._x").Verdict);

    private static byte[] Double(byte[] entry) =>
        [0, 5, 0x16, 7, 0, 2, 0, 0, .. "Mac OS X        "u8, 0, 1, 0, 0, 0, 2, 0, 0, 0, 38, 0, 0, 0, (byte)entry.Length, .. entry];
}
