// pydoc finds a callable by its dotted name, past lists that look at imports.
// https://github.com/advisories/GHSA-84r2-jw7c-4r5q
// https://github.com/advisories/GHSA-5hvc-6wx8-mvv4
// https://nvd.nist.gov/vuln/detail/CVE-2026-22608
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class PydocLocatesAnyName
{
    [Theory]
    [InlineData("GHSA-84r2-jw7c-4r5q", "pydoc", "locate")]
    [InlineData("GHSA-5hvc-6wx8-mvv4", "pydoc", "locate")]
    public void EachIsTold(string source, string module, string name)
    {
        Assert.NotEmpty(source);
        Malicious("callable-import", PickleOf(Call(module, name, "os.system"), 4));
    }

    [Fact]
    public void WhatItLocatesIsToldWhereItIsCalled() =>
        MaliciousValue("callable-command-execution", CallOn(Call("pydoc", "locate", "os.system"), "id"));

    [Fact]
    public void TheChainThroughMethodcallerIsTold() =>
        Malicious("callable-import", PickleOf(CallOn(Call("operator", "methodcaller", "system", "id"), Call("pydoc", "locate", "os"))));
}
