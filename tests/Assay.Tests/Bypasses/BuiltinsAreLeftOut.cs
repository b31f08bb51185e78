// fickling left imports of builtins out of its tree, so eval was invisible.
// https://github.com/advisories/GHSA-h4rm-mm56-xf63
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class BuiltinsAreLeftOut
{
    [Theory]
    [InlineData("builtins", "eval")]
    [InlineData("builtins", "exec")]
    [InlineData("__builtin__", "eval")]
    [InlineData("__builtin__", "execfile")]
    [InlineData("builtins", "compile")]
    public void EachIsTold(string module, string name) => MaliciousValue("callable-code-execution", Call(module, name, "1"));

    [Fact]
    public void T024_AChainOfAttributesThatEndsInCodeIsTold() => MaliciousValue(
        "dangerous-attribute",
        CallOn(Call("builtins", "getattr", Call("builtins", "getattr", Import("mypackage", "Thing"), "__init__"), "__globals__"), "x"));
}
