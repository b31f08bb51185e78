// Getters of the operator module, in C or in Python, turn an object into any of its attributes.
// https://github.com/advisories/GHSA-46h3-79wf-xr6c
// https://github.com/advisories/GHSA-955r-x9j8-7rhh
// https://github.com/advisories/GHSA-84r2-jw7c-4r5q
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class OperatorFindsAttributes
{
    [Theory]
    [InlineData("operator", "attrgetter")]
    [InlineData("_operator", "attrgetter")]
    [InlineData("operator", "methodcaller")]
    [InlineData("_operator", "methodcaller")]
    public void AGetterThatReachesSystemIsTold(string module, string name) =>
        MaliciousValue("dangerous-attribute", CallOn(CallOn(Import(module, name), "system"), Call("builtins", "list")));

    [Theory]
    [InlineData("operator")]
    [InlineData("_operator")]
    public void CallingWhatAGetterFoundIsTold(string module) =>
        Suspicious("unknown-callable-called", PickleOf(CallOn(CallOn(CallOn(Import(module, "attrgetter"), "run"), Import("mypackage", "tool")), "id")));
}
