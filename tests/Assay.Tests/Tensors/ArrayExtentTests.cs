// Sizes of arrays, and the shapes that have none.
using Assay.Artifacts;
using Assay.Tensors;

namespace Assay.Tests.Tensors;

public sealed class ArrayExtentTests
{
    [Theory]
    [InlineData("()", 8, 1, 8)]
    [InlineData("(3, 4)", 4, 12, 48)]
    [InlineData("(3, 0)", 4, 0, 0)]
    [InlineData("(4294967296, 4294967296, 0)", 8, 0, 0)]
    [InlineData("(5,)", 0, 5, 0)]
    [InlineData("(True, 2)", 1, 2, 2)]
    [InlineData("(9223372036854775807,)", 1, long.MaxValue, long.MaxValue)]
    public void AShapeHasASize(string shape, long itemSize, long count, long bytes) =>
        Assert.Equal(new ArrayExtent(count, bytes, ExtentError.None), ArrayExtent.Of(PyLiteral.Parse(shape).Value!, itemSize));

    [Theory]
    [InlineData("(9223372036854775807,)", 2, nameof(ExtentError.Overflow))]
    [InlineData("(4294967296, 4294967296)", 1, nameof(ExtentError.Overflow))]
    [InlineData("(9223372036854775808,)", 1, nameof(ExtentError.Overflow))]
    [InlineData("(-1,)", 1, nameof(ExtentError.Negative))]
    [InlineData("(-2, -3)", 1, nameof(ExtentError.Negative))]
    [InlineData("(-1, 0)", 1, nameof(ExtentError.Negative))]
    [InlineData("'3'", 1, nameof(ExtentError.NotAShape))]
    [InlineData("(1.5,)", 1, nameof(ExtentError.NotAShape))]
    [InlineData("3", 1, nameof(ExtentError.NotAShape))]
    public void AShapeWithoutASizeIsAValue(string shape, long itemSize, string error) =>
        Assert.Equal(new ArrayExtent(0, 0, Enum.Parse<ExtentError>(error)), ArrayExtent.Of(PyLiteral.Parse(shape).Value!, itemSize));

    [Fact]
    public void AShapeThatWasNotKeptWholeHasNoSize() =>
        Assert.Equal(ExtentError.NotAShape, ArrayExtent.Of(PyLiteral.Parse("(1, 2)").Value! with { Elided = true }, 1).Error);
}
