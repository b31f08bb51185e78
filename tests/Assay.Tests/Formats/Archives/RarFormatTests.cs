// RAR archives, built block by block: there is no free packer.
using System.Text;
using Assay.Artifacts;
using Assay.Codecs;
using Assay.Formats.Archives;

namespace Assay.Tests.Formats.Archives;

public sealed class RarFormatTests
{
    private static readonly byte[] s_canary = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("canary ", 50)));

    private static byte[] Block4(int type, int flags, byte[] rest)
    {
        byte[] body = [(byte)type, (byte)flags, (byte)(flags >> 8), (byte)(7 + rest.Length), (byte)((7 + rest.Length) >> 8), .. rest];
        return [.. BitConverter.GetBytes((ushort)Crc32.Of(body)), .. body];
    }

    private static byte[] File4(string name, byte[] data, int flags = 0, byte method = 0x30)
    {
        byte[] text = Encoding.UTF8.GetBytes(name);
        return
        [
            .. Block4(0x74, 0x8000 | flags,
            [
                .. BitConverter.GetBytes(data.Length), .. BitConverter.GetBytes(data.Length), 3, .. BitConverter.GetBytes(Crc32.Of(data)),
                0, 0, 0x21, 0x58, 20, method, .. BitConverter.GetBytes((ushort)text.Length), .. BitConverter.GetBytes(0x81A4), .. text,
            ]),
            .. data,
        ];
    }

    private static byte[] Archive4(params byte[][] files) =>
        [0x52, 0x61, 0x72, 0x21, 0x1A, 0x07, 0x00, .. Block4(0x73, 0, new byte[6]), .. files.SelectMany(f => f), .. Block4(0x7B, 0x4000, [])];

    private static byte[] Number(long value)
    {
        List<byte> bytes = [];
        for (; value >= 0x80; value >>= 7)
        {
            bytes.Add((byte)(value | 0x80));
        }

        bytes.Add((byte)value);
        return [.. bytes];
    }

    private static byte[] Block5(int type, int flags, byte[] rest, byte[] data)
    {
        byte[] body = [(byte)type, (byte)flags, .. (flags & 2) != 0 ? Number(data.Length) : [], .. rest];
        byte[] sized = [.. Number(body.Length), .. body];
        return [.. BitConverter.GetBytes(Crc32.Of(sized)), .. sized, .. data];
    }

    private static byte[] File5(string name, byte[] data, long compression = 0)
    {
        byte[] text = Encoding.UTF8.GetBytes(name);
        return Block5(2, 2, [4, .. Number(data.Length), .. Number(0x81A4), .. BitConverter.GetBytes(Crc32.Of(data)), .. Number(compression), 1, .. Number(text.Length), .. text], data);
    }

    private static byte[] Archive5(params byte[][] files) =>
        [0x52, 0x61, 0x72, 0x21, 0x1A, 0x07, 0x01, 0x00, .. Block5(1, 0, [0], []), .. files.SelectMany(f => f), .. Block5(5, 0, [0], [])];

    private static ArchiveContext Read(byte[] rar) => ArchiveContext.Read(new RarFormat(), rar)!;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void T064_StoredFilesAreRead(bool five)
    {
        byte[] rar = five ? Archive5(File5("m/data.pkl", s_canary), File5("b", [1])) : Archive4(File4("m/data.pkl", s_canary), File4("b", [1]));
        ArchiveContext context = Read(rar);
        Assert.Equal(["m/data.pkl", "b"], context.Names);
        Assert.Equal(s_canary, context.Children[0].Bytes);
        Assert.Empty(context.Anomalies);
        Assert.Empty(context.Unreads);
        Assert.Empty(context.Coverage.Gaps());
    }

    [Fact]
    public void T064_TheOtherReaderAgreesAboutTheBuilder()
    {
        foreach (byte[] rar in new[] { Archive4(File4("a", s_canary)), Archive5(File5("a", s_canary)) })
        {
            using var reader = SharpCompress.Readers.Rar.RarReader.OpenReader(new MemoryStream(rar), new());
            Assert.True(reader.MoveToNextEntry());
            using MemoryStream content = new();
            reader.WriteEntryTo(content);
            Assert.Equal(s_canary, content.ToArray());
        }
    }

    [Fact]
    public void T185_EncryptedFileIsUnread()
    {
        ArchiveContext context = Read(Archive4(File4("a", s_canary, flags: 4), File4("b", [1])));
        Assert.Equal(["b"], context.Names);
        Assert.Equal(UnreadCause.Encrypted, Assert.Single(context.Unreads).Cause);
    }

    [Fact]
    public void PackedGarbageIsUnreadAndOthersAreRead()
    {
        foreach (byte[] rar in new[] { Archive4(File4("bad", s_canary, method: 0x33), File4("b", [1])), Archive5(File5("bad", s_canary, 3 << 7), File5("b", [1])) })
        {
            ArchiveContext context = Read(rar);
            Assert.Contains("b", context.Names);
            Assert.NotEmpty(context.Unreads);
        }
    }

    [Fact]
    public void T184_WindowOverTheLimitIsUnread()
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        ArchiveContext context = Read(Archive5(File5("a", s_canary, (3 << 7) | (15 << 10))));
        Assert.Equal(UnreadCause.Limit, Assert.Single(context.Unreads).Cause);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
    }

    [Fact]
    public void T181_NamesAreLookedAt() => Assert.Contains("archive.traversal", Read(Archive5(File5("../x", s_canary))).Anomalies);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void MutationsAndTruncationsNeverThrow(bool five)
    {
        byte[] rar = five ? Archive5(File5("a", s_canary, 3 << 7), File5("b", s_canary)) : Archive4(File4("a", s_canary, method: 0x33), File4("b", s_canary));
        int read = 0;
        for (int length = 8; length < rar.Length; length += 3)
        {
            read += ArchiveContext.Read(new RarFormat(), rar[..length])?.Children.Count ?? 0;
        }

        Random random = new(5);
        for (int i = 0; i < 1000; i++)
        {
            byte[] bad = [.. rar];
            bad[random.Next(8, bad.Length)] = (byte)random.Next(256);
            bad[random.Next(8, bad.Length)] = (byte)random.Next(256);
            long before = GC.GetAllocatedBytesForCurrentThread();
            read += ArchiveContext.Read(new RarFormat(), bad)?.Children.Count ?? 0;
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 300 << 20);
        }

        Assert.True(read > 500);
    }
}
