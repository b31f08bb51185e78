// Pickles of protocol 0 and 1 have no signature; in a zip under another name nobody looked.
// https://github.com/promptfoo/modelaudit/issues/624
using Assay.Tests.Builders;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class OldProtocolsInZips
{
    [Theory]
    [InlineData("archive/data.pkl")]
    [InlineData("archive/weights")]
    [InlineData("archive/notes.txt")]
    public void T037_ThePickleIsRead(string name) =>
        Malicious("callable-command-execution", new ZipBuilder().Add(name, "cos\nsystem\n(S'id'\ntR."u8.ToArray()).Build(), "model.zip");
}
