// The vocabulary of llama2.c.
using System.Text;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.SentencePiece;

public sealed class TokenTableTests
{
    private static byte[] Table(int longest, params string[] tokens)
    {
        using MemoryStream to = new();
        using BinaryWriter write = new(to);
        write.Write(longest);
        for (int i = 0; i < tokens.Length; i++)
        {
            write.Write(i == 0 ? 0f : -i);
            write.Write(Encoding.UTF8.GetByteCount(tokens[i]));
            write.Write(Encoding.UTF8.GetBytes(tokens[i]));
        }

        return to.ToArray();
    }

    private static readonly string[] s_tokens = ["<unk>", "\n<s>\n", "\n</s>\n", .. Enumerable.Range(0, 256).Select(i => $"<0x{i:X2}>"), .. Enumerable.Range(0, 300).Select(i => $"w{i}")];

    [Fact]
    public void AVocabularyIsReadToItsEnd()
    {
        TargetReport target = Scans.Of(Table(6, s_tokens), "tokenizer.bin");
        Assert.True(target.Verdict is Verdict.Passed && target.Findings.Count == 0, target.Describe());
        target.AssertComplete();
    }

    [Fact]
    public void ATokenThatIsLongerThanIsSaidIsFlagged() => Assert.True(Scans.Of(Table(6, [.. s_tokens, new string('x', 5000)]), "tokenizer.bin").Is("vocabulary-longer"));

    [Fact]
    public void AVocabularyThatIsCutIsNotPassed() => Assert.NotEqual(Verdict.Passed, Scans.Of(Table(6, s_tokens)[..^3], "tokenizer.bin").Verdict);
}
