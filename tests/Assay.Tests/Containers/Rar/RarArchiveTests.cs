// The blocks of RAR archives, walked without unpacking.
using Assay.Bytes;
using Assay.Containers.Rar;
using Assay.Tests.Builders;

namespace Assay.Tests.Containers.Rar;

public sealed class RarArchiveTests
{
    private static readonly byte[] s_content = [.. Enumerable.Range(0, 300).Select(i => (byte)i)];

    public static TheoryData<bool> Versions => [false, true];

    private static byte[] Two(bool five) => five
        ? RarBuilder.Archive5(RarBuilder.File5("m/data.pkl", s_content), RarBuilder.File5("b", [1, 2]))
        : RarBuilder.Archive4(RarBuilder.File4("m/data.pkl", s_content), RarBuilder.File4("b", [1, 2]));

    private static RarArchive Read(byte[] bytes, long offset = 0, ScanLimits? limits = null) =>
        RarArchive.Read(new MemorySource(bytes), new ByteRange(offset, bytes.Length - offset), Budgets.Of(limits));

    [Theory]
    [MemberData(nameof(Versions))]
    public void FilesCarryNameSizeAndPlace(bool five)
    {
        byte[] bytes = Two(five);
        RarArchive archive = Read(bytes);
        Assert.Equal([("m/data.pkl", 300L, true), ("b", 2L, true)], archive.Files.Select(f => (f.Name, f.Size, f.IsStored)));
        Assert.Equal(s_content, new MemorySource(bytes).ReadUpTo(archive.Files[0].Packed.Offset, (int)archive.Files[0].Packed.Length));
        Assert.True(archive.HasEnd);
        Assert.Empty(archive.Oddities.All);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void HeadersAndDataMakeUpEveryByte(bool five)
    {
        RarArchive archive = Read(Two(five));
        Assert.Equal(archive.End, archive.Structures.Sum(s => s.Length) + archive.Files.Sum(f => f.Packed.Length));
        Assert.Equal(Two(five).Length, archive.End);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void ArchiveBehindOtherBytesIsReadByItsOwnOffsets(bool five)
    {
        byte[] shifted = [.. new byte[777], .. Two(five)];
        RarArchive archive = Read(shifted, 777);
        Assert.Equal(["m/data.pkl", "b"], archive.Files.Select(f => f.Name));
        Assert.All(archive.Files, f => Assert.InRange(f.Offset, 777, shifted.Length));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void WrongHeaderCrcIsOddAndTheWalkGoesOn(bool five)
    {
        byte[] bytes = Two(five);
        long header = Read(bytes).Files[0].Offset;
        bytes[header] ^= 0xFF;
        RarArchive archive = Read(bytes);
        Assert.True(archive.Oddities.Has("rar.header-crc"));
        Assert.Equal(2, archive.Files.Count);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void SecondFileOfOneNameIsOdd(bool five)
    {
        byte[] bytes = five
            ? RarBuilder.Archive5(RarBuilder.File5("a", [1]), RarBuilder.File5("a", [2]))
            : RarBuilder.Archive4(RarBuilder.File4("a", [1]), RarBuilder.File4("a", [2]));
        Assert.True(Read(bytes).Oddities.Has("rar.duplicate-name"));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void DataBeyondTheEndAreCutToWhatIsThere(bool five)
    {
        byte[] whole = Two(five);
        RarFile first = Read(whole).Files[0];
        byte[] cut = whole[..(int)(first.Packed.Offset + 10)];
        RarFile file = Read(cut).Files[0];
        Assert.Equal((300L, 10L), (file.PackedSize, file.Packed.Length));
    }

    [Fact]
    public void EntriesLimitStopsTheWalk()
    {
        ScanStopException stop = Assert.Throws<ScanStopException>(() => Read(Two(true), limits: new ScanLimits { Entries = 1 }));
        Assert.Equal(StopReason.Limit, stop.Reason);
    }
}
