// Indices of hnswlib, alone and in the four files of Chroma: good ones are read to the end, neighbours that there are not are said.
using Assay.Artifacts;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.Hnsw;

public sealed class HnswFormatTests
{
    private const int Count = 6;
    private const int Lowest = 4;
    private const int Vector = 12;

    private static byte[] Header(uint entry = 0)
    {
        using MemoryStream to = new();
        using BinaryWriter write = new(to);
        long data = (Lowest * 4) + 4;
        foreach (long number in (long[])[0, 100, Count, data + Vector + 8, data + Vector, data])
        {
            write.Write(number);
        }

        write.Write(0);
        write.Write(entry);
        foreach (long number in (long[])[2, Lowest, 2])
        {
            write.Write(number);
        }

        write.Write(1.44);
        write.Write(100L);
        return to.ToArray();
    }

    private static byte[] Elements(uint neighbour = 0)
    {
        using MemoryStream to = new();
        using BinaryWriter write = new(to);
        for (uint i = 0; i < Count; i++)
        {
            write.Write(2);
            write.Write((i + 1) % Count);
            write.Write(i == 3 ? neighbour : 0);
            write.Write(new byte[(Lowest - 2) * 4]);
            write.Write(new byte[Vector]);
            write.Write((long)i);
        }

        return to.ToArray();
    }

    private static byte[] Index(uint neighbour = 0, uint entry = 0) => [.. Header(entry), .. Elements(neighbour), .. new byte[(Count - 1) * 4], 12, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0];

    private static ModelRepository Chroma(uint neighbour = 0) => ModelRepository.Scan(
        ("a/header.bin", [1, 0, 0, 0, .. Header()]), ("a/data_level0.bin", [.. Elements(neighbour), .. new byte[200]]), ("a/length.bin", new byte[400]), ("a/link_lists.bin", new byte[8]));

    [Fact]
    public void AnIndexIsReadToItsEnd()
    {
        TargetReport target = Scans.Of(Index(), "index.bin");
        Assert.True(target.Verdict is Verdict.Passed, target.Describe());
        Assert.Contains(target.Facts.OfType<FormatFact>(), f => f.Format == "hnsw");
        target.AssertComplete();
    }

    [Fact]
    public void TheFilesOfChromaAreReadByTheNumbersBesideThem() => Chroma().Passes();

    [Theory]
    [InlineData(Count, 0)]
    [InlineData(uint.MaxValue, 0)]
    [InlineData(0, Count)]
    public void ANeighbourThatThereIsNotIsFlagged(uint neighbour, uint entry) => Assert.True(Scans.Of(Index(neighbour, entry), "index.bin").Is("state-index-outside"));

    [Fact]
    public void ANeighbourThatThereIsNotIsFlaggedInTheFilesOfChroma() => Assert.Contains(Chroma(99).Telling, f => f.Rule.Id == "state-index-outside");

    [Fact]
    public void AnIndexThatIsCutIsNotPassed() => Assert.NotEqual(Verdict.Passed, Scans.Of(Index()[..200], "index.bin").Verdict);
}
