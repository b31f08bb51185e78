// GGUF: good files of every version pass complete, and what programs in C would stumble over is said.
using Assay.Artifacts;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.Gguf;

public sealed class GgufFormatTests
{
    [Theory]
    [InlineData(1u, false)]
    [InlineData(2u, false)]
    [InlineData(3u, false)]
    [InlineData(3u, true)]
    public void AGoodFilePassesAndEveryByteIsAccountedFor(uint version, bool big)
    {
        TargetReport target = Scans.Of(Good(version, big).Build(32 + 34), "model.gguf");
        Assert.Equal((Verdict.Passed, 0), (target.Verdict, target.Findings.Count));
        Assert.Equal(["gguf"], target.Formats);
        target.AssertComplete();
    }

    [Fact]
    public void AVocabularyWithoutTensorsPasses()
    {
        TargetReport target = Scans.Of(Vocabulary(new GgufBuilder(), 3, 3, 6).Build(), "vocab.gguf");
        Assert.Equal(Verdict.Passed, target.Verdict);
        target.AssertComplete();
    }

    [Theory]
    [InlineData(0ul, 18446744073709551615ul)]
    [InlineData(1099511627776ul, 1ul)]
    [InlineData(9223372036854775807ul, 9223372036854775807ul)]
    public void T140_CountsBeyondTheFileAreSaid(ulong tensors, ulong entries) => Flags("gguf.count", new GgufBuilder().Text("a", "b").Counts(tensors, entries).Build());

    [Theory]
    [InlineData(5, 1ul, "gguf.dimensions")]
    [InlineData(2, 4294967296ul, "gguf.size-overflow")]
    [InlineData(4, 18446744073709551615ul, "gguf.size-overflow")]
    public void T140_ShapesThatOverflowAreSaid(int dimensions, ulong extent, string code) =>
        Flags(code, new GgufBuilder().Tensor("t", 0, 0, [.. Enumerable.Repeat(extent, dimensions)]).Build(32));

    [Theory]
    [InlineData(0u)]
    [InlineData(3u)]
    [InlineData(2147483648u)]
    public void T140_AnAlignmentThatIsNoneIsSaid(uint alignment) => Flags("gguf.alignment", new GgufBuilder().Number("general.alignment", alignment).Tensor("t", 0, 0, 8).Build(32));

    [Fact]
    public void T140_ATypeOfNoProgramIsSaid() => Flags("gguf.tensor-type", new GgufBuilder().Tensor("t", 0xFFFFFFFF, 0, 8).Build(32));

    [Fact]
    public void ATypeThatIsNotKnownYetIsUnreadAndFlagsNothing()
    {
        TargetReport target = Scans.Of(new GgufBuilder().Tensor("t", 137, 0, 8).Build(32));
        Assert.Equal(Verdict.Incomplete, target.Verdict);
        Assert.Contains(UnreadCause.NotSupported, target.Causes());
    }

    [Theory]
    [InlineData(1ul << 20)]
    [InlineData(ulong.MaxValue - 31)]
    public void T140_AnOffsetBehindTheEndIsSaid(ulong offset) => Flags("gguf.tensor-outside", new GgufBuilder().Tensor("t", 0, offset, 8).Build(32));

    [Theory]
    [InlineData(ulong.MaxValue)]
    [InlineData(1ul << 40)]
    public void T140_ATextLongerThanTheFileIsSaid(ulong length)
    {
        GgufBuilder builder = new();
        Flags("gguf.length", builder.Key("k", 8, [.. builder.Size(length), 65]).Build());
        Flags("gguf.length", new GgufBuilder().List("k", 4, length, 1, 2, 3, 4).Build());
    }

    [Fact]
    public void T140_AValueOfNoTypeIsSaid() => Flags("gguf.value-type", new GgufBuilder().Key("k", 13, 0, 0).Build());

    [Fact]
    public void T141_ListsOfListsAreSaidAndTakeNoStack()
    {
        GgufBuilder builder = new();
        byte[] inner = [.. builder.U32(4), .. builder.Size(0)];
        List<byte> deep = [];
        for (int i = 0; i < 20_000; i++)
        {
            deep.AddRange(builder.U32(9));
            deep.AddRange(builder.Size(1));
        }

        deep.AddRange(inner);
        TargetReport target = Scans.Of(new GgufBuilder().List("k", 9, 1, [.. deep]).Build(), "m.gguf");
        Assert.Contains("gguf.nested-array", target.Anomalies());
        target.AssertComplete();
    }

    [Theory]
    [InlineData(2, 3, 6u)]
    [InlineData(3, 3, 1u)]
    [InlineData(3, 4, 6u)]
    public void T141_AVocabularyWhoseListsDisagreeIsSaid(int scores, int kinds, uint type) =>
        Flags("gguf.vocabulary", Vocabulary(new GgufBuilder(), scores, kinds, type).Build());

    [Fact]
    public void T142_AKeyThatStandsTwiceIsSaid() => Flags("gguf.duplicate-key", new GgufBuilder().Text("a", "b").Text("a", "c").Build());

