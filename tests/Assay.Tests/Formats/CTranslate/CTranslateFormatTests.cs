// CTranslate2 and word2vec: good files pass with everything accounted for, files that lie are said and allocate nothing.
using System.Text;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.CTranslate;

public sealed class CTranslateFormatTests
{
    [Fact]
    public void AGoodModelPassesWithEveryByteAccountedFor()
    {
        TargetReport target = Scans.Of(Model(16), "model.bin");
        Assert.Equal(["ctranslate2"], target.Formats);
        Assert.Equal(Verdict.Passed, target.Verdict);
        target.AssertComplete();
    }

    [Theory]
    [InlineData(0x7FFFFFF0u)]
    [InlineData(17u)]
    public void AVariableThatIsLongerThanTheFileIsSaid(uint bytes)
    {
        TargetReport target = Scans.Of(Model(bytes)[..^2], "model.bin");
        Assert.True(target.Verdict >= Verdict.Suspicious, target.Describe());
    }

    [Fact]
    public void AModelThatIsCutIsNeverPassed()
    {
        byte[] whole = Model(16);
        for (int length = 24; length < whole.Length - 4; length++)
        {
            Assert.NotEqual(Verdict.Passed, Scans.Of(whole[..length], "model.bin").Verdict);
        }
    }

    [Fact]
    public void WordVectorsPassAndOthersAreNotTakenForThem()
    {
        byte[] numbers = [.. Enumerable.Range(1, 16).Select(i => (byte)(i * 11))];
        byte[] file = [.. "2 4\n"u8, .. "the "u8, .. numbers, .. "\nof "u8, .. numbers, .. "\n"u8];
        TargetReport target = Scans.Of(file, "vectors.bin");
        Assert.Equal(["word2vec"], target.Formats);
        Assert.Equal(Verdict.Passed, target.Verdict);
        Assert.DoesNotContain("word2vec", Scans.Of([.. "20000 4\n"u8, .. "the "u8, .. numbers], "vectors.bin").Formats);
    }

    private static byte[] Model(uint bytes) =>
    [
        .. BitConverter.GetBytes(6u), .. Text("WhisperSpec"), .. BitConverter.GetBytes(3u), .. BitConverter.GetBytes(1u),
        .. Text("encoder/conv1/weight"), 2, .. BitConverter.GetBytes(2u), .. BitConverter.GetBytes(2u), 0, .. BitConverter.GetBytes(bytes), .. new byte[16],
        .. BitConverter.GetBytes(0u),
    ];

    private static byte[] Text(string text) => [.. BitConverter.GetBytes((ushort)(text.Length + 1)), .. Encoding.UTF8.GetBytes(text), 0];
}
