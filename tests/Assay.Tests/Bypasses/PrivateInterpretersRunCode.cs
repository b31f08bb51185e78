// Interpreters inside the interpreter run texts, and lists of names did not know them.
// https://github.com/advisories/GHSA-6ggj-6f2q-f7mx
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class PrivateInterpretersRunCode
{
    [Theory]
    [InlineData("_interpreters", "exec")]
    [InlineData("_interpreters", "create")]
    [InlineData("_xxsubinterpreters", "run_string")]
    [InlineData("interpreters", "Interpreter.exec")]
    public void EachIsTold(string module, string name) => Malicious("callable-code-execution", PickleOf(Call(module, name, 1, "x"), 4));
}
