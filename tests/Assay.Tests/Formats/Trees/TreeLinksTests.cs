// Links of trees: inside, once, and without end in sight.
using Assay.Bytes;
using Assay.Formats.Trees;

namespace Assay.Tests.Formats.Trees;

public sealed class TreeLinksTests
{
    [Theory]
    [InlineData(new[] { 1, -1, -1 }, new[] { 2, -1, -1 }, "None")]
    [InlineData(new[] { -1 }, new[] { -1 }, "None")]
    [InlineData(new int[0], new int[0], "None")]
    [InlineData(new[] { 1, -1, -1 }, new[] { 3, -1, -1 }, "Outside")]
    [InlineData(new[] { 1, -1, -1 }, new[] { -2, -1, -1 }, "Outside")]
    [InlineData(new[] { 1, 0, -1 }, new[] { 2, -1, -1 }, "Shared")]
    [InlineData(new[] { 0 }, new[] { -1 }, "Shared")]
    [InlineData(new[] { 1, -1 }, new[] { 1, -1 }, "Shared")]
    [InlineData(new[] { 1, -1, 99 }, new[] { -1, -1, 99 }, "None")]
    public void LinksAreFollowedFromTheRoot(int[] left, int[] right, string fault) =>
        Assert.Equal(fault, TreeLinks.Check(left, right, child => child == -1, new ScanBudget(new ScanLimits(), TimeProvider.System)).ToString());
}
