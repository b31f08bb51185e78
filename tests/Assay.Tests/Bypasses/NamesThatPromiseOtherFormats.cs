// Scanners chose the parser by the extension; the bytes decide.
// https://github.com/advisories/GHSA-jgw4-cr84-mqxg
// https://github.com/advisories/GHSA-769v-p64c-89pr
// https://nvd.nist.gov/vuln/detail/CVE-2025-10155
// https://nvd.nist.gov/vuln/detail/CVE-2025-1889
using Assay.Tests.Builders;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class NamesThatPromiseOtherFormats
{
    [Theory]
    [InlineData("model.bin")]
    [InlineData("model.pt")]
    [InlineData("config.p")]
    [InlineData("notes.txt")]
    [InlineData("config.json")]
    [InlineData("weights.gguf")]
    [InlineData("weights.safetensors")]
    [InlineData("data.dat")]
    [InlineData("model.h5")]
    [InlineData("noextension")]
    public void T052_ThePickleIsReadUnderAnyName(string path) => Malicious("callable-command-execution", PayloadPickle, path);

    [Theory]
    [InlineData("notes.txt")]
    [InlineData("model.cfg")]
    public void T053_AProtocolZeroPickleIsReadUnderAnyName(string path) =>
        Malicious("callable-command-execution", "cos\nsystem\n(S'id'\ntR."u8.ToArray(), path);

    [Fact]
    public void T062_AMemberThatIsNotNamedPklIsRead() =>
        Malicious("callable-command-execution", new ZipBuilder().Add("archive/config.p", PayloadPickle).Build(), "model.pt");
}