    [Fact]
    public void T142_AKeyWithANullCharacterIsAnotherOneForPrograms()
    {
        TargetReport target = Scans.Of(new GgufBuilder().Text("tokenizer.chat_template", "{{ x }}").Text("tokenizer.chat_template\0x", "{{ y }}").Build());
        Assert.Contains("gguf.nul-key", target.Anomalies());
        Assert.Equal(Verdict.Malicious, target.Verdict);
        Assert.Equal(3, target.Artifacts);
    }

    [Fact]
    public void ATemplateIsAnArtifactOfItsOwn()
    {
        TargetReport target = Scans.Of(new GgufBuilder().Text("tokenizer.chat_template", "{{ x }}").Build());
        Assert.Contains(target.Facts.OfType<FormatFact>(), f => f.Format == "chat-template" && f.Path.EndsWith("!/tokenizer.chat_template", StringComparison.Ordinal));
    }

    [Fact]
    public void T147_WhatFollowsTheTensorsIsSaidAndExamined()
    {
        byte[] file = new GgufBuilder().Tensor("t", 0, 0, 8).Build(32);
        TargetReport target = Scans.Of([.. file, .. Scans.Canary]);
        Assert.Contains("gguf.trailing-data", target.Anomalies());
        Assert.Equal(Verdict.Malicious, target.Verdict);
    }

    [Fact]
    public void T147_APartWhoseNameIsAnotherPartsIsSaid()
    {
        GgufBuilder builder = new();
        byte[] file = builder.Key("split.no", 2, 0, 0).Key("split.count", 2, 2, 0).Build();
        Assert.Contains("gguf.split", Scans.Of(file, "m-00002-of-00002.gguf").Anomalies());
        Assert.DoesNotContain("gguf.split", Scans.Of(file, "m-00001-of-00002.gguf").Anomalies());
        Assert.Contains("shards.missing", new MemoryBundle(("m-00001-of-00002.gguf", file)).Scan("m-00001-of-00002.gguf").Anomalies());
    }

    [Fact]
    public void TensorsThatShareBytesAreSaid() => Flags("gguf.overlap", new GgufBuilder().Tensor("a", 0, 0, 16).Tensor("b", 0, 32, 8).Build(64));

    [Fact]
    public void ARowThatIsNoWholeBlockIsSaid() => Flags("gguf.block", new GgufBuilder().Tensor("a", 2, 0, 40).Build(32));

    [Fact]
    public void AFileThatIsCutAnywhereIsNeverPassed()
    {
        byte[] whole = Good(3, false).Build(32 + 34);
        for (int length = 8; length < whole.Length; length++)
        {
            TargetReport target = Scans.Of(whole[..length], "model.gguf");
            Assert.NotEqual(Verdict.Passed, target.Verdict);
            Assert.DoesNotContain(UnreadCause.Fault, target.Causes());
        }
    }

    [Fact]
    public void AFileWhoseLineEndsWereChangedIsIncompleteAndFlagsNothing()
    {
        byte[] file = new GgufBuilder().Text("general.name", new string('x', 10)).Text("general.description", "two\nlines").Text("a", "b").Build();
        TargetReport target = Scans.Of([.. file.SelectMany<byte, byte>(b => b == '\n' ? [(byte)'\r', b] : [b])], "model.gguf");
        Assert.Equal(Verdict.Incomplete, target.Verdict);
    }

    [Fact]
    public void AFileThatIsCutInItsTensorsIsIncompleteAndFlagsNothing()
    {
        TargetReport target = Scans.Of(Good(3, false).Build(32 + 34)[..^20], "model.gguf");
        Assert.Equal([UnreadCause.Truncated], target.Causes());
        Assert.Equal(Verdict.Incomplete, target.Verdict);
    }

    [Theory]
    [InlineData("import os; os.system('id')", true)]
    [InlineData("<script>fetch('x')</script>", true)]
    [InlineData("A chat model; import it with any program & enjoy", false)]
    public void ATextThatIsCodeIsSaid(string text, bool code) =>
        Assert.Equal(code, Scans.Of(new GgufBuilder().Text("general.description", text).Build()).Findings.Any(f => f.Rule.Id == "gguf-code-in-text"));

    private static GgufBuilder Good(uint version, bool big)
    {
        GgufBuilder builder = new(version, big);
        return Vocabulary(builder, 3, 3, 6).Text("general.architecture", "llama").Key("general.quantized", 7, 1)
            .Tensor("weight", 0, 0, 4, 2).Tensor("quantised", 8, 32, 32);
    }

    private static GgufBuilder Vocabulary(GgufBuilder builder, int scores, int kinds, uint type) => builder
        .Texts("tokenizer.ggml.tokens", "a", "b", "c")
        .List("tokenizer.ggml.scores", type, (ulong)scores, new byte[scores * (type == 6 ? 4 : 1)])
        .List("tokenizer.ggml.token_type", 5, (ulong)kinds, new byte[kinds * 4]);

    private static void Flags(string code, byte[] file)
    {
        TargetReport target = Scans.Of(file, "model.gguf");
        Assert.Contains(code, target.Anomalies());
        Assert.Contains(target.Verdict, (IEnumerable<Verdict>)[Verdict.Malicious, Verdict.Suspicious]);
        Assert.DoesNotContain(UnreadCause.Fault, target.Causes());
    }
}
