// A module with __getattr__ makes a command of every name.
// https://huggingface.co/SiggytheShark/pickle-bypass-sh-bash-getattr
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class ModulesThatMakeCommands
{
    [Theory]
    [InlineData("sh", "bash")]
    [InlineData("plumbum", "local")]
    [InlineData("plumbum.cmd", "ls")]
    public void T029_EveryNameIsTold(string module, string name) => MaliciousValue("callable-command-execution", Call(module, name, "-c", "id"));
}
