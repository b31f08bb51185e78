// A function of the build tools writes lines into any file.
// https://github.com/advisories/GHSA-m273-6v24-x4m4
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class DistutilsWritesFiles
{
    [Theory]
    [InlineData("GHSA-m273-6v24-x4m4", "distutils.file_util", "write_file")]
    public void EachIsTold(string source, string module, string name)
    {
        Assert.NotEmpty(source);
        Malicious("callable-file-write", PickleOf(Call(module, name, "/tmp/canary", List("x")), 4));
    }
}
