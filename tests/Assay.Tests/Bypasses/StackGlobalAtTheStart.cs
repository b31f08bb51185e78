// A search backwards for two strings that stops before the first opcode misses a name at offset 0.
// https://github.com/advisories/GHSA-9gvj-pp9x-gcfr
// https://nvd.nist.gov/vuln/detail/CVE-2025-71325
// https://nvd.nist.gov/vuln/detail/CVE-2025-46417
using Assay.Pickle;
using Assay.Tests.Builders;
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class StackGlobalAtTheStart
{
    [Fact]
    public void T010_NamesAtTheVeryStartAreTold() =>
        Malicious("callable-command-execution", PickleBuilder.Start().Str("os").Str("system").Op(Op.STACK_GLOBAL).Push(Tuple("id")).Reduce().Stop());

    [Fact]
    public void T010_NamesAtTheVeryStartByDupAndGetAreTold() => Malicious(
        "callable-command-execution",
        PickleBuilder.Start().Str("system").Str("os").Put(0).Pop().Put(1).Get(0).Get(1).Op(Op.STACK_GLOBAL).Push(Tuple("id")).Reduce().Stop());

    [Fact]
    public void ABadOpcodeBehindTheCallHidesNothing() =>
        Malicious("callable-command-execution", PickleBuilder.Start().Push(Payload).Raw(0xFF).Stop());
}
