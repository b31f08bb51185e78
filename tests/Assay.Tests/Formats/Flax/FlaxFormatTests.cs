// Trees of MessagePack: arrays of Flax and of msgpack_numpy, pickles in them, lengths that lie.
using Assay.Formats.Flax;
using Assay.Bytes;
using System.Text;
using Assay.Artifacts;
using Assay.Conversion;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Conversion;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.Flax;

public sealed class FlaxFormatTests
{
    /// <summary>A kernel of two by three floats and a bias of one, as flax.serialization writes them.</summary>
    private static readonly byte[] s_good = Map(("params", Map(("Dense_0", Map(("kernel", Array([2, 3], "float32", new byte[24])), ("bias", Array([1], "float32", WeightFiles.Floats(7))))))));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void TheElementsOfATensorAreNoTree(bool areElements)
    {
        Artifact artifact = new("archive/data/5", new MemorySource(s_good)) { MayBeOpaque = areElements };
        ScanBudget budget = new(new ScanLimits(), TimeProvider.System);
        Assert.Equal(areElements, new FlaxFormat().Probe(new ProbeView(artifact, new ByteRange(0, s_good.Length), budget)) is null);
    }

    [Fact]
    public void T096_AGoodTreePassesAndItsArraysAreTensors()
    {
        TargetReport report = Scans.Of(s_good, "flax_model.msgpack");
        Assert.True(report.Verdict == Verdict.Passed, report.Describe());
        report.AssertComplete();
        using TensorMap map = WeightFiles.Read(s_good);
        Assert.Equal(["params.Dense_0.kernel", "params.Dense_0.bias"], map.Tensors.Select(t => t.Name));
        Assert.Equal(WeightFiles.Floats(7), WeightFiles.Elements(map, "params.Dense_0.bias"));
    }

    [Fact]
    public void T096_APickleInBytesIsExamined()
    {
        byte[] file = Map(("params", Map(("kernel", Array([1], "float32", new byte[4])), ("extra", Binary(Scans.Canary)))));
        Assert.Equal(Verdict.Malicious, Scans.Of(file, "flax_model.msgpack").Verdict);
    }

    [Fact]
    public void T096_AnArrayOfObjectsIsAPickle()
    {
        byte[] numpy = Map(("w", Map(("nd", [0xC3]), ("type", Binary("|O"u8.ToArray())), ("kind", Binary("O"u8.ToArray())), ("shape", [0x91, 1]), ("data", Binary(Scans.Canary)))));
        byte[] flax = Map(("w", Array([1], "object", Scans.Canary)));
        foreach (byte[] file in new[] { numpy, flax })
        {
            TargetReport report = Scans.Of(file, "model.msgpack");
            Assert.True(report.Verdict == Verdict.Malicious && report.Anomalies().Contains("msgpack.object-array"), report.Describe());
        }
    }

    [Fact]
    public void AnArrayOfNumpyIsATensor()
    {
        byte[] file = Map(("w", Map(("nd", [0xC3]), ("type", Binary("<f4"u8.ToArray())), ("kind", Binary([])), ("shape", [0x91, 1]), ("data", Binary(WeightFiles.Floats(3))))));
        Assert.Equal(Verdict.Passed, Scans.Of(file, "model.msgpack").Verdict);
        using TensorMap map = WeightFiles.Read(file);
        Assert.Equal(WeightFiles.Floats(3), WeightFiles.Elements(map, "w"));
    }

    [Fact]
    public void AShapeThatLiesIsSaid() =>
        Assert.Contains("msgpack.shape-mismatch", Scans.Of(Map(("w", Array([1000], "float32", new byte[4]))), "m.msgpack").Anomalies());

    [Fact]
    public void AMapOfMoreThanTheFileHoldsIsSuspicious() =>
        Assert.True(Scans.Of([0x81, 0xA1, (byte)'a', 0xDF, 0x7F, 0xFF, 0xFF, 0xFF, 0xA1, (byte)'b'], "m.msgpack").Is("msgpack-declares-more"));

    [Fact]
    public void ATreeCutAnywhereIsNeverPassed()
    {
        for (int length = 12; length < s_good.Length; length++)
            Assert.NotEqual(Verdict.Passed, Scans.Of(s_good[..length], "flax_model.msgpack").Verdict);
    }

    [Theory]
    [InlineData(new byte[] { 0x81, 0xA1, (byte)'a', 0xDF, 0xFF, 0xFF, 0xFF, 0xFF })]
    [InlineData(new byte[] { 0x81, 0xA1, (byte)'a', 0xC6, 0xFF, 0xFF, 0xFF, 0xFF })]
    [InlineData(new byte[] { 0x81, 0xA1, (byte)'a', 0xC1 })]
    public void NumbersThatLieBreakTheTreeAndCostNothing(byte[] file)
    {
        TargetReport report = Scans.Of(file, "m.msgpack");
        Assert.Contains(report.Unread, u => u.Cause is UnreadCause.Malformed or UnreadCause.Truncated);
    }

    [Fact]
    public void DeepNestingBreaksTheTree()
    {
        byte[] file = [0x81, 0xA1, (byte)'a', .. Enumerable.Repeat((byte)0x91, 100_000), 0xC0];
        Assert.Contains(Scans.Of(file, "m.msgpack").Unread, u => u.Cause is UnreadCause.Malformed);
    }

    /// <summary>The layers of a model of thinc in a folder of spaCy, and a collection of its documents.</summary>
    [Theory]
    [InlineData("model", new byte[] { 0x84, 0xA5, (byte)'n', (byte)'o', (byte)'d', (byte)'e', (byte)'s', 0x90, 0xA5, (byte)'a', (byte)'t', (byte)'t', (byte)'r', (byte)'s', 0x90, 0xA6, (byte)'p', (byte)'a', (byte)'r', (byte)'a', (byte)'m', (byte)'s', 0x90, 0xA5, (byte)'s', (byte)'h', (byte)'i', (byte)'m', (byte)'s', 0x90 })]
    [InlineData("train.spacy", new byte[] { 0x82, 0xA7, (byte)'v', (byte)'e', (byte)'r', (byte)'s', (byte)'i', (byte)'o', (byte)'n', 0xA3, (byte)'0', (byte)'.', (byte)'1', 0xA5, (byte)'a', (byte)'t', (byte)'t', (byte)'r', (byte)'s', 0x91, 65 })]
    public void WhatSpacyWritesWithoutArraysPasses(string name, byte[] map)
    {
        byte[] bytes = name == "model" ? map : Wrapping.Compress("zlib", map);
        TargetReport report = Scans.Of(bytes, name);
        Assert.True(report.Verdict == Verdict.Passed, report.Describe());
        report.AssertComplete();
    }

    private static byte[] Map(params (string Key, byte[] Value)[] pairs) => [(byte)(0x80 | pairs.Length), .. pairs.SelectMany(p => (byte[])[.. Text(p.Key), .. p.Value])];

    private static byte[] Text(string text) => [0xD9, (byte)text.Length, .. Encoding.UTF8.GetBytes(text)];

    private static byte[] Binary(byte[] bytes) => [0xC5, (byte)(bytes.Length >> 8), (byte)bytes.Length, .. bytes];

    private static byte[] Array(int[] shape, string type, byte[] data)
    {
        byte[] payload = [0x93, (byte)(0x90 | shape.Length), .. shape.SelectMany(s => (byte[])[0xCD, (byte)(s >> 8), (byte)s]), .. Text(type), .. Binary(data)];
        return [0xC8, (byte)(payload.Length >> 8), (byte)payload.Length, 1, .. payload];
    }
}
