// TensorFlow Lite: an ordinary model passes, with its metadata behind it, and what interpreters stumble over or would run is said.
using Assay.Artifacts;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.TfLite;

public sealed class TfLiteFormatTests
{
    [Fact]
    public void AGoodModelPassesAndEveryByteIsAccountedFor()
    {
        TargetReport target = Scans.Of(Model().Build("TFL3"), "model.tflite");
        Assert.Equal((Verdict.Passed, 0), (target.Verdict, target.Findings.Count));
        Assert.Equal(["tflite"], target.Formats);
        target.AssertComplete();
    }

    [Fact]
    public void T125_LabelsInAZipBehindTheModelAreRead()
    {
        byte[] zip = new ZipBuilder().Add("labels.txt", "cat\ndog\n"u8.ToArray()).Build();
        TargetReport target = Scans.Of([.. Model().Build("TFL3"), .. zip], "model.tflite");
        Assert.Contains("zip", target.Formats);
        Assert.DoesNotContain(target.Verdict, (IEnumerable<Verdict>)[Verdict.Suspicious, Verdict.Malicious]);
        target.AssertComplete();
    }

    [Theory]
    [InlineData("EvilOp", true)]
    [InlineData("FlexPyFunc", true)]
    [InlineData("FlexWriteFile", true)]
    [InlineData("TFLite_Detection_PostProcess", false)]
    [InlineData("FlexSelectV2", false)]
    [InlineData("MaxPoolingWithArgmax2D", false)]
    public void T125_ACustomOperatorIsNativeCode(string name, bool flagged)
    {
        TargetReport target = Scans.Of(Model(code: new FlatBuilder((byte)32, name, 1, 32)).Build("TFL3"), "model.tflite");
        Assert.Equal(flagged, target.Verdict is Verdict.Suspicious or Verdict.Malicious);
        Assert.Contains(target.Facts.OfType<OperatorFact>(), o => o.Name == name && o.Domain == "custom");
    }

    [Theory]
    [InlineData(5, 0u, "tflite.index")]
    [InlineData(0, 9u, "tflite.index")]
    [InlineData(-2, 0u, "tflite.index")]
    public void T125_AnIndexThatLeadsNowhereIsSaid(int input, uint code, string expected) => Flags(expected, Model(input: input, codeIndex: code).Build("TFL3"));

    [Theory]
    [InlineData(2, 2, 100, "tflite.size-mismatch")]
    [InlineData(-7, 2, 2, "tflite.shape")]
    [InlineData(2147483647, 2147483647, 2147483647, "tflite.shape")]
    public void T125_AShapeThatItsBufferDoesNotHoldIsSaid(int a, int b, int c, string expected) => Flags(expected, Model(shape: [a, b, c]).Build("TFL3"));

    [Fact]
    public void T125_ABufferBehindTheFileIsSaid() => Flags("tflite.outside", Model(buffer: new FlatBuilder(null, 1_000_000ul, 16ul)).Build("TFL3"));

    [Fact]
    public void ABufferBehindTheFlatBufferIsData()
    {
        byte[] small = Model(buffer: new FlatBuilder(null, 4096ul, 16ul)).Build("TFL3");
        byte[] file = new byte[4096 + 16];
        small.CopyTo(file, 0);
        file.AsSpan(4096).Fill(0x42);
        TargetReport target = Scans.Of(file, "model.tflite");
        Assert.Equal(Verdict.Passed, target.Verdict);
        target.AssertComplete();
    }

    [Fact]
    public void T125_ASubgraphThatCallsItselfIsSaid()
    {
        FlatBuilder call = new(0u, Array.Empty<int>(), Array.Empty<int>(), (byte)103, new FlatBuilder(0));
        FlatBuilder graph = new(Array.Empty<object>(), Array.Empty<int>(), Array.Empty<int>(), new object[] { call }, "main");
        Flags("tflite.recursion", new FlatBuilder(3u, new object[] { new FlatBuilder((byte)127, null, 1, 129) }, new object[] { graph }, null, new object[] { new FlatBuilder() }).Build("TFL3"));
    }

    [Fact]
    public void WhatFollowsTheModelIsExamined()
    {
        Assert.Equal(Verdict.Malicious, Scans.Of([.. Model().Build("TFL3"), .. new byte[100], .. Scans.Canary], "model.tflite").Verdict);
        Assert.Equal(Verdict.Incomplete, Scans.Of([.. Model().Build("TFL3"), .. new byte[100], .. Enumerable.Range(1, 100).Select(i => (byte)i)], "model.tflite").Verdict);
    }

    [Fact]
    public void AFileThatIsCutAnywhereIsNeverPassed()
    {
        byte[] whole = Model().Build("TFL3");
        for (int length = 8; length < whole.Length - 8; length += 3)
        {
            TargetReport target = Scans.Of(whole[..length], "model.tflite");
            Assert.NotEqual(Verdict.Passed, target.Verdict);
            Assert.DoesNotContain(UnreadCause.Fault, target.Causes());
        }
    }

    private static FlatBuilder Model(FlatBuilder? code = null, int input = 0, uint codeIndex = 0, int[]? shape = null, FlatBuilder? buffer = null)
    {
        FlatBuilder tensor = new(shape ?? [2, 2], (byte)0, 1u, "weights");
        FlatBuilder one = new(codeIndex, new int[] { input, -1 }, new int[] { 0 });
        FlatBuilder graph = new(new object[] { tensor }, new int[] { 0 }, new int[] { 0 }, new object[] { one }, "main");
        return new FlatBuilder(3u, new object[] { code ?? new FlatBuilder((byte)3, null, 1, 3) }, new object[] { graph }, "a model",
            new object[] { new FlatBuilder(), buffer ?? new FlatBuilder(new byte[16]), new FlatBuilder("1.5.0\0\0\0"u8.ToArray()) }, null, new object[] { new FlatBuilder("min_runtime_version", 2u) });
    }

    private static void Flags(string code, byte[] file)
    {
        TargetReport target = Scans.Of(file, "model.tflite");
        Assert.Contains(code, target.Anomalies());
        Assert.Contains(target.Verdict, (IEnumerable<Verdict>)[Verdict.Malicious, Verdict.Suspicious]);
        Assert.DoesNotContain(UnreadCause.Fault, target.Causes());
    }
}
