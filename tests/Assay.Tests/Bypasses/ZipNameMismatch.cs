// The name in the local header differs from the directory's: one reader sees a pickle, the other does not.
// https://github.com/advisories/GHSA-7q5r-7gvp-wc82
// https://nvd.nist.gov/vuln/detail/CVE-2025-1944
using Assay.Scanning;
using Assay.Tests.Builders;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class ZipNameMismatch
{
    [Theory]
    [InlineData("archive/data.pkl", "archive/data.txt")]
    [InlineData("archive/readme.md", "archive/data.pkl")]
    public void T058_BothNamesAreRead(string listed, string local)
    {
        byte[] zip = new ZipBuilder().Add(new ZipMember(listed, PayloadPickle) { LocalName = local }).Build();
        TargetReport report = Malicious("callable-command-execution", zip, "model.pt");
        Assert.True(report.Is("zip-headers-disagree"), report.Describe());
    }
}
