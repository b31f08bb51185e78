// An allow list that shared its memory of reported names with another check said nothing more.
// https://github.com/advisories/GHSA-cffv-grgg-g429
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class AlreadyReportedNames
{
    [Fact]
    public void TheSecondUseOfANameIsToldAsTheFirst()
    {
        TargetReport report = Scanned.Bytes(PickleOf(List(Import("os", "system"), Call("os", "system", "a"), Call("posix", "system", "b"))));
        Assert.True(report.Is("callable-command-execution"), report.Describe());
        Assert.Equal(Verdict.Malicious, report.Verdict);
    }
}
