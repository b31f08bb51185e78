// fastText: models pass dense and quantised, numbers that lie are said.
using System.Text;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.FastText;

public sealed class FastTextFormatTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AGoodModelPasses(bool quantised)
    {
        TargetReport target = Scans.Of([.. Model(2, 2, quantised)], "m.bin");
        Assert.Equal((Verdict.Passed, 0), (target.Verdict, target.Findings.Count));
        target.AssertComplete();
    }

    [Theory]
    [InlineData(1_000_000_000, 2)]
    [InlineData(-5, 2)]
    [InlineData(2, 1L << 50)]
    [InlineData(2, -1)]
    public void NumbersThatLieAreSaid(int words, long rows)
    {
        TargetReport target = Scans.Of([.. Model(words, rows, false)], "m.bin");
        Assert.Contains("fasttext.count", target.Anomalies());
        Assert.Equal(Verdict.Suspicious, target.Verdict);
    }

    [Fact]
    public void AFileThatIsCutIsNeverPassed()
    {
        byte[] whole = [.. Model(2, 2, false)];
        for (int length = 8; length < whole.Length; length += 3)
        {
            Assert.NotEqual(Verdict.Passed, Scans.Of(whole[..length], "m.bin").Verdict);
        }
    }

    private static IEnumerable<byte> Model(int words, long rows, bool quantised) =>
    [
        .. BitConverter.GetBytes(793712314), .. Int(12), .. Int(4), .. Enumerable.Repeat(Int(1), 11).SelectMany(i => i), .. BitConverter.GetBytes(0.1),
        .. Int(words + 1), .. Int(words), .. Int(1), .. Long(9), .. Long(-1), .. Word("the", 0), .. Word("of", 0), .. Word("__label__x", 1),
        .. Matrix(rows, quantised), .. Matrix(rows, quantised),
    ];

    private static byte[] Matrix(long rows, bool quantised) => quantised
        ? [1, 0, .. Long(rows), .. Long(4), .. Int(4), 1, 2, 3, 4, .. Int(4), .. Int(2), .. Int(2), .. Int(2), .. new byte[4 * 256 * 4]]
        : [0, .. Long(rows), .. Long(4), .. new byte[32]];

    private static byte[] Word(string word, byte kind) => [.. Encoding.UTF8.GetBytes(word), 0, .. Long(7), kind];

    private static byte[] Int(int value) => BitConverter.GetBytes(value);

    private static byte[] Long(long value) => BitConverter.GetBytes(value);
}
