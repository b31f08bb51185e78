// A wrong checksum made the scanner stop, and no loader checks it.
// https://github.com/advisories/GHSA-mjqp-26hc-grxg
// https://nvd.nist.gov/vuln/detail/CVE-2025-10156
using Assay.Scanning;
using Assay.Tests.Builders;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class ZipBadCrc
{
    [Theory]
    [InlineData(0)]
    [InlineData(8)]
    public void T060_TheMemberIsRead(int method)
    {
        byte[] zip = new ZipBuilder().Add(new ZipMember("archive/data.pkl", PayloadPickle) { Method = method, Crc = 0xDEADBEEF }).Build();
        TargetReport report = Malicious("callable-command-execution", zip, "model.pt");
        Assert.True(report.Is("zip-crc-mismatch"), report.Describe());
    }
}
