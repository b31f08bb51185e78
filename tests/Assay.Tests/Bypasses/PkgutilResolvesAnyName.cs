// One resolver of dotted names reaches every function there is.
// https://github.com/advisories/GHSA-vvpj-8cmc-gx39
// https://nvd.nist.gov/vuln/detail/CVE-2026-3490
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class PkgutilResolvesAnyName
{
    [Theory]
    [InlineData("GHSA-vvpj-8cmc-gx39", "pkgutil", "resolve_name")]
    public void EachIsTold(string source, string module, string name)
    {
        Assert.NotEmpty(source);
        Malicious("callable-import", PickleOf(Call(module, name, "os:system"), 4));
    }

    [Fact]
    public void WhatItResolvesIsToldWhereItIsCalled() =>
        MaliciousValue("callable-command-execution", CallOn(Call("pkgutil", "resolve_name", "os:system"), "id"));
}
