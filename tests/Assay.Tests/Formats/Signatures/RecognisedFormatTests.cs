// Signatures: tiny heads that are recognised, and look-alikes that are not.
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats;
using Assay.Formats.Signatures;

namespace Assay.Tests.Formats.Signatures;

public sealed class RecognisedFormatTests
{
    public static TheoryData<string, byte[]> Heads { get; } = new()
    {
        { "cntk-1", [.. "B\0C\0N\0\0\0"u8, .. new byte[20]] },
    };

    [Theory]
    [MemberData(nameof(Heads))]
    public void AHeadIsRecognisedByItsFormatAloneAndReportedAsNotSupported(string id, byte[] bytes)
    {
        Assert.Equal([id], Claimants(bytes));
        Recording read = Recording.Read(RecognisedFormats.All.Single(f => f.Id == id), bytes);
        Assert.Equal([UnreadCause.NotSupported], read.Unreads);
        Assert.Empty(read.Coverage.Gaps());
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("{\"name\": \"a\", \"version\": \"1\", \"config\": 1}")]
    [InlineData("{\"x\": {\"architectures\": []}}")]
    [InlineData("[[[[[[")]
    [InlineData("numpy==1.0\ntorch\n")]
    [InlineData("#!/bin/sh\necho\n")]
    [InlineData("<html><body>network layers</body></html>")]
    [InlineData("MZ is how it begins")]
    [InlineData("GGU")]
    [InlineData("tree of life\n")]
    [InlineData("(lp0\nI1\na.")]
    [InlineData("cposix\nsystem\n(S'id'\ntR.")]
    [InlineData("\u0080\u0002}q\0.")]
    [InlineData("PK\u0003\u0004")]
    [InlineData("\n\n\n\n\n\n\n\n")]
    [InlineData("\u0008\u0001\u0012\u0001")]
    public void LookAlikesAreNotClaimed(string text) => Assert.Empty(Claimants(Encoding.Latin1.GetBytes(text)));

    [Theory]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n", 1)]
    [InlineData("version https://example.org/spec/v1\noid sha256:00\nsize 5\n", 0)]
    public void T080_AGitLfsPointerSaysThatTheContentIsMissing(string text, int expected)
    {
        GitLfsPointer format = new();
        byte[] bytes = Encoding.ASCII.GetBytes(text);
        Assert.Equal(expected, Recording.Probe(format, bytes) is null ? 0 : 1);
        if (expected == 1)
        {
            Assert.Equal([UnreadCause.Missing], Recording.Read(format, bytes).Unreads);
        }
    }

    [Fact]
    public void OnlyStrongSignaturesAreBelievedInAGap()
    {
        byte[] elf = [.. new byte[100], 0x7F, .. "ELF"u8, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        byte[] json = [.. new byte[100], .. "{\"architectures\": []}"u8];
        Assert.Equal(["elf"], Claimants(elf, 100, FormatSupport.Full));
        Assert.Empty(Claimants(json, 100));
    }

    [Fact]
    public void CutOrMutatedHeadsNeverThrow()
    {
        Random random = new(3);
        foreach ((string _, byte[] head) in Heads.Select(h => h.Data))
        {
            for (int round = 0; round < 60; round++)
            {
                byte[] bytes = head[..random.Next(head.Length + 1)];
                for (int i = 0; i < 3 && bytes.Length > 0; i++)
                {
                    bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                }

                Assert.DoesNotContain("git-lfs", Claimants(bytes));
            }
        }
    }

    [Fact]
    public void LongNestedJsonIsReadInBoundedTimeAndWithoutRecursion()
    {
        byte[] deep = Encoding.ASCII.GetBytes(new string('[', 1 << 20));
        byte[] wide = Encoding.ASCII.GetBytes("{" + string.Join(',', Enumerable.Range(0, 100_000).Select(i => $"\"k{i}\":0")) + ",\"architectures\":0}");
        Assert.Empty(Claimants(deep));
        Assert.Empty(Claimants(wide));
    }

    [Fact]
    public void EveryRecognisedFormatHasAHead() =>
        Assert.Empty(
            RecognisedFormats.All.Select(f => f.Id).Except(Heads.Select(h => h.Data.Item1)).Order(StringComparer.Ordinal));

    [Fact]
    public void NoPickleOrArchiveIsTakenForSomethingElse()
    {
        byte[][] files = [[0x80, 4, 0x95, 0, 0, 0, 0, 0, 0, 0, 0, (byte)'N', (byte)'.'], [.. "PK"u8, 5, 6, .. new byte[18]], [0x1F, 0x8B, 8, 0, 0, 0, 0, 0], new byte[600]];
        Assert.All(files, f => Assert.Empty(Claimants(f)));
    }

    private static string[] Claimants(byte[] bytes, long offset = 0, FormatSupport support = FormatSupport.Recognised)
    {
        Recording recording = Recording.Of(bytes);
        ProbeView view = new(recording.Artifact, new ByteRange(offset, bytes.Length - offset), recording.Budget);
        return [.. FormatCatalog.All.Where(f => f.Support == support && f.Probe(view) is not null).Select(f => f.Id)];
    }
}
