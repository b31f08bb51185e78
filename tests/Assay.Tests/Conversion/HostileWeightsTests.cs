// Files that lie about their tensors: a refusal that names the tensor, and nothing written.
using Assay.Bytes;
using Assay.Conversion;
using Assay.Pickle;
using Assay.Tests.Builders;
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Conversion.WeightFiles;

namespace Assay.Tests.Conversion;

public sealed class HostileWeightsTests
{
    private const long Trillion = 1_000_000_000_000;

    [Theory]
    [InlineData(4, 0, new long[] { 5 }, new long[] { 1 })]
    [InlineData(4, 1, new long[] { 4 }, new long[] { 1 })]
    [InlineData(4, 0, new long[] { 2, 2 }, new long[] { 3, 1 })]
    [InlineData(4, -1, new long[] { 2 }, new long[] { 1 })]
    [InlineData(4, 0, new long[] { 2 }, new long[] { -1 })]
    [InlineData(4, 0, new long[] { -2 }, new long[] { 1 })]
    [InlineData(4, 0, new long[] { 2 }, new long[] { 1, 1 })]
    [InlineData(4, 0, new long[] { Trillion }, new long[] { 1 })]
    [InlineData(4, 0, new long[] { Trillion, Trillion, Trillion }, new long[] { 0, 0, 0 })]
    [InlineData(4, long.MaxValue, new long[] { 2 }, new long[] { long.MaxValue })]
    [InlineData(400, 0, new long[] { 100 }, new long[] { 1 })]
    [InlineData(Trillion, 0, new long[] { 2 }, new long[] { 1 })]
    [InlineData(-4, 0, new long[] { 2 }, new long[] { 1 })]
    public void ALayoutOutsideItsStorageIsRefusedByName(long count, long offset, long[] size, long[] stride)
    {
        using TensorMap map = Read(Zip(Dict("good", Tensor("1", 4, 0, [4], [1]), "layer.bad", Tensor("0", count, offset, size, stride)), Floats(1, 2, 3, 4), Floats(1, 2, 3, 4)));
        Assert.Equal(["good"], map.Tensors.Select(t => t.Name));
        Assert.Equal(["layer.bad"], map.Problems.Select(p => p.Name));
        MalformedException refusal = Assert.Throws<MalformedException>(() => ConversionPlan.Of(map, new ConversionOptions()));
        Assert.Contains("layer.bad", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new long[] { Trillion }, new long[] { 0 })]
    [InlineData(new long[] { 100_000, 100_000 }, new long[] { 0, 0 })]
    [InlineData(new long[] { 1 << 20, 64 }, new long[] { 0, 0 })]
    public void RepetitionBeyondAllProportionIsRefusedAndCostsNothing(long[] size, long[] stride)
    {
        using TensorMap map = Read(Zip(Dict("bomb", Tensor("0", 4, 0, size, stride)), Floats(1, 2, 3, 4)));
        long before = GC.GetAllocatedBytesForCurrentThread();
        MalformedException refusal = Assert.Throws<MalformedException>(() => ConversionPlan.Of(map, new ConversionOptions()));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        Assert.Contains("bomb", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ManyOverlappingViewsOfOneStorageAreRefused()
    {
        // 300 windows over the same megabyte, each an element further: 300 MB out of one.
        const int Count = 1 << 18;
        object?[] pairs = [.. Enumerable.Range(0, 300).SelectMany(i => (object?[])[$"w{i}", Tensor("0", Count, i, [Count - 300], [1])])];
        using TensorMap map = Read(Zip(Dict(pairs), new byte[4 * Count]));
        Assert.Empty(map.Problems);
        Assert.Throws<MalformedException>(() => ConversionPlan.Of(map, new ConversionOptions()));
    }

    [Fact]
    public void AStorageThatIsMissingOrShortIsRefusedByTheNameOfItsTensor()
    {
        using TensorMap map = Read(Zip(Dict("missing", Tensor("7", 4, 0, [4], [1]), "short", Tensor("0", 5, 0, [4], [1])), Floats(1, 2, 3, 4)));
        Assert.Equal(["missing", "short"], map.Problems.Select(p => p.Name));
    }

    [Fact]
    public void AStorageOfAnUnknownClassIsRefused()
    {
        using TensorMap map = Read(Zip(Dict("x", Tensor("0", 4, 0, [4], [1], "EvilStorage")), Floats(1, 2, 3, 4)));
        Assert.Equal("x", Assert.Single(map.Problems).Name);
    }

    [Fact]
    public void TwoMembersOfOneNameAreRefused()
    {
        byte[] file = new ZipBuilder().Add("archive/data.pkl", PickleOf(Dict("x", Tensor("0", 4, 0, [4], [1]))))
            .Add("archive/data/0", Floats(1, 2, 3, 4)).Add("archive/data/0", Floats(5, 6, 7, 8)).Build();
        using TensorMap map = Read(file);
        Assert.Equal("x", Assert.Single(map.Problems).Name);
        Assert.Throws<MalformedException>(() => Read(new ZipBuilder().Add("archive/data.pkl", PickleOf(1)).Add("archive/data.pkl", PickleOf(2)).Build()));
    }

    [Fact]
    public void HeadersThatDisagreeAreRefused()
    {
        byte[] file = new ZipBuilder().Add("archive/data.pkl", PickleOf(Dict("x", Tensor("0", 4, 0, [4], [1]))))
            .Add(new ZipMember("archive/data/0", Floats(1, 2, 3, 4)) { LocalPacked = 8, LocalSize = 8 }).Build();
        using TensorMap map = Read(file);
        Assert.Equal("x", Assert.Single(map.Problems).Name);
    }

    [Fact]
    public void ALegacyStorageOfAnotherLengthIsRefused()
    {
        byte[] good = TorchFiles.Legacy(PickleOf(TorchFiles.StateDict));
        using (TensorMap map = Read(good))
        {
            Assert.Equal(["weight"], map.Tensors.Select(t => t.Name));
        }

        for (int cut = 1; cut <= 24; cut++)
        {
            Assert.Throws<MalformedException>(() => Read(good[..^cut]));
        }

        byte[] lie = [.. good];
        lie[^24] = 3;
        Assert.Throws<MalformedException>(() => Read(lie));
    }

    [Fact]
    public void ContainersInsideThemselvesAndEachOtherEnd()
    {
        // d = {'d': d, 'x': tensor}
        byte[] self = PickleBuilder.Protocol(2).Op(Op.EMPTY_DICT).Put(0).Mark().Push("d").Get(0).Push("x").Push(Tensor("0", 4, 0, [4], [1]))
            .Op(Op.SETITEMS).Stop().ToArray();
        using TensorMap map = Read(new ZipBuilder().Add("archive/data.pkl", self).Add("archive/data/0", Floats(1, 2, 3, 4)).Build());
        Assert.Equal(["x"], map.Tensors.Where(t => !t.Name.StartsWith('d')).Select(t => t.Name));

        // Thirty tuples that each hold the one before twice: a thousand million ways to one tensor.
        PickleBuilder doubled = PickleBuilder.Protocol(2).Push(Tensor("0", 4, 0, [4], [1])).Put(0);
        for (int i = 0; i < 30; i++)
        {
            doubled.Get(i).Op(Op.TUPLE2).Put(i + 1);
        }

        byte[] bomb = new ZipBuilder().Add("archive/data.pkl", doubled.Stop().ToArray()).Add("archive/data/0", Floats(1, 2, 3, 4)).Build();
        Assert.Throws<ScanStopException>(() => Read(bomb));
    }

    [Fact]
    public void AnArrayOfObjectsThatIsNamedAgainAndAgainIsNotReadWithoutEnd()
    {
        // A megabyte in a pickle of its own, named a thousand times: a gigabyte to read.
        PickleBuilder named = PickleBuilder.Protocol(2).Op(Op.EMPTY_LIST).Mark().Push(Builders.NumpyFiles.JoblibArray(PickleOf(new byte[1 << 20], 3), "O8", Tuple(1))).Put(0);
        for (int i = 0; i < 1000; i++)
        {
            named.Get(0);
        }

        Assert.Throws<ScanStopException>(() => Read(named.Op(Op.APPENDS).Stop().ToArray()));
    }

    [Fact]
    public void AnArrayOfObjectsInANumpyFileWhosePickleBreaksIsRefused() =>
        Assert.Throws<MalformedException>(() => Read(Builders.NumpyFiles.Npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", [0x80, 2, (byte)'R', (byte)'.'])));

    [Fact]
    public void ACallThatWouldRunSomethingIsOnlyNamed()
    {
        using TensorMap map = Read(Zip(Dict("x", Tensor("0", 4, 0, [4], [1]), "evil", Call("os", "system", "echo canary")), Floats(1, 2, 3, 4)));
        Assert.Equal(["x"], map.Tensors.Select(t => t.Name));
        Assert.Contains(map.NotCarried, n => n.Path == "evil" && n.What.Contains("os.system", StringComparison.Ordinal));
        Assert.Empty(map.Problems);
    }

    [Theory]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8, null, true)]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 9, null, false)]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 7, null, false)]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}", 12, null, false)]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}", 8, null, false)]
    [InlineData("{\"a\":{\"dtype\":\"F31\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8, null, false)]
    [InlineData("{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]},\"b\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[2,6]}}", 6, null, false)]
    [InlineData("{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]},\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[4,8]}}", 8, null, false)]
    [InlineData("{\"a\":{\"dtype\":\"U8\",\"shape\":[9223372036854775807,9223372036854775807],\"data_offsets\":[0,0]}}", 0, null, false)]
    [InlineData("{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[9223372036854775806,9223372036854775807]}}", 1, null, false)]
    [InlineData("{\"a\":{\"dtype\":\"U8\",\"shape\":[-1],\"data_offsets\":[0,0]}}", 0, null, false)]
    [InlineData("{\"a\":{\"shape\":[1],\"data_offsets\":[0,1]}}", 1, null, false)]
    [InlineData("{\"a\":[]}", 0, null, false)]
    [InlineData("{\"__metadata__\":{\"k\":1}}", 0, null, false)]
    [InlineData("{\"__metadata__\":{\"k\":\"v\"}}", 0, null, true)]
    [InlineData("{}", 0, null, true)]
    [InlineData("{\"a\"", 0, null, false)]
    [InlineData("{}", 0, 200_000_000L, false)]
    [InlineData("{}", 0, -1L, false)]
    public void ASafetensorsHeaderIsReadAsItsSpecificationAsks(string header, int body, long? length, bool good)
    {
        byte[] file = Safetensors(header, body, length);
        if (good)
        {
            using TensorMap map = Read(file);
            Assert.Equal("safetensors", map.Format);
        }
        else
        {
            Assert.Throws<MalformedException>(() => Read(file));
        }
    }

    [Fact]
    public void AFileCutAnywhereIsRefusedOrNamesItsProblem()
    {
        byte[] whole = Zip(Dict("x", Tensor("0", 4, 0, [4], [1])), Floats(1, 2, 3, 4));
        for (int length = 0; length < whole.Length; length += 7)
        {
            Assert.ThrowsAny<Exception>(() => Read(whole[..length]).Dispose());
        }
    }
}
