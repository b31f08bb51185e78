// Python's own test helpers start interpreters and run texts.
// https://github.com/advisories/GHSA-g38g-8gr9-h9xp
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class TestSupportRunsScripts
{
    [Theory]
    [InlineData("GHSA-g38g-8gr9-h9xp", "test.support.script_helper", "assert_python_ok")]
    [InlineData("GHSA-g38g-8gr9-h9xp", "test.support", "run_in_subinterp")]
    public void EachIsTold(string source, string module, string name)
    {
        Assert.NotEmpty(source);
        Malicious("callable-code-execution", PickleOf(Call(module, name, "x"), 4));
    }
}
