// Layouts that the installed libraries do not write, built here: float8, newer headers, big-endian machines, old wrappers.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Conversion;
using Assay.Scanning;
using Assay.Tests.Builders;
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Conversion.WeightFiles;

namespace Assay.Tests.Conversion;

/// <summary>Layouts without an oracle: the installed PyTorch is older than they are, or this machine has another byte order.</summary>
public sealed class WeightsReaderTests
{
    [Theory]
    [InlineData("float8_e4m3fn", ElementType.F8E4M3)]
    [InlineData("float8_e5m2", ElementType.F8E5M2)]
    [InlineData("float8_e8m0fnu", ElementType.F8E8M0)]
    [InlineData("float8_e4m3fnuz", ElementType.F8E4M3Fnuz)]
    [InlineData("float8_e5m2fnuz", ElementType.F8E5M2Fnuz)]
    [InlineData("uint16", ElementType.U16)]
    [InlineData("uint32", ElementType.U32)]
    [InlineData("uint64", ElementType.U64)]
    public void TypesWithoutAStorageClassAreReadFromUntypedStorages(string dtype, ElementType type)
    {
        byte[] bytes = [.. Enumerable.Range(0, 6 * type.Size()).Select(i => (byte)i)];
        using TensorMap map = Read(Zip(Dict("x", TensorV3("0", bytes.Length, [2, 3], [3, 1], dtype)), bytes));
        Assert.Empty(map.Problems);
        Assert.Equal(type, map.Tensors[0].View.Type);
        Assert.Equal(bytes, Elements(map, "x"));
    }

    [Fact]
    public void ATypeThatSafetensorsLacksIsNotCarriedAndSaysSo()
    {
        using TensorMap map = Read(Zip(Dict("x", TensorV3("0", 6, [6], [1], "uint4")), new byte[6]));
        Assert.Empty(map.Tensors);
        Assert.Equal("x", Assert.Single(map.NotCarried).Path);
    }

    [Theory]
    [InlineData("little", "0000803F00000040")]
    [InlineData("big", "3F80000040000000")]
    public void TheByteOrderOfTheFileIsObeyed(string order, string stored)
    {
        using TensorMap map = Read(Zip(Dict("x", Tensor("0", 2, 0, [2], [1])), order, [Convert.FromHexString(stored)]));
        Assert.Equal(Floats(1, 2), Elements(map, "x"));
    }

    [Fact]
    public void ASubclassIsTheTensorThatItsFunctionMakes()
    {
        object inner = Tuple(StorageOf("0", 4), 0, Numbers(4), Numbers(1), false, Call("collections", "OrderedDict"));
        using TensorMap map = Read(Zip(
            Dict("x", Call("torch._tensor", "_rebuild_from_type_v2", Import("torch._utils", "_rebuild_tensor_v2"), Import("my.module", "Sub"), inner, Dict())), Floats(1, 2, 3, 4)));
        Assert.Equal(Floats(1, 2, 3, 4), Elements(map, "x"));
    }

    [Fact]
    public void AParameterWithStateIsItsTensor()
    {
        using TensorMap map = Read(Zip(Dict("x", Call(
            "torch._utils", "_rebuild_parameter_with_state", Tensor("0", 4, 0, [2, 2], [1, 2]), true, Call("collections", "OrderedDict"), Dict("tag", 1))), Floats(1, 2, 3, 4)));
        Assert.Equal(Floats(1, 3, 2, 4), Elements(map, "x"));
    }

    [Fact]
    public void AMetaTensorHasNoDataAndSaysSo()
    {
        using TensorMap map = Read(Zip(Dict("x", Call("torch._utils", "_rebuild_meta_tensor_no_storage", Import("torch", "float32"), Numbers(4), Numbers(1), false)), new byte[4]));
        Assert.Equal("x", Assert.Single(map.NotCarried).Path);
    }

    [Fact]
    public void AModuleThatIsUsedTwiceTiesItsTensors()
    {
        Action<PickleBuilder> module = b => b.Push(Built(New("my", "Layer"), Dict("_parameters", Dict("weight", Tensor("0", 4, 0, [4], [1])), "_buffers", Dict(), "_modules", Dict()))).Put(9);
        byte[] file = Zip(Built(New("my", "Net"), Dict("_modules", Dict("first", module, "second", (Action<PickleBuilder>)(b => b.Get(9))))), Floats(1, 2, 3, 4));
        using TensorMap map = Read(file);
        ConversionPlan plan = ConversionPlan.Of(map, new ConversionOptions());
        Assert.Equal("first.weight", Assert.Single(plan.Tensors).Name);
        Assert.Equal("first.weight", plan.Ties["second.weight"]);
        Assert.Equal("first.weight", plan.Files[0].Metadata["second.weight"]);
        Assert.Contains(map.NotCarried, n => n.What.Contains("my.Net", StringComparison.Ordinal));
    }

    [Fact]
    public void NamesThatCollideAreMadeUniqueAndTheChangeIsTold()
    {
        using TensorMap map = Read(Zip(
            Dict("a.b", Tensor("0", 4, 0, [4], [1]), "a", Dict("b", Tensor("0", 4, 0, [2], [1])), "__metadata__", Tensor("0", 4, 1, [2], [1])), Floats(1, 2, 3, 4)));
        Assert.Equal(["a.b", "a.b~2", "__metadata__~2"], map.Tensors.Select(t => t.Name));
        Assert.Equal("a.b", map.Renamed["a.b~2"]);
    }

    [Fact]
    public void StoragesInCompressedMembersAreUnpacked()
    {
        byte[] file = new ZipBuilder().Add("archive/data.pkl", PickleOf(Dict("x", Tensor("0", 400, 0, [400], [1]))), 8)
            .Add("archive/data/0", new byte[1600], 8).Build();
        using TensorMap map = Read(file);
        Assert.Equal(new byte[1600], Elements(map, "x"));
    }

    [Theory]
    [InlineData("<M8[s]")]
    [InlineData("|S4")]
    [InlineData("<f16")]
    [InlineData("|V8")]
    public void ArraysOfTypesThatAreNoPlainNumbersAreNotCarried(string descr)
    {
        string header = $"{{'descr': '{descr}', 'fortran_order': False, 'shape': (2,), }}\n";
        byte[] file = [.. "\u0093NUMPY\u0001\0"u8[1..], (byte)header.Length, 0, .. System.Text.Encoding.Latin1.GetBytes(header), .. new byte[64]];
        file[0] = 0x93;
        using TensorMap map = Read(file);
        Assert.Empty(map.Tensors);
        Assert.NotEmpty(map.NotCarried);
    }

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("PK\u0003\u0004")]
    [InlineData("{\"a\": 1}")]
    public void WhatIsNoFileOfWeightsIsRefused(string text) =>
        Assert.Throws<MalformedException>(() => Read(System.Text.Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void ReadingIsCancelled()
    {
        using CancellationTokenSource source = new();
        source.Cancel();
        byte[] file = Zip(Dict("x", Tensor("0", 4, 0, [4], [1])), Floats(1, 2, 3, 4));
        Assert.Throws<ScanStopException>(() => WeightsReader.Read(new MemorySource(file), new ReadingOptions(), source.Token));
    }
}
