// A name with dots is walked from protocol 4 on: an innocent module leads to every module that it imports.
// https://github.com/advisories/GHSA-5j3x-jp52-966f
// https://docs.python.org/3/library/pickletools.html
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class DottedNamesReachModules
{
    [Theory]
    [InlineData("pathlib", "os.system")]
    [InlineData("torch.serialization", "os.system")]
    [InlineData("numpy.core._methods", "os.system")]
    [InlineData("collections", "_sys.modules.get")]
    [InlineData("random", "_os.popen")]
    public void T012_EachWalkIsTold(string module, string name)
    {
        TargetReport report = Scanned.Pickle(PickleBuilder.Protocol(4).StackGlobal(module, name).Push(Tuple("id")).Reduce().Stop());
        Assert.True(report.Verdict == Verdict.Malicious, report.Describe());
    }

    [Fact]
    public void T013_BelowProtocolFourTheWalkFailsAndTheIntentIsToldAllTheSame()
    {
        TargetReport report = Scanned.Pickle(PickleBuilder.Protocol(2).Invoke("pathlib", "os.system", "id").Stop());
        Assert.True(report.Verdict >= Verdict.Suspicious, report.Describe());
    }

    [Fact]
    public void T014_AProtocolThatChangesInTheMiddleTurnsTheWalkOn() => Malicious(
        "callable-command-execution",
        PickleBuilder.Protocol(2).Push("a").Pop().Proto(4).StackGlobal("pathlib", "os.system").Push(Tuple("id")).Reduce().Stop());

    [Fact]
    public void T014_AProtocolThatChangesInTheMiddleTurnsAliasesOff()
    {
        // Python 3 has no module commands: only below protocol 3 is it subprocess.
        Malicious("callable-command-execution", PickleBuilder.Protocol(2).Invoke("commands", "getoutput", "id").Stop());
        TargetReport report = Scanned.Pickle(PickleBuilder.Protocol(2).Proto(4).Invoke("__builtin__", "eval", "1").Stop());
        Assert.True(report.Verdict >= Verdict.Suspicious, report.Describe());
    }
}
