// The formats before GGUF: the layouts of the programs that wrote them are told by their tensors.
using Assay.Artifacts;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.Gguf;

public sealed class GgmlFormatTests
{
    [Theory]
    [InlineData("lmgg", false, 7, false, false)]
    [InlineData("fmgg", true, 7, true, false)]
    [InlineData("tjgg", true, 7, true, true)]
    public void T149_AFileOfLlamaPassesAndEveryByteIsAccountedFor(string magic, bool version, int parameters, bool scores, bool padded)
    {
        TargetReport target = Scans.Of(File(magic, version, parameters, scores, padded), "model.bin");
        Assert.Equal((Verdict.Passed, 0), (target.Verdict, target.Findings.Count));
        target.AssertComplete();
    }

    [Fact]
    public void T149_AnAdapterPasses()
    {
        List<byte> file = [.. "algg"u8, .. Number(1), .. Number(8), .. Number(16)];
        Tensor(file, padded: true);
        TargetReport target = Scans.Of([.. file], "adapter.bin");
        Assert.Equal(Verdict.Passed, target.Verdict);
        target.AssertComplete();
    }

    [Fact]
    public void AFileThatIsCutAnywhereIsNeverPassed()
    {
        byte[] whole = File("tjgg", true, 7, true, true);
        for (int length = 8; length < whole.Length; length++)
        {
            // The format has no count: a file that ends with a tensor is whole.
            if (length == Boundary(whole))
            {
                continue;
            }

            Assert.NotEqual(Verdict.Passed, Scans.Of(whole[..length], "model.bin").Verdict);
        }
    }

    [Fact]
    public void T140_AVocabularyLongerThanTheFileIsSaid()
    {
        byte[] file = File("tjgg", true, 7, true, true);
        file[8 + 3] = 0x7F;
        TargetReport target = Scans.Of(file, "model.bin");
        Assert.Contains("ggml.count", target.Anomalies());
        Assert.NotEqual(Verdict.Passed, target.Verdict);
    }

    /// <summary>Where the first tensor ends: its 36 bytes are all alike.</summary>
    private static int Boundary(byte[] file) => file.AsSpan().IndexOf(Enumerable.Repeat((byte)0x55, 36).ToArray()) + 36;

    private static byte[] File(string magic, bool version, int parameters, bool scores, bool padded)
    {
        List<byte> file = [.. System.Text.Encoding.ASCII.GetBytes(magic)];
        if (version)
        {
            file.AddRange(Number(3));
        }

        file.AddRange(Number(2));
        for (int i = 1; i < parameters; i++)
        {
            file.AddRange(Number(64));
        }

        foreach (string word in (string[])["hello", "world!"])
        {
            file.AddRange([.. Number(word.Length), .. System.Text.Encoding.ASCII.GetBytes(word)]);
            if (scores)
            {
                file.AddRange(Number(0));
            }
        }

        Tensor(file, padded);
        Tensor(file, padded);
        return [.. file];
    }

    private static void Tensor(List<byte> file, bool padded)
    {
        file.AddRange([.. Number(2), .. Number(6), .. Number(2), .. Number(32), .. Number(2), .. "weight"u8]);
        if (padded)
        {
            file.AddRange(new byte[(32 - (file.Count % 32)) % 32]);
        }

        file.AddRange(Enumerable.Repeat((byte)0x55, 36));
    }

    private static byte[] Number(int value) => BitConverter.GetBytes(value);
}
