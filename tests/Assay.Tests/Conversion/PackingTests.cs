// Elements smaller than a byte, and types that the installed libraries do not write.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Conversion;
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Conversion.WeightFiles;

namespace Assay.Tests.Conversion;

public sealed class PackingTests
{
    [Theory]
    [InlineData("float4_e2m1fn_x2", "F4", new long[] { 2, 6 })]
    [InlineData("bits4x2", "U8", new long[] { 2, 3 })]
    [InlineData("bits2x4", "U8", new long[] { 2, 3 })]
    [InlineData("bits1x8", "U8", new long[] { 2, 3 })]
    [InlineData("bits8", "U8", new long[] { 2, 3 })]
    [InlineData("float8_e4m3fn", "F8_E4M3", new long[] { 2, 3 })]
    [InlineData("float8_e5m2", "F8_E5M2", new long[] { 2, 3 })]
    [InlineData("float8_e4m3fnuz", "F8_E4M3FNUZ", new long[] { 2, 3 })]
    [InlineData("float8_e5m2fnuz", "F8_E5M2FNUZ", new long[] { 2, 3 })]
    [InlineData("float8_e8m0fnu", "F8_E8M0", new long[] { 2, 3 })]
    public void TypesOfOneByteAreWrittenAsSafetensorsHasThem(string dtype, string written, long[] shape)
    {
        byte[] bytes = [1, 2, 3, 4, 5, 6];
        using TensorMap read = Converted(Zip(Dict("t", TensorV3("0", 6, [2, 3], [1, 2], dtype)), bytes));
        Assert.Equal(written, read.Tensors[0].Written.Dtype);
        Assert.Equal(shape, read.Tensors[0].Written.Shape);
        Assert.Equal([1, 3, 5, 2, 4, 6], Elements(read, "t"));
        bool says = dtype.StartsWith("bits", StringComparison.Ordinal) && dtype.Contains('x', StringComparison.Ordinal);
        Assert.Equal(says, read.Metadata.TryGetValue("t.packing", out string? how) && how.StartsWith(dtype, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("uint16", "U16", 2)]
    [InlineData("bits16", "U16", 2)]
    [InlineData("uint32", "U32", 4)]
    [InlineData("uint64", "U64", 8)]
    public void UnsignedTypesKeepTheirElements(string dtype, string written, int size)
    {
        byte[] bytes = [.. Enumerable.Range(0, 2 * size).Select(i => (byte)i)];
        using TensorMap read = Converted(Zip(Dict("t", TensorV3("0", 2 * size, [2], [1], dtype)), bytes));
        Assert.Equal(written, read.Tensors[0].Written.Dtype);
        Assert.Equal(bytes, Elements(read, "t"));
    }

    [Fact]
    public void HalfComplexNumbersArePairsAndTurnRoundByHalves()
    {
        Action<Assay.Tests.Builders.PickleBuilder> tensor = TensorV3("0", 8, [2], [1], "complex32");
        using TensorMap little = Converted(Zip(Dict("t", tensor), [1, 2, 3, 4, 5, 6, 7, 8]));
        Assert.Equal("F16", little.Tensors[0].Written.Dtype);
        Assert.Equal([2, 2], little.Tensors[0].Written.Shape);
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], Elements(little, "t"));
        using TensorMap big = Converted(Zip(Dict("t", tensor), "big", [[1, 2, 3, 4, 5, 6, 7, 8]]));
        Assert.Equal([2, 1, 4, 3, 6, 5, 8, 7], Elements(big, "t"));
    }

