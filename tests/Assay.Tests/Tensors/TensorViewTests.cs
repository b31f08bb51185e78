// Views that do not fit their storage, and those that do.
using Assay.Artifacts;

namespace Assay.Tests.Tensors;

public sealed class TensorViewTests
{
    [Theory]
    [InlineData(new long[] { 4 }, new long[] { 1 }, 0, 16, true)]
    [InlineData(new long[] { 4 }, new long[] { 1 }, 0, 15, false)]
    [InlineData(new long[] { 4 }, new long[] { 1 }, 1, 16, false)]
    [InlineData(new long[] { 2, 2 }, new long[] { 2, 1 }, 0, 16, true)]
    [InlineData(new long[] { 2, 2 }, new long[] { 3, 1 }, 0, 16, false)]
    [InlineData(new long[] { }, new long[] { }, 3, 16, true)]
    [InlineData(new long[] { }, new long[] { }, 4, 16, false)]
    [InlineData(new long[] { 0, long.MaxValue }, new long[] { 1, 1 }, 100, 0, true)]
    [InlineData(new long[] { 4 }, new long[] { -1 }, 3, 16, false)]
    [InlineData(new long[] { -4 }, new long[] { 1 }, 0, 16, false)]
    [InlineData(new long[] { 4 }, new long[] { 1 }, -1, 16, false)]
    [InlineData(new long[] { 4 }, new long[] { 1, 1 }, 0, 16, false)]
    [InlineData(new long[] { long.MaxValue, long.MaxValue }, new long[] { long.MaxValue, long.MaxValue }, long.MaxValue, 16, false)]
    [InlineData(new long[] { 2 }, new long[] { long.MaxValue }, long.MaxValue, 16, false)]
    [InlineData(new long[] { 1_000_000_000_000 }, new long[] { 1 }, 0, 16, false)]
    public void AViewFitsItsStorageOrIsRefused(long[] shape, long[] strides, long offset, long bytes, bool fits) =>
        Assert.Equal(fits, new TensorView(ElementType.F32, shape, strides, offset).Refusal(bytes) is null);

    [Fact]
    public void MoreDimensionsThanAnyLibraryTakesAreRefused()
    {
        long[] ones = [.. Enumerable.Repeat(1L, TensorView.MaxDimensions + 1)];
        Assert.NotNull(new TensorView(ElementType.F32, ones, ones, 0).Refusal(4));
    }

    [Fact]
    public void RowsAndColumnsAreLaidOutAsTheirNamesSay()
    {
        Assert.Equal([12, 4, 1], TensorView.RowMajor(ElementType.F32, [2, 3, 4]).Strides);
        Assert.Equal([1, 2, 6], TensorView.ColumnMajor(ElementType.F32, [2, 3, 4]).Strides);
        Assert.True(TensorView.RowMajor(ElementType.F32, [2, 3, 4]).IsContiguous);
        Assert.False(TensorView.ColumnMajor(ElementType.F32, [2, 3, 4]).IsContiguous);
        Assert.True(new TensorView(ElementType.F32, [1, 5, 1], [9, 1, 77], 0).IsContiguous);
    }

    [Fact]
    public void EveryTypeHasOneNameInSafetensorsAndAllButOneHaveOne()
    {
        ElementType[] all = Enum.GetValues<ElementType>();
        Assert.All(all.Where(t => t != ElementType.C128), t => Assert.Equal(t, ElementTypes.FromSafetensors(t.SafetensorsName()!)));
        Assert.Null(ElementType.C128.SafetensorsName());
        Assert.Null(ElementTypes.FromSafetensors("F31"));
    }
}
