// Members whose CRC-32 is wrong are not carried over silently.
using Assay.Bytes;
using Assay.Conversion;
using Assay.Tests.Builders;
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Conversion.WeightFiles;

namespace Assay.Tests.Conversion;

public sealed class ChecksumTests
{
    private static readonly byte[] s_pickle = PickleOf(Dict(
        "whole", Tensor("0", 4, 0, [4], [1]), "part", Tensor("1", 4, 1, [2], [1]), "turned", Tensor("2", 4, 0, [2, 2], [1, 2])));

    [Theory]
    [InlineData("data/0", "whole", 0)]
    [InlineData("data/1", "part", 0)]
    [InlineData("data/2", "turned", 0)]
    [InlineData("data/0", "whole", 8)]
    [InlineData("data/1", "part", 8)]
    public void AWrongChecksumIsRefusedNamingTensorAndMember(string member, string tensor, int method)
    {
        byte[] file = File(method, member, 12345);
        MalformedException refused = Assert.Throws<MalformedException>(() => Write(file, verify: true));
        Assert.StartsWith($"{tensor}: ", refused.Message, StringComparison.Ordinal);
        Assert.Contains($"archive/{member}", refused.Message, StringComparison.Ordinal);
        Write(file, verify: false);
    }

    [Fact]
    public void AWrongChecksumOfThePickleIsRefused() =>
        Assert.Contains("archive/data.pkl", Assert.Throws<MalformedException>(() => Write(File(0, "data.pkl", 1), verify: true)).Message, StringComparison.Ordinal);

    [Fact]
    public void AMemberThatNobodyReadsIsNotLookedAt() => Write(File(0, "version", 1), verify: true);

    [Fact]
    public void ZeroMeansThatPyTorchComputedNone() => Write(File(0, "data/0", 0), verify: true);

    [Fact]
    public void RightChecksumsAreNoObstacle() => Write(File(8, "none", 0), verify: true);

    [Theory]
    [InlineData(0u)]
    [InlineData(7u)]
    public void InArraysOfNumpyZeroIsAChecksumLikeAnyOther(uint crc)
    {
        byte[] array = Builders.NumpyFiles.Npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", Floats(1, 2));
        byte[] file = new ZipBuilder().Add(new ZipMember("w.npy", array) { Crc = crc }).Build();
        Assert.StartsWith("w: ", Assert.Throws<MalformedException>(() => Write(file, verify: true)).Message, StringComparison.Ordinal);
    }

    private static byte[] File(int method, string wrong, uint crc)
    {
        ZipBuilder zip = new();
        (string Name, byte[] Content)[] members =
            [("data.pkl", s_pickle), ("data/0", Floats(1, 2, 3, 4)), ("data/1", Floats(5, 6, 7, 8)), ("data/2", Floats(9, 10, 11, 12)), ("version", "3\n"u8.ToArray())];
        foreach ((string name, byte[] content) in members)
        {
            zip.Add(new ZipMember("archive/" + name, content) { Method = method, Crc = name == wrong ? crc : null });
        }

        return zip.Build();
    }

    private static void Write(byte[] file, bool verify)
    {
        using TensorMap map = Read(file);
        using MemoryOutput output = new();
        Converter.Write(ConversionPlan.Of(map, new ConversionOptions()), output, verify, null, TestContext.Current.CancellationToken);
    }
}