    [Theory]
    [InlineData("uint4")]
    [InlineData("int3")]
    [InlineData("float_of_the_future")]
    public void TypesWithoutALayoutAreListedAndLeftOut(string dtype)
    {
        using TensorMap map = Read(Zip(Dict("t", TensorV3("0", 6, [6], [1], dtype)), new byte[6]));
        Assert.Empty(map.Tensors);
        Assert.Contains(map.NotCarried, n => n.What.Contains(dtype, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(new long[] { 3, 5 }, new long[] { 5, 1 }, 0L, 8)]
    [InlineData(new long[] { 3, 5 }, new long[] { 5, 1 }, 2L, 8)]
    [InlineData(new long[] { 3, 5 }, new long[] { 1, 3 }, 0L, -1)]
    [InlineData(new long[] { 3, 5 }, new long[] { 5, 1 }, 1L, -1)]
    [InlineData(new long[] { 3, 5 }, new long[] { 5, 1 }, 4L, -1)]
    [InlineData(new long[] { long.MaxValue }, new long[] { 1 }, 0L, -1)]
    [InlineData(new long[] { -3 }, new long[] { 1 }, 0L, -1)]
    public void QuantisedTypesBelowAByteAreReadOnlyWhereTheyLieStraightInTheirStorage(long[] shape, long[] strides, long offset, int bytes)
    {
        byte[] storage = [0x21, 0x43, 0x65, 0x87, 0xA9, 0xCB, 0xED, 0x0F, 0xFF];
        using TensorMap map = Read(Zip(Dict("q", Tensor("0", 9, offset, shape, strides, "QUInt4x2Storage")), storage));
        if (bytes < 0)
        {
            Assert.Equal("q", Assert.Single(map.Problems).Name);
            return;
        }

        StoredTensor tensor = Assert.Single(map.Tensors);
        Assert.Equal(shape, tensor.Packing!.Shape);
        Assert.Equal((4, bytes), (tensor.Packing.Bits, tensor.View.Bytes));
        Assert.Equal(storage.AsSpan((int)offset / 2, bytes).ToArray(), Elements(map, "q"));
    }

    [Theory]
    [InlineData("F4", "[3,4]", 6)]
    [InlineData("F6_E2M3", "[2,4]", 6)]
    [InlineData("F6_E3M2", "[8]", 6)]
    [InlineData("F8_E8M0", "[6]", 6)]
    public void SafetensorsTypesBelowAByteGoThrough(string dtype, string shape, int bytes)
    {
        byte[] file = Safetensors($$$"""{"a":{"dtype":"{{{dtype}}}","shape":{{{shape}}},"data_offsets":[0,{{{bytes}}}]},"b":{"dtype":"{{{dtype}}}","shape":[0],"data_offsets":[{{{bytes}}},{{{bytes}}}]}}""", bytes);
        file[^1] = 0x5A;
        using TensorMap first = Read(file);
        using TensorMap second = Converted(file);
        Assert.Equal(dtype, second.Tensors.Single(t => t.Name == "a").Written.Dtype);
        Assert.Equal(first.Tensors[0].Written.Shape, second.Tensors.Single(t => t.Name == "a").Written.Shape);
        Assert.Null(TensorComparison.FirstDifference(first, second, null, TestContext.Current.CancellationToken));
        Assert.Equal(0x5A, Elements(second, "a")[^1]);
    }

    [Theory]
    [InlineData("F4", "[3]", 2)]
    [InlineData("F4", "[4]", 4)]
    [InlineData("F6_E2M3", "[2]", 2)]
    [InlineData("F4", "[9223372036854775807,2]", 0)]
    public void ElementsThatEndWithinAByteAreRefused(string dtype, string shape, int bytes) =>
        Assert.Throws<MalformedException>(() => Read(Safetensors($$$"""{"a":{"dtype":"{{{dtype}}}","shape":{{{shape}}},"data_offsets":[0,{{{bytes}}}]}}""", bytes)));

    private static TensorMap Converted(byte[] file)
    {
        using TensorMap map = Read(file);
        using MemoryOutput output = new();
        Converter.Write(ConversionPlan.Of(map, new ConversionOptions()), output, verify: true, null, TestContext.Current.CancellationToken);
        output.Commit();
        TensorMap read = Read(output.Files["model.safetensors"]);
        Assert.Null(TensorComparison.FirstDifference(map, read, null, TestContext.Current.CancellationToken));
        return read;
    }
}
