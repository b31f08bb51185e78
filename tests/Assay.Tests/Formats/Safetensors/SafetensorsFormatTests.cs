// safetensors: good files pass complete, and each rule of the reference reader that a file breaks is said.
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Conversion;
using Assay.Detection;
using Assay.Formats.Safetensors;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Conversion;
using Assay.Tests.Scanning;
using static Assay.Tests.Conversion.WeightFiles;

namespace Assay.Tests.Formats.Safetensors;

/// <summary>The rules are those of <c>safetensors/src/tensor.rs</c>, release 0.6.</summary>
public sealed class SafetensorsFormatTests
{
    private const string One = """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""";

    [Theory]
    [InlineData(One, 8)]
    [InlineData("""{"__metadata__":{"format":"pt"},"a":{"dtype":"BF16","shape":[2,2],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[],"data_offsets":[8,9]}}""", 9)]
    [InlineData("""{"b":{"dtype":"I64","shape":[1],"data_offsets":[4,12]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 12)]
    [InlineData("""{"a":{"dtype":"F32","shape":[0,7],"data_offsets":[0,0]},"b":{"dtype":"F4","shape":[2,2],"data_offsets":[0,2]}}""", 2)]
    [InlineData("{}", 0)]
    [InlineData(One + "      ", 8)]
    public void AGoodFilePassesAndEveryByteIsAccountedFor(string header, int body)
    {
        TargetReport target = Scans.Of(WeightFiles.Safetensors(header, body), "model.safetensors");
        Assert.Equal((Verdict.Passed, 0), (target.Verdict, target.Findings.Count));
        Assert.Equal(["safetensors"], target.Formats);
        target.AssertComplete();
    }

    [Theory]
    [InlineData("safetensors.duplicate-key", """{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"a":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}""")]
    [InlineData("safetensors.duplicate-key", """{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"\u0061":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}""")]
    [InlineData("safetensors.duplicate-key", """{"a":{"dtype":"U8","shape":[8],"shape":[8],"data_offsets":[0,8]}}""")]
    [InlineData("safetensors.duplicate-key", """{"__metadata__":{"x":"1","x":"2"},"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}}""")]
    [InlineData("safetensors.overlap", """{"a":{"dtype":"U8","shape":[5],"data_offsets":[0,5]},"b":{"dtype":"U8","shape":[5],"data_offsets":[3,8]}}""")]
    [InlineData("safetensors.overlap", """{"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}}""")]
    [InlineData("safetensors.hole", """{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[6,8]}}""")]
    [InlineData("safetensors.hole", """{"a":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}""")]
    [InlineData("safetensors.trailing-data", """{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""")]
    [InlineData("safetensors.trailing-data", "{}")]
    [InlineData("safetensors.shape-mismatch", """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}}""")]
    [InlineData("safetensors.shape-mismatch", """{"a":{"dtype":"F4","shape":[15],"data_offsets":[0,8]}}""")]
    [InlineData("safetensors.shape-mismatch", """{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}}""")]
    [InlineData("safetensors.dtype-unknown", """{"a":{"dtype":"F128","shape":[1],"data_offsets":[0,8]}}""")]
    [InlineData("safetensors.entry-broken", """{"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]},"b":7}""")]
    [InlineData("safetensors.entry-broken", """{"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[0]}}""")]
    [InlineData("safetensors.entry-broken", """{"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[0],"data_offsets":[8]}}""")]
    [InlineData("safetensors.entry-broken", """{"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[-1],"data_offsets":[8,8]}}""")]
    [InlineData("safetensors.entry-broken", """{"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[1.5],"data_offsets":[8,8]}}""")]
    [InlineData("safetensors.entry-broken", """{"a":{"dtype":"U8","shape":[8],"data_offsets":[8,0]}}""")]
    [InlineData("safetensors.unknown-field", """{"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8],"note":{"deep":[1,[2]]}}}""")]
    [InlineData("safetensors.metadata-type", """{"__metadata__":{"x":1},"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}}""")]
    [InlineData("safetensors.metadata-type", """{"__metadata__":["x"],"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}}""")]
    [InlineData("safetensors.header-content", """{"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}} x""")]
    public void WhatTheReferenceReaderRefusesIsSaidAndNotConverted(string code, string header)
    {
        byte[] file = WeightFiles.Safetensors(header, 8);
        TargetReport target = Scans.Of(file);
        Assert.Contains(code, target.Anomalies());
        Assert.NotEmpty(target.Findings);
        if (code != "safetensors.unknown-field")
        {
            Assert.Throws<MalformedException>(() => Read(file));
        }
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"U8","shape":[100],"data_offsets":[0,100]}}""")]
    [InlineData("""{"a":{"dtype":"U8","shape":[9223372036854775807],"data_offsets":[0,9223372036854775807]}}""")]
    public void TensorsBehindTheEndAreTruncation(string header)
    {
        TargetReport target = Scans.Of(WeightFiles.Safetensors(header, 8));
        Assert.Equal([UnreadCause.Truncated], target.Causes());
        Assert.Equal(0, target.Bytes.Unknown);
    }

    [Fact]
    public void AHeaderThatDeclaresAbsurdSizesSaysSo() =>
        Assert.Contains("safetensors.declares-more", Scans.Of(WeightFiles.Safetensors("""{"a":{"dtype":"U8","shape":[1073741824],"data_offsets":[0,1073741824]}}""", 8)).Anomalies());

    [Theory]
    [InlineData("""{"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}""", UnreadCause.Malformed)]
    [InlineData("""{"a":tru}""", UnreadCause.Malformed)]
    [InlineData("""{"\ud800":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}}""", UnreadCause.Malformed)]
    public void AHeaderThatIsNoJsonIsUnread(string header, UnreadCause cause)
    {
        byte[] file = WeightFiles.Safetensors(header, 8);
        Assert.Contains(cause, Scans.Of(file).Causes());
        Assert.Throws<MalformedException>(() => Read(file));
    }

    [Fact]
    public void AHeaderThatIsNestedTooDeepIsUnread()
    {
        string deep = string.Concat(Enumerable.Repeat("[", 500)) + string.Concat(Enumerable.Repeat("]", 500));
        Assert.Contains(UnreadCause.Malformed, Scans.Of(WeightFiles.Safetensors("{\"a\":{\"x\":" + deep + "}}", 0)).Causes());
    }

    [Fact]
    public void AFileThatIsCutAnywhereIsNeverPassed()
    {
        byte[] whole = WeightFiles.Safetensors(One + "  ", 8);
        for (int length = 10; length < whole.Length; length++)
        {
            TargetReport target = Scans.Of(whole[..length], "model.safetensors");
            Assert.NotEqual(Verdict.Passed, target.Verdict);
            Assert.DoesNotContain(UnreadCause.Fault, target.Causes());
        }
    }

    [Fact]
    public void AnArchiveBehindTheTensorsIsExamined()
    {
        byte[] zip = new ZipBuilder().Add("x.pkl", Scans.Canary).Build();
        Assert.Equal(Verdict.Malicious, Scans.Of([.. WeightFiles.Safetensors(One, 8), .. zip]).Verdict);
    }

    [Fact]
    public void APickleInAHoleIsExamined()
    {
        byte[] file = WeightFiles.Safetensors("""{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[104,108]}}""", 108);
        Scans.Canary.CopyTo(file, file.Length - 60);
        Assert.Equal(Verdict.Malicious, Scans.Of(file).Verdict);
    }

    [Fact]
    public void TextsOfTheHeaderAreFacts()
    {
        byte[] file = WeightFiles.Safetensors("""{"__metadata__":{"a.b":"text"},"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}}""", 8);
        EntryFact entry = Assert.Single(Scans.Of(file).Facts.OfType<EntryFact>());
        Assert.Equal(("metadata", "__metadata__.a\\.b", "text"), (entry.Source, entry.Key, entry.Value));
    }

    [Theory]
    [InlineData("import os; os.system('id')", true)]
    [InlineData("x = 1\\nfrom base64 import b64decode", true)]
    [InlineData("<script>fetch('x')</script>", true)]
    [InlineData("cd /tmp && ls", true)]
    [InlineData("An important model, trained from scratch; see (1) and <b>2</b>", false)]
    [InlineData("{\\\"algo\\\": \\\"lora\\\", \\\"rank\\\": 8}", false)]
    [InlineData("weights import from PyTorch, salt & pepper", false)]
    public void ATextThatIsCodeIsSaidAndTheTensorsAreConvertedAllTheSame(string text, bool code)
    {
        byte[] file = WeightFiles.Safetensors("{\"__metadata__\":{\"x\":\"" + text + "\"},\"a\":{\"dtype\":\"U8\",\"shape\":[8],\"data_offsets\":[0,8]}}", 8);
        TargetReport target = Scans.Of(file);
        Assert.Equal(code, target.Findings.Any(f => f.Rule.Id == "safetensors-code-in-text"));
        Assert.Equal(code ? Verdict.Suspicious : Verdict.Passed, target.Verdict);
        using TensorMap map = Read(file);
        Assert.Single(map.Tensors);
    }

    private const string Pack = """
        rules:
        - id: large-tensor
          title: A tensor is large
          severity: low
          confidence: high
          when: {tensor: {bytes: {at-least: 8}}}
          why: It is.
          fix: Nothing.
          examples: {hit: [{tensor: a, bytes: 9}], pass: [{tensor: a, bytes: 1}]}
        """;

    [Fact]
    public void TensorsAreFactsOnlyWhereARuleAsksForThem()
    {
        byte[] file = WeightFiles.Safetensors("""{"a":{"dtype":"F4","shape":[2,8],"data_offsets":[0,8]}}""", 8);
        Assert.Empty(Scans.Of(file).Facts.OfType<TensorFact>());
        TargetReport wanted = Assert.Single(Scans.Run(Scans.Options with { Rules = RuleSet.With([("pack.yaml", Pack)]) }, Scans.Input(file)).Targets);
        TensorFact tensor = Assert.Single(wanted.Facts.OfType<TensorFact>());
        Assert.Equal(("a", "F4", 8L), (tensor.Name, tensor.ElementType, tensor.Bytes));
        Assert.Equal([2L, 8L], tensor.Shape);
        Assert.Equal("large-tensor", Assert.Single(wanted.Findings).Rule.Id);
    }

    [Fact]
    public void AHeaderOfAMillionTensorsIsReadThroughASmallWindow()
    {
        // 200,000 entries, 13 MB: what a scan keeps of them are places and hashes.
        StringBuilder header = new("{");
        for (int i = 0; i < 200_000; i++)
        {
            header.Append(i == 0 ? "" : ",").Append($$"""
                "model.layers.{{i}}.weight":{"dtype":"U8","shape":[1],"data_offsets":[{{i}},{{i + 1}}]}
                """);
        }

        byte[] file = WeightFiles.Safetensors(header.Append('}').ToString(), 200_000);
        Scans.Of(file);
        long before = GC.GetAllocatedBytesForCurrentThread();
        TargetReport target = Scans.Of(file);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        target.AssertComplete();
        Assert.True(allocated < 300L << 20, $"{allocated} bytes were allocated.");
    }

    /// <summary>What a file of that name may be behind: nobody's reader takes it as it is.</summary>
    [Theory]
    [InlineData("safetensors.header-broken", "EFBBBF", true)]
    [InlineData("safetensors.prelude", "23212F62696E2F73680A", false)]
    [InlineData("safetensors.header-broken", "FFFE", true)]
    public void T150_AHeaderThatBeginsElsewhereIsSaid(string code, string prelude, bool isInHeader)
    {
        byte[] plain = WeightFiles.Safetensors(One, 8);
        byte[] before = Convert.FromHexString(prelude);
        byte[] file = isInHeader ? [.. BitConverter.GetBytes(One.Length + (long)before.Length), .. before, .. plain[8..]] : [.. before, .. plain];
        file = prelude is "FFFE" ? [.. BitConverter.GetBytes(8L), .. before, .. "{\"a\":1"u8] : file;
        TargetReport target = Scans.Of(file, "model.safetensors");
        Assert.Contains(code, target.Anomalies());
        Assert.True(target.Verdict >= Verdict.Suspicious, target.Describe());
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"U8","shape":[-2,-4],"data_offsets":[0,8]}}""")]
    [InlineData("""{"a":{"dtype":"U8","shape":[8],"data_offsets":[-8,0]}}""")]
    [InlineData("""{"a":{"dtype":"U8","shape":[8],"data_offsets":[8,0]}}""")]
    public void T152_NumbersThatNoTensorHasAreSuspicious(string header) => Assert.True(Scans.Of(WeightFiles.Safetensors(header, 8), "model.safetensors").Is("safetensors-ambiguous"));

    [Fact]
    public void T150_WhatStandsBehindTheTensorsAndDoesNotOnlyFillIsSuspicious()
    {
        byte[] file = WeightFiles.Safetensors(One, 8);
        Assert.True(Scans.Of([.. file, .. "#!/bin/sh\necho x\n"u8], "model.safetensors").Is("safetensors-hides-data"));
        Assert.True(Scans.Of([.. file, .. new byte[64]], "model.safetensors").Is("safetensors-foreign-data"));
        Assert.Contains("safetensors.header-length", Scans.Of(WeightFiles.Safetensors(One, 8, 50_000), "model.safetensors").Anomalies());
    }

    /// <summary>A program that takes its configuration from here acts on it.</summary>
    [Theory]
    [InlineData("model:\\n  _target_: os.system\\n  command: x\\n")]
    [InlineData("hook: !!python/object/apply:os.system [x]\\n")]
    [InlineData("{\\\"a\\\": {\\\"class_path\\\": \\\"subprocess.Popen\\\"}}")]
    public void T155_AConfigurationInATextIsReadAsOne(string text) =>
        Assert.Equal(Verdict.Malicious, Scans.Of(WeightFiles.Safetensors($$$$"""{"__metadata__":{"x":"{{{{text}}}}"},"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}}""", 8), "model.safetensors").Verdict);

    [Theory]
    [InlineData("{\\\"_target_\\\": \\\"my_project.models.Net\\\"}")]
    [InlineData("see _target_ in the configuration: it is os.system free")]
    [InlineData("lr: 0.1\\nmodel: bert\\n")]
    public void T155_OrdinaryTextsPass(string text) =>
        Assert.Equal(Verdict.Passed, Scans.Of(WeightFiles.Safetensors($$$$"""{"__metadata__":{"x":"{{{{text}}}}"},"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}}""", 8), "model.safetensors").Verdict);

    [Theory]
    [InlineData(-1)]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    [InlineData(1L << 40)]
    public void T150_AnImpossibleLengthInFrontOfAHeaderIsSaid(long length)
    {
        TargetReport target = Scans.Of(WeightFiles.Safetensors(One, 8, length));
        Assert.Contains("safetensors.header-length", target.Anomalies());
        Assert.Equal(Verdict.Suspicious, target.Verdict);
    }

    [Fact]
    public void ALengthThatHoldsNoHeaderIsNoSafetensors() => Assert.Null(Recording.Probe(new SafetensorsFormat(), WeightFiles.Safetensors(One, 8, 1)));

    [Fact]
    public void T150_AHeaderThatEndsAndIsSaidToBeLongerThanTheFileIsSuspicious()
    {
        TargetReport target = Scans.Of(WeightFiles.Safetensors(One, 8, 5000), "model.safetensors");
        Assert.Contains(UnreadCause.Truncated, target.Causes());
        Assert.Equal(Verdict.Suspicious, target.Verdict);
        Assert.Equal(Verdict.Incomplete, Scans.Of(WeightFiles.Safetensors(One, 0)[..30], "model.safetensors").Verdict);
    }
}
