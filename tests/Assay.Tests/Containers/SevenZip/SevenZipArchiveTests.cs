// Headers of 7z archives, written by hand so that every number can lie.
using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using Assay.Bytes;
using Assay.Codecs;
using Assay.Containers.SevenZip;

namespace Assay.Tests.Containers.SevenZip;

public sealed class SevenZipArchiveTests
{
    /// <summary>Signature header, packed bytes, and a header at the end that is not packed.</summary>
    private static byte[] Archive(byte[] packed, byte[] header, long? offset = null, long? length = null, bool wrongCrc = false)
    {
        byte[] start = new byte[32];
        SevenZipArchive.Signature.CopyTo(start);
        start[7] = 4;
        BinaryPrimitives.WriteInt64LittleEndian(start.AsSpan(12), offset ?? packed.Length);
        BinaryPrimitives.WriteInt64LittleEndian(start.AsSpan(20), length ?? header.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(start.AsSpan(28), Crc32.HashToUInt32(header) ^ (wrongCrc ? 1u : 0));
        BinaryPrimitives.WriteUInt32LittleEndian(start.AsSpan(8), Crc32.HashToUInt32(start.AsSpan(12)));
        return [.. start, .. packed, .. header];
    }

    private static byte[] Name(string name) => [.. Encoding.Unicode.GetBytes(name), 0, 0];

    /// <summary>A header of one folder (Copy) that holds one file.</summary>
    private static byte[] Stored(int size, string name)
    {
        byte[] names = Name(name);
        return
        [
            1, 4,
            6, 0, 1, 9, (byte)size, 0, // One packed stream at 0.
            7, 11, 1, 0, 1, 1, 0, 12, (byte)size, 0, // One folder of one simple coder, method 00 (Copy).
            0,
            5, 1, 17, (byte)(1 + names.Length), 0, .. names, 0,
            0,
        ];
    }

    private static SevenZipArchive Read(byte[] bytes, ScanLimits? limits = null) =>
        SevenZipArchive.Read(new MemorySource(bytes), new ByteRange(0, bytes.Length), Budgets.Of(limits), new MemoryScratch());

    [Fact]
    public void StoredFileHasNamePlaceAndFolder()
    {
        SevenZipArchive archive = Read(Archive([1, 2, 3, 4, 5], Stored(5, "data.pkl")));
        SevenZipFile file = Assert.Single(archive.Files);
        Assert.Equal(("data.pkl", false, 0, new ByteRange(0, 5)), (file.Name, file.IsDirectory, file.Folder, file.Content));
        Assert.Equal(new ByteRange(32, 5), Assert.Single(archive.Folders).Packed);
        Assert.Empty(archive.Oddities.All);
    }

    [Fact]
    public void EmptyArchiveHasNothing()
    {
        SevenZipArchive archive = Read(Archive([], []));
        Assert.Empty(archive.Files);
        Assert.Empty(archive.Folders);
    }

    [Fact]
    public void WrongHeaderCrcIsOddAndTheHeaderIsRead()
    {
        SevenZipArchive archive = Read(Archive([1, 2, 3], Stored(3, "a"), wrongCrc: true));
        Assert.True(archive.Oddities.Has("7z.header-crc"));
        Assert.Equal("a", Assert.Single(archive.Files).Name);
    }

    [Theory]
    [InlineData(1000L, null)]
    [InlineData(-1L, null)]
    [InlineData(null, 1000L)]
    [InlineData(null, -1L)]
    [InlineData(long.MaxValue, long.MaxValue)]
    public void HeaderPlacedOutsideTheFileIsMalformed(long? offset, long? length) =>
        Assert.Throws<MalformedException>(() => Read(Archive([1, 2, 3], Stored(3, "a"), offset, length)));

    [Theory]
    [InlineData(5)] // Files.
    [InlineData(6)] // Packed streams.
    [InlineData(11)] // Folders.
    public void CountWithoutBytesBehindItTakesNoMemory(int part)
    {
        byte[] number = [0xFF, 0, 0, 0, 0, 0, 0, 0, 1];
        byte[] header = part switch
        {
            5 => [1, 5, .. number, 0, 0],
            6 => [1, 4, 6, 0, .. number, 9, 0, 0, 0],
            _ => [1, 4, 7, 11, .. number, 0, 0, 0, 0],
        };
        byte[] archive = Archive([], header);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(StopReason.Limit, Assert.Throws<ScanStopException>(() => Read(archive)).Reason);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(11)]
    public void CountUnderTheLimitThatIsMoreThanTheBytesIsMalformed(int part)
    {
        byte[] number = [0xC0 | 0x07, 0, 0];
        byte[] header = part switch
        {
            5 => [1, 5, .. number, 0, 0],
            6 => [1, 4, 6, 0, .. number, 9, 0, 0, 0],
            _ => [1, 4, 7, 11, .. number, 0, 0, 0, 0],
        };
        Assert.Throws<MalformedException>(() => Read(Archive([], header)));
    }

    [Fact]
    public void EveryCutOfTheHeaderIsMalformed()
    {
        byte[] header = Stored(3, "data.pkl");
        for (int length = 1; length < header.Length - 1; length++)
        {
            Assert.Throws<MalformedException>(() => Read(Archive([1, 2, 3], header[..length])));
        }
    }

    [Fact]
    public void PackedStreamBeyondTheEndIsCut()
    {
        byte[] header = Stored(100, "a");
        Assert.InRange(Read(Archive([1, 2, 3], header)).Folders[0].Packed.Length, 0, 3 + header.Length);
    }
}
