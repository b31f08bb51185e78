// Functions of the standard library write source and execute it; none of them is called eval.
// https://huggingface.co/EnigmaConsultant
// https://huggingface.co/wulonchia
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class CodeSynthesis
{
    [Theory]
    [InlineData("dataclasses", "_create_fn")]
    [InlineData("multiprocessing.managers", "MakeProxyType")]
    [InlineData("typing", "get_type_hints")]
    [InlineData("types", "FunctionType")]
    [InlineData("sympy", "lambdify")]
    [InlineData("logging.config", "dictConfig")]
    public void T027_EachIsTold(string module, string name) => MaliciousValue("callable-code-execution", Call(module, name, "x", "y"));
}
