// What is written, into how many files, and what happens when it goes wrong.
using System.Text.Json;
using Assay.Bytes;
using Assay.Conversion;
using Assay.Tests.Builders;
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Conversion.WeightFiles;

namespace Assay.Tests.Conversion;

public sealed class ConverterTests
{
    private static readonly byte[] s_mixed = Zip(
        Dict("a", Tensor("0", 5, 0, [5], [1], "ByteStorage"), "b", Tensor("1", 2, 0, [2], [1], "DoubleStorage"), "c", Tensor("2", 3, 0, [3], [1]), "d", Tensor("1", 2, 0, [2], [1], "DoubleStorage")),
        [1, 2, 3, 4, 5], new byte[16], Floats(1, 2, 3));

    [Fact]
    public void TensorsAreAlignedAndCoverTheBodyAndTiesStandInTheMetadata()
    {
        byte[] file = Convert(s_mixed, new ConversionOptions())["model.safetensors"];
        using TensorMap read = Read(file);
        Assert.Equal(["b", "c", "a"], read.Tensors.Select(t => t.Name));
        Assert.All(read.Tensors, t => Assert.Equal(0, t.Storage.Range.Offset % Assay.Artifacts.ElementTypes.Size(t.View.Type)));
        Assert.Equal("b", read.Metadata["d"]);
        Assert.Equal("pt", read.Metadata["format"]);
        using TensorMap original = Read(s_mixed);
        Assert.Null(Difference(original, read));
    }

    [Fact]
    public void ShardsHoldWhatTheirIndexSays()
    {
        Dictionary<string, byte[]> files = Convert(s_mixed, new ConversionOptions { MaxShardSize = 17 });
        Assert.Equal(["model-00001-of-00003.safetensors", "model-00002-of-00003.safetensors", "model-00003-of-00003.safetensors", "model.safetensors.index.json"], files.Keys.Order());
        using JsonDocument index = JsonDocument.Parse(files["model.safetensors.index.json"]);
        Assert.Equal(33, index.RootElement.GetProperty("metadata").GetProperty("total_size").GetInt64());
        foreach (JsonProperty entry in index.RootElement.GetProperty("weight_map").EnumerateObject())
        {
            using TensorMap shard = Read(files[entry.Value.GetString()!]);
            Assert.Contains(entry.Name, shard.Tensors.Select(t => t.Name));
        }

        Assert.Equal(3, index.RootElement.GetProperty("weight_map").EnumerateObject().Count());
    }

    [Fact]
    public void ADifferenceIsFoundAndNamed()
    {
        byte[] file = Convert(s_mixed, new ConversionOptions())["model.safetensors"];
        using TensorMap original = Read(s_mixed);
        byte[] changed = [.. file];
        changed[^1] ^= 1;
        using (TensorMap other = Read(changed))
        {
            Assert.Equal("a", Difference(original, other)?.Tensor);
        }

        using TensorMap fewer = Read(Zip(Dict("a", Tensor("0", 5, 0, [5], [1], "ByteStorage")), [1, 2, 3, 4, 5]));
        Assert.Equal("b", Difference(original, fewer)?.Tensor);
        Assert.Equal("b", Difference(fewer, original)?.Tensor);
        using TensorMap shaped = Read(Zip(Dict("a", Tensor("0", 5, 0, [5, 1], [1, 1], "ByteStorage")), [1, 2, 3, 4, 5]));
        Assert.Equal("a", Difference(fewer, shaped)?.Tensor);
        using TensorMap typed = Read(Zip(Dict("a", Tensor("0", 5, 0, [5], [1], "CharStorage")), [1, 2, 3, 4, 5]));
        Assert.Equal("a", Difference(fewer, typed)?.Tensor);
    }

    [Fact]
    public void BytesThatChangeOnTheirWayToTheDiskAreNoticed()
    {
        using TensorMap map = Read(s_mixed);
        ConversionPlan plan = ConversionPlan.Of(map, new ConversionOptions());
        using MemoryOutput output = new() { Damage = bytes => bytes[^1] ^= 0x10 };
        Assert.Throws<ScanStopException>(() => Write(plan, output));
        Assert.Empty(output.Files);
        using MemoryOutput unread = new() { Damage = bytes => bytes[^1] ^= 0x10 };
        Write(plan, unread, verify: false);
    }

    [Fact]
    public void AnOutputThatCannotTakeEverythingHoldsNothing()
    {
        using TensorMap map = Read(s_mixed);
        using MemoryOutput output = new(failAfter: Convert(s_mixed, new ConversionOptions())["model.safetensors"].Length - 1);
        Assert.Equal(StopReason.InputOutput, Assert.Throws<ScanStopException>(() => Write(ConversionPlan.Of(map, new ConversionOptions()), output)).Reason);
        Assert.Empty(output.Files);
    }

    [Fact]
    public void CancellingStopsBetweenTensors()
    {
        using TensorMap map = Read(s_mixed);
        using CancellationTokenSource source = new();
        source.Cancel();
        using MemoryOutput output = new();
        Assert.Equal(StopReason.Cancelled, Assert.Throws<ScanStopException>(() => Converter.Write(
            ConversionPlan.Of(map, new ConversionOptions()), output, verify: true, cancellation: source.Token)).Reason);
    }

    [Fact]
    public void ProgressEndsAtItsTotal()
    {
        using TensorMap map = Read(s_mixed);
        ConversionProgress last = default;
        using MemoryOutput output = new();
        Converter.Write(ConversionPlan.Of(map, new ConversionOptions()), output, verify: true, new Direct(p => last = p), TestContext.Current.CancellationToken);
        Assert.Equal((66, 66), (last.Done, last.Total));
    }

    private static TensorDifference? Difference(TensorMap first, TensorMap second) =>
        TensorComparison.FirstDifference(first, second, null, TestContext.Current.CancellationToken);

    private static void Write(ConversionPlan plan, MemoryOutput output, bool verify = true) =>
        Converter.Write(plan, output, verify, null, TestContext.Current.CancellationToken);

    private static Dictionary<string, byte[]> Convert(byte[] file, ConversionOptions options)
    {
        using TensorMap map = Read(file);
        using MemoryOutput output = new();
        Write(ConversionPlan.Of(map, options), output);
        output.Commit();
        return output.Files;
    }

    private sealed class Direct(Action<ConversionProgress> report) : IProgress<ConversionProgress>
    {
        public void Report(ConversionProgress value) => report(value);
    }
}
