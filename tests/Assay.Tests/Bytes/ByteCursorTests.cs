// The cursor over binary structures: front to back, nothing past the end, and stepping over is free.
using Assay.Bytes;

namespace Assay.Tests.Bytes;

public sealed class ByteCursorTests
{
    private static ByteCursor Of(byte[] bytes, ScanBudget? budget = null) =>
        new(new MemorySource(bytes), new ByteRange(0, bytes.Length), budget ?? new ScanBudget(new ScanLimits(), TimeProvider.System));

    [Fact]
    public void NumbersAreReadInBothByteOrders()
    {
        ByteCursor cursor = Of([1, 0, 0, 0, 0, 0, 0, 2, 3, 0, 0, 0, 0, 0, 0, 0, 0, 4]);
        Assert.Equal(1, cursor.I32());
        cursor.IsBigEndian = true;
        Assert.Equal(2, cursor.I32());
        cursor.IsBigEndian = false;
        Assert.Equal(3L, cursor.I64());
        cursor.IsBigEndian = true;
        Assert.Equal(4, cursor.U16());
        Assert.Equal((0L, -1), (cursor.Left, cursor.TryByte()));
    }

    [Theory]
    [InlineData(5)]
    [InlineData(-1)]
    [InlineData(long.MaxValue)]
    public void WhatIsNotThereIsRefused(long count)
    {
        ByteCursor cursor = Of(new byte[4]);
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
        ByteCursor cursor = Of(bytes, budget);
        cursor.Skip(bytes.Length - 1);
        Assert.Equal(0, budget.Work);
        Assert.Equal((7, -1), (cursor.Peek(), cursor.TryByte() == 7 ? cursor.Peek() : 0));
    }

    [Fact]
    public void ALongTextIsKeptInPart()
    {
        ByteCursor cursor = Of([.. Enumerable.Repeat((byte)'a', 200_000), 9]);
        Assert.Equal(16, cursor.Keep(200_000, 16).Length);
        Assert.Equal(9, cursor.U8());
    }
}
