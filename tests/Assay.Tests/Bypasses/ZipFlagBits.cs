// Flags say that a member is encrypted or patched; zipfile refuses it, torch.load does not look.
// https://github.com/advisories/GHSA-w8jq-xcqf-f792
// https://nvd.nist.gov/vuln/detail/CVE-2025-1945
using Assay.Scanning;
using Assay.Tests.Builders;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class ZipFlagBits
{
    [Theory]
    [InlineData(0x01)]
    [InlineData(0x20)]
    [InlineData(0x40)]
    [InlineData(0x61)]
    public void T059_TheMemberIsRead(int flags)
    {
        byte[] zip = new ZipBuilder().Add(new ZipMember("archive/data.pkl", PayloadPickle) { Flags = flags }).Build();
        TargetReport report = Malicious("callable-command-execution", zip, "model.pt");
        Assert.True(report.Is("zip-flags-lie"), report.Describe());
    }
}
