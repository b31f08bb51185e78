// Modules that fetch or compare lines read any file.
// https://github.com/advisories/GHSA-r48f-3986-4f9c
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class ReadersOfSourceLeakFiles
{
    [Theory]
    [InlineData("GHSA-r48f-3986-4f9c", "linecache", "getlines")]
    [InlineData("GHSA-r48f-3986-4f9c", "difflib", "HtmlDiff.make_file")]
    public void EachIsTold(string source, string module, string name)
    {
        Assert.NotEmpty(source);
        Malicious("callable-file-read", PickleOf(Call(module, name, "/etc/hostname"), 4));
    }

    [Fact]
    public void GarbageCollectorRevealsObjects() => MaliciousValue("callable-process-state", Call("gc", "get_objects"));
}
