// Checkpoints and records of TensorFlow: tables with and without packed blocks, files beside them, and what lies outside of them.
using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Conversion;
using Assay.Formats.TensorFlow;
using Assay.Hosting.Folders;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Conversion;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.TensorFlow;

public sealed class TensorFlowCheckpointTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AnIndexAndItsFileAreReadTogether(bool packed)
    {
        using TemporaryTree tree = new();
        byte[] values = WeightFiles.Floats(1, 2, 3, 4);
        File.WriteAllBytes(tree["model.index"], Table(packed, ("", Header()), ("a/w", Entry(1, [2], 0, 8)), ("b/w", Entry(1, [2], 8, 8))));
        File.WriteAllBytes(tree["model.data-00000-of-00001"], values);
        IReadOnlyList<TargetReport> targets = ScanReport.Of(Scans.Options, FolderBundle.TryCreate(tree.Root)!).Targets;
        Assert.All(targets, t => Assert.True(t.Verdict == Verdict.Passed && t.Findings.Count == 0 && t.Unread.Count == 0, t.Describe()));
        Assert.Equal(["tf-checkpoint-data", "tf-checkpoint-index"], targets.SelectMany(t => t.Formats).Order());
        using MemorySource index = new(File.ReadAllBytes(tree["model.index"]));
        TensorMap map = WeightsReader.Read(index, new ReadingOptions { In = new BundlePlace(FolderBundle.TryCreate(tree.Root)!, "model.index") }, TestContext.Current.CancellationToken);
        Assert.Equal(["a/w", "b/w"], map.Tensors.Select(t => t.Name));
        Assert.Equal(values[8..], WeightFiles.Elements(map, "b/w"));
    }

    [Fact]
    public void BytesThatTheIndexGivesToNoTensorAreNotPassed()
    {
        using TemporaryTree tree = new();
        File.WriteAllBytes(tree["model.index"], Table(false, ("", Header()), ("w", Entry(1, [2], 0, 8))));
        File.WriteAllBytes(tree["model.data-00000-of-00001"], [.. new byte[8], .. Scans.Canary]);
        Assert.Equal(Verdict.Malicious, ScanReport.Of(Scans.Options, FolderBundle.TryCreate(tree.Root)!).Verdict);
    }

    [Theory]
    [InlineData(0, 9)]
    [InlineData(8, 8)]
    [InlineData(-1, 8)]
    [InlineData(0, long.MaxValue)]
    public void ATensorOutsideOfItsFileIsSuspicious(long offset, long size)
    {
        using TemporaryTree tree = new();
        File.WriteAllBytes(tree["model.index"], Table(false, ("", Header()), ("w", Entry(1, [2], offset, size))));
        File.WriteAllBytes(tree["model.data-00000-of-00001"], new byte[8]);
        Assert.Contains(ScanReport.Of(Scans.Options, FolderBundle.TryCreate(tree.Root)!).Targets, t => t.Is("tf-checkpoint-range"));
    }

    [Fact]
    public void ATableThatIsCutOrChangedAnywhereIsNoFault()
    {
        byte[] table = Table(true, ("", Header()), ("w", Entry(1, [2], 0, 8)), ("wider", Entry(1, [2], 0, 8)));
        for (int at = 0; at < table.Length - 8; at++)
        {
            byte[] changed = [.. table];
            changed[at] ^= 0x5A;
            Assert.DoesNotContain(UnreadCause.Fault, Scans.Of(changed).Causes());
        }
    }

    [Fact]
    public void RecordsAreSteppedOverAndATornOneIsTruncation()
    {
        byte[] file = [.. Record("first"), .. Record("second")];
        TargetReport target = Scans.Of(file, "data.tfrecord");
        Assert.Equal((Verdict.Passed, "tf-record"), (target.Verdict, Assert.Single(target.Formats)));
        target.AssertComplete();
        Assert.Equal([UnreadCause.Truncated], Scans.Of(file[..^3], "data.tfrecord").Causes());
        Assert.Contains(UnreadCause.Malformed, Scans.Of([.. file, 1, 2, 3], "data.tfrecord").Causes());
    }

    [Theory]
    [InlineData(new byte[] { 10, 0x24, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 }, 10)]
    [InlineData(new byte[] { 12, 0, 7, 0x2E, 1, 0 }, -1)]
    public void BlocksOfSnappyAreUnpackedOrRefused(byte[] packed, int length) => Assert.Equal(length, SnappyBlock.Unpack(packed, new HeldMemory())?.Length ?? -1);

    [Fact]
    public void ACopyOfSnappyMayOverlapItself()
    {
        byte[]? unpacked = SnappyBlock.Unpack([9, 0x00, (byte)'a', 0x11, 1], new HeldMemory());
        Assert.Equal("aaaaaaaaa", Encoding.ASCII.GetString(unpacked!));
    }

    private static byte[] Header() => new ProtobufBuilder().Number(1, 1).Message(3, v => v.Number(1, 1)).Build();

    private static byte[] Entry(long type, long[] shape, long offset, long size)
    {
        ProtobufBuilder entry = new ProtobufBuilder().Number(1, type).Message(2, s =>
        {
            foreach (long one in shape)
            {
                s.Message(2, d => d.Number(1, one));
            }
        });
        return entry.Number(4, offset).Number(5, size).Four(6, 0).Build();
    }

    private static byte[] Table(bool packed, params (string Key, byte[] Value)[] entries)
    {
        List<byte> file = [];
        byte[] Handle(byte[] block)
        {
            byte[] stored = packed ? Literal(block) : block;
            ProtobufBuilder handle = new ProtobufBuilder().Varint((ulong)file.Count).Varint((ulong)stored.Length);
            file.AddRange([.. stored, packed ? (byte)1 : (byte)0, 0, 0, 0, 0]);
            return handle.Build();
        }

        byte[] data = Handle(Block(entries));
        byte[] meta = Handle(Block());
        byte[] index = Handle(Block(("z", data)));
        byte[] footer = [.. meta, .. index];
        return [.. file, .. footer, .. new byte[40 - footer.Length], .. SortedTable.Magic];
    }

    private static byte[] Block(params (string Key, byte[] Value)[] entries)
    {
        ProtobufBuilder block = new();
        foreach ((string key, byte[] value) in entries)
        {
            byte[] text = Encoding.UTF8.GetBytes(key);
            block.Varint(0).Varint((ulong)text.Length).Varint((ulong)value.Length).Raw(text).Raw(value);
        }

        return [.. block.Build(), 0, 0, 0, 0, 1, 0, 0, 0];
    }

    private static byte[] Literal(byte[] bytes) =>
        [.. new ProtobufBuilder().Varint((ulong)bytes.Length).Build(), 61 << 2, (byte)(bytes.Length - 1), (byte)((bytes.Length - 1) >> 8), .. bytes];

    private static byte[] Record(string text)
    {
        byte[] head = new byte[12];
        BinaryPrimitives.WriteInt64LittleEndian(head, text.Length);
        uint crc = ~BitOperations.Crc32C(uint.MaxValue, (ulong)text.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(8), unchecked(BitOperations.RotateRight(crc, 15) + 0xA282EAD8u));
        return [.. head, .. Encoding.ASCII.GetBytes(text), 0, 0, 0, 0];
    }
}
