// T220: ranges parsed, stepped over and unknown add up to the size.
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Tests.Artifacts;

public sealed class CoverageMapTests
{
    [Fact]
    public void NothingMarkedIsAllUnknown()
    {
        CoverageMap map = new(10);
        Assert.Equal((0L, 0L, 10L), map.Totals());
        Assert.Equal([new ByteRange(0, 10)], map.Gaps());
    }

    [Fact]
    public void WhereMarksOverlapParsedWins()
    {
        CoverageMap map = new(10);
        map.Mark(new ByteRange(0, 6), CoverageKind.Data);
        map.Mark(new ByteRange(4, 4), CoverageKind.Parsed);
        Assert.Equal((4L, 4L, 2L), map.Totals());
        Assert.Equal([new ByteRange(8, 2)], map.Gaps());
    }

    [Fact]
    public void GapsLieBetweenMarksInAnyOrder()
    {
        CoverageMap map = new(10);
        map.Mark(new ByteRange(6, 2), CoverageKind.Parsed);
        map.Mark(new ByteRange(1, 2), CoverageKind.Data);
        Assert.Equal([new ByteRange(0, 1), new ByteRange(3, 3), new ByteRange(8, 2)], map.Gaps());
    }

    [Fact]
    public void MarksOutsideTheArtifactDoNotCount()
    {
        CoverageMap map = new(10);
        map.Mark(new ByteRange(8, long.MaxValue - 8), CoverageKind.Parsed);
        map.Mark(new ByteRange(50, 5), CoverageKind.Data);
        Assert.Equal((2L, 0L, 8L), map.Totals());
    }

    [Fact]
    public void TotalsAddUpForEveryPairOfMarks()
    {
        for (int first = 0; first < 64; first++)
        {
            for (int second = 0; second < 64; second++)
            {
                CoverageMap map = new(7);
                map.Mark(new ByteRange(first / 8, first % 8), CoverageKind.Data);
                map.Mark(new ByteRange(second / 8, second % 8), CoverageKind.Parsed);
                (long parsed, long data, long unknown) = map.Totals();
                Assert.Equal(7, parsed + data + unknown);
                Assert.Equal(unknown, map.Gaps().Sum(g => g.Length));
                Assert.Equal(new ByteRange(second / 8, second % 8).ClampTo(7).Length, parsed);
            }
        }
    }
}
