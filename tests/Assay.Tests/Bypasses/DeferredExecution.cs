// What is registered at exit, on a timer or with a finaliser runs when nobody looks any more.
// https://huggingface.co/manja316
// https://huggingface.co/hacnho
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class DeferredExecution
{
    [Theory]
    [InlineData("atexit", "register")]
    [InlineData("weakref", "finalize")]
    [InlineData("threading", "Timer")]
    [InlineData("signal", "signal")]
    [InlineData("sys", "settrace")]
    public void T030_EachIsMalicious(string module, string name)
    {
        TargetReport report = Scanned.Bytes(PickleOf(Call(module, name, 1, Import("mypackage", "run"))));
        Assert.True(report.Verdict == Verdict.Malicious, report.Describe());
    }
}
