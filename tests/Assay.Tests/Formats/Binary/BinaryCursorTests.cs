// The cursor over binary structures: front to back, nothing past the end, and stepping over is free.
using Assay.Bytes;
using Assay.Formats.Binary;

namespace Assay.Tests.Formats.Binary;

public sealed class BinaryCursorTests
{
    private static BinaryCursor Of(byte[] bytes, ScanBudget? budget = null) =>
        new(new MemorySource(bytes), new ByteRange(0, bytes.Length), budget ?? new ScanBudget(new ScanLimits(), TimeProvider.System));

    [Fact]
    public void NumbersAreReadInBothByteOrders()
    {
        BinaryCursor cursor = Of([1, 0, 0, 0, 0, 0, 0, 2, 3, 0, 0, 0, 0, 0, 0, 0, 0, 4]);
        Assert.Equal((1, 2, 3L, 4), (cursor.Int32(), cursor.Int32Big(), cursor.Int64(), cursor.UInt16Big()));
        Assert.Equal((0L, -1), (cursor.Left, cursor.TryByte()));
    }

    [Theory]
    [InlineData(5)]
    [InlineData(-1)]
    [InlineData(long.MaxValue)]
    public void WhatIsNotThereIsRefused(long count)
    {
        BinaryCursor cursor = Of(new byte[4]);
        Assert.Throws<MalformedException>(() => cursor.Skip(count));
        Assert.True(cursor.RanOut);
        Assert.Equal(0, cursor.Offset);
    }

    [Fact]
    public void BytesThatAreSteppedOverCostNothing()
    {
        ScanBudget budget = new(new ScanLimits(), TimeProvider.System);
        byte[] bytes = new byte[1 << 20];
        bytes[^1] = 7;
        BinaryCursor cursor = Of(bytes, budget);
        cursor.Skip(bytes.Length - 1);
        Assert.Equal(0, budget.Work);
        Assert.Equal((7, -1), (cursor.Peek(), cursor.TryByte() == 7 ? cursor.Peek() : 0));
    }

    [Fact]
    public void ALongTextIsKeptInPart()
    {
        BinaryCursor cursor = Of([.. Enumerable.Repeat((byte)'a', 200_000), 9]);
        Assert.Equal(16, cursor.Keep(200_000, 16).Length);
        Assert.Equal(9, cursor.Byte());
    }
}
