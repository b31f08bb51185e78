// What follows STOP is read by the next load(); scanners stop at the first.
// https://nvd.nist.gov/vuln/detail/CVE-2025-10155
// https://huggingface.co/liamramsey
// https://huggingface.co/TESTforge42/scanner-bypass-legacy-pt-desync
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class SecondPickles
{
    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(40)]
    public void T037_APickleBehindOthersIsRead(int before) =>
        Malicious("callable-command-execution", [.. Enumerable.Repeat(PickleOf(1), before).SelectMany(p => p), .. PayloadPickle]);

    [Fact]
    public void T037_APickleWithoutAHeaderBehindAnotherIsRead() =>
        Malicious("callable-command-execution", [.. PickleOf(1), .. "cos\nsystem\n(S'id'\ntR."u8]);

    [Theory]
    [InlineData("\n")]
    [InlineData("    ")]
    [InlineData("\0\0\0\0\0\0\0\0")]
    public void T037_APickleBehindASeparatorIsRead(string separator) =>
        Malicious("callable-command-execution", [.. PickleOf(1), .. System.Text.Encoding.ASCII.GetBytes(separator), .. PayloadPickle]);

    [Theory]
    [InlineData(16)]
    [InlineData(5000)]
    [InlineData(100_000)]
    public void T038_APickleBehindOtherBytesIsRead(int between) =>
        Malicious("callable-command-execution", [.. PickleOf(1), .. Enumerable.Repeat((byte)0xAB, between), .. PayloadPickle]);
}
