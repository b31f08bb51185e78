// Sources of bytes: memory, slices, scratch space, files that change.
using Assay.Bytes;

namespace Assay.Tests.Bytes;

public sealed class SourceTests
{
    [Theory]
    [InlineData(0, 5, 0, 5)]
    [InlineData(3, 100, 3, 2)]
    [InlineData(5, 1, 5, 0)]
    [InlineData(9, 9, 5, 0)]
    [InlineData(2, long.MaxValue, 2, 3)]
    [InlineData(0, 0, 0, 0)]
    public void RangeIsCutToTheSource(long offset, long length, long start, long rest) =>
        Assert.Equal(new ByteRange(start, rest), new ByteRange(offset, length).ClampTo(5));

    [Theory]
    [InlineData(10, 4, 100, 10)]
    [InlineData(long.MaxValue, 1, 100, 100)]
    [InlineData(long.MaxValue, 8, 100, 12)]
    [InlineData(-5, 1, 100, 0)]
    [InlineData(10, 4, -1, 0)]
    [InlineData(1, 200, 100, 0)]
    public void RoomIsNeverMadeForMoreThanTheBytesCanHold(long declared, int size, long available, int room) =>
        Assert.Equal(room, Clamp.Count(declared, size, available));

    [Fact]
    public void SliceOfASliceCountsFromItsOwnStart()
    {
        using ByteSource source = new MemorySource("abcdefgh"u8.ToArray());
        using ByteSource slice = source.Slice(new ByteRange(2, 5)).Slice(new ByteRange(1, 100));
        Assert.Equal("defg"u8.ToArray(), slice.ReadUpTo(0, 100));
        Assert.Equal(0, slice.ReadAt(4, new byte[1]));
        Assert.Equal(0, slice.ReadAt(-1, new byte[1]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4096)]
    [InlineData(1 << 20)]
    [InlineData((1 << 20) + 1)]
    [InlineData((3 << 20) - 1)]
    public void ScratchGivesBackWhatWasAppended(int length)
    {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++)
        {
            bytes[i] = (byte)(i * 31 / 7);
        }

        using ScratchSpace space = new MemoryScratch().Create();
        for (int at = 0; at < length; at += 77_777)
        {
            space.Append(bytes.AsSpan(at, Math.Min(77_777, length - at)));
        }

        Assert.Equal(length, space.Length);
        Assert.Equal(bytes, space.ReadUpTo(0, length));
        Assert.Equal(bytes[(length / 2)..], space.ReadUpTo(length / 2, length));
    }

    [Fact]
    public void ScratchStopsAtItsCeiling()
    {
        using ScratchSpace space = new MemoryScratch(10).Create();
        space.Append(new byte[10]);
        ScanStopException stop = Assert.Throws<ScanStopException>(() => space.Append(new byte[1]));
        Assert.Equal(StopReason.Limit, stop.Reason);
    }

    [Fact]
    public void FileThatBecomesShorterIsSaidToHaveChanged()
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, new byte[100]);
            using FileSource source = new(File.OpenHandle(path, share: FileShare.ReadWrite));
            using (FileStream writer = new(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            {
                writer.SetLength(10);
            }

            Assert.False(source.IsUnchanged());
            ScanStopException stop = Assert.Throws<ScanStopException>(() => source.ReadAt(0, new byte[50]));
            Assert.Equal((StopReason.Changed, 10L), (stop.Reason, stop.Offset));
        }
        finally
        {
            File.Delete(path);
        }
    }
}
