// SentencePiece: a vocabulary passes complete, and nothing is hidden beside it.
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.SentencePiece;

public sealed class SentencePieceFormatTests
{
    private static ProtobufBuilder Model => new ProtobufBuilder().Message(1, p => p.Text(1, "<unk>").Four(2, 0).Number(3, 2)).Message(1, p => p.Text(1, "os.system('id')").Four(2, -1))
        .Message(2, t => t.Text(1, "/data/corpus.txt").Number(4, 2)).Message(3, n => n.Text(1, "nmt_nfkc"));

    [Fact]
    public void AVocabularyPassesWhateverItsWordsAre()
    {
        TargetReport target = Scans.Of(Model.Build(), "tokenizer.model");
        Assert.True(target.Verdict == Verdict.Passed && target.Findings.Count == 0, target.Describe());
        Assert.Equal(["sentencepiece"], target.Formats);
        target.AssertComplete();
    }

    [Fact]
    public void APickleInOrBehindAVocabularyIsExamined()
    {
        byte[] canary = [.. Scans.Canary, .. new byte[40]];
        Assert.Equal(Verdict.Malicious, Scans.Of(Model.Bytes(999, canary).Build()).Verdict);
        Assert.Equal(Verdict.Malicious, Scans.Of([.. Model.Build(), .. canary]).Verdict);
    }
}
