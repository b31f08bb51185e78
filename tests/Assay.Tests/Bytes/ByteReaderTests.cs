// Reading front to back: numbers, windows, ends.
using Assay.Bytes;

namespace Assay.Tests.Bytes;

public sealed class ByteReaderTests
{
    [Fact]
    public void NumbersAreLittleEndian()
    {
        using ByteReader reader = new(new MemorySource(new byte[] { 0x01, 0x02, 0x01, 0x04, 0x03, 0x02, 0x01, 1, 0, 0, 0, 0, 0, 0, 0x80 }));
        Assert.Equal(0x01, reader.ReadByte());
        Assert.Equal(0x0102, reader.ReadUInt16());
        Assert.Equal(0x01020304u, reader.ReadUInt32());
        Assert.Equal(0x8000000000000001ul, reader.ReadUInt64());
        Assert.Equal(0, reader.Remaining);
    }

    [Theory]
    [InlineData(4095)]
    [InlineData(4096)]
    [InlineData(4093)]
    public void NumberThatStraddlesTheWindowIsWhole(int before)
    {
        byte[] bytes = new byte[before + 4];
        bytes[before] = 0x2A;
        using ByteReader reader = new(new MemorySource(bytes));
        reader.ReadByte();
        reader.Take(before - 1);
        Assert.Equal(0x2Au, reader.ReadUInt32());
    }

    [Fact]
    public void TakeStepsOverWithoutReading()
    {
        using ByteReader reader = new(new SourceWithoutBytes(40L << 30));
        ByteRange taken = reader.Take(39L << 30);
        Assert.Equal(new ByteRange(0, 39L << 30), taken);
        Assert.Equal(1L << 30, reader.Remaining);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(5)]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public void DeclaredLengthThatDoesNotFitIsMalformed(long declared)
    {
        MalformedException broken = Assert.Throws<MalformedException>(() =>
        {
            using ByteReader reader = new(new MemorySource(new byte[4]));
            reader.Take(declared);
        });
        Assert.Equal(4, broken.Offset);
    }

    [Fact]
    public void NumberCutByTheEndIsMalformedAtTheFirstMissingByte()
    {
        MalformedException broken = Assert.Throws<MalformedException>(() =>
        {
            using ByteReader reader = new(new MemorySource(new byte[3]));
            reader.ReadUInt32();
        });
        Assert.Equal(3, broken.Offset);
    }

    [Fact]
    public void PeekDoesNotMoveAndIsShortAtTheEnd()
    {
        using ByteReader reader = new(new MemorySource("abc"u8.ToArray()), 1);
        Assert.Equal("bc"u8.ToArray(), reader.Peek(10).ToArray());
        Assert.Equal(1, reader.Position);
    }

    [Fact]
    public void ReadBeyondASeekPastTheEndIsMalformed() =>
        Assert.Throws<MalformedException>(() =>
        {
            using ByteReader reader = new(new MemorySource(new byte[3]));
            reader.Seek(1L << 40);
            reader.ReadByte();
        });

    private sealed class SourceWithoutBytes(long length) : ByteSource
    {
        public override long Length => length;

        public override int ReadAt(long offset, Span<byte> destination) => throw new InvalidOperationException("Nobody asked for these bytes.");
    }
}
