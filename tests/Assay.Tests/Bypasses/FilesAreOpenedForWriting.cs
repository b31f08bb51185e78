// Classes that open files write where the file says, without a function that is called open.
// https://github.com/advisories/GHSA-97f8-7cmv-76j2
// https://github.com/advisories/GHSA-9m3x-qqw2-h32h
// https://github.com/advisories/GHSA-m7j5-r2p5-c39r
// https://github.com/advisories/GHSA-9726-w42j-3qjr
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class FilesAreOpenedForWriting
{
    [Theory]
    [InlineData("GHSA-97f8-7cmv-76j2", "_io", "FileIO")]
    [InlineData("GHSA-9m3x-qqw2-h32h", "logging", "FileHandler")]
    [InlineData("GHSA-m7j5-r2p5-c39r", "io", "open_code")]
    [InlineData("GHSA-9726-w42j-3qjr", "pathlib", "Path.write_text")]
    public void EachIsTold(string source, string module, string name)
    {
        Assert.NotEmpty(source);
        Malicious("callable-file-write", PickleOf(Call(module, name, "/tmp/canary", "w"), 4));
    }
}
