// A state puts a callable where an allowed object will call it: a symbol table, a hook, a default factory.
// https://huggingface.co/SiggytheShark/pickle-bypass-asteval-build-injection
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class BuildInjectsCallables
{
    [Fact]
    public void T005_ACallableInASymbolTableIsTold() => MaliciousValue(
        "callable-command-execution",
        Built(New("mypackage.interpreter", "Interpreter"), Dict("symtable", Dict("f", Import("os", "system")))));

    [Fact]
    public void T005_ACallableInSlotsIsTold() => MaliciousValue(
        "callable-code-execution",
        Built(New("mypackage", "Thing"), Tuple(null, Dict("hook", Import("builtins", "exec")))));

    [Fact]
    public void T026_ADefaultFactoryIsTold() => MaliciousValue("callable-command-execution", Call("collections", "defaultdict", Import("os", "system")));

    [Fact]
    public void TheInterpreterItselfIsTold() => MaliciousValue("callable-code-execution", CallOn(Call("asteval", "Interpreter"), "1"));
}
