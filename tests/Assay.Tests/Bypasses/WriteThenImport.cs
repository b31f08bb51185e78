// One call writes a module, the next imports it; the payload is only a text.
// https://huggingface.co/EnigmaConsultant
using Assay.Scanning;
using Assay.Tests.Builders;
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class WriteThenImport
{
    [Fact]
    public void T028_BothStepsAreTold()
    {
        byte[] pickle = PickleOf(
            List(
                Call("pathlib", "Path.write_text", Call("pathlib", "PosixPath", "/tmp/canary.py"), "print(1)"),
                Call("importlib.machinery", "SourceFileLoader.load_module", Call("importlib.machinery", "SourceFileLoader", "canary", "/tmp/canary.py"))),
            4);
        TargetReport report = Malicious("callable-file-write", pickle);
        Assert.True(report.Is("callable-import"), report.Describe());
    }
}
