// Strided tensors read in row-major order, against the slowest way to do it.
using System.Buffers.Binary;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Tensors;

namespace Assay.Tests.Tensors;

public sealed class TensorBytesTests
{
    private static readonly ElementType[] s_types = [ElementType.U8, ElementType.F16, ElementType.F32, ElementType.I64, ElementType.C128];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void AnyStridesGiveWhatOneElementAtATimeGives(int seed)
    {
        Random random = new(seed);
        for (int round = 0; round < 300; round++)
        {
            ElementType type = s_types[random.Next(s_types.Length)];
            long[] shape = [.. Enumerable.Range(0, random.Next(5)).Select(_ => (long)random.Next(round % 50 == 0 ? 0 : 1, 8))];
            long[] strides = [.. shape.Select(_ => (long)random.Next(12))];
            Check(random, new TensorView(type, shape, strides, random.Next(5)), 16 * random.Next(1, 9));
        }
    }

    [Fact]
    public void ATransposedMatrixLargerThanTheBufferIsReadInLongRuns()
    {
        Random random = new(5);
        TensorView view = new(ElementType.F32, [700, 900], [1, 700], 3);
        long reads = Check(random, view, 1 << 20);
        Assert.InRange(reads, 1, 4000);
    }

    [Fact]
    public void ChannelsLastIsGathered() => Check(new Random(6), new TensorView(ElementType.F16, [4, 30, 20, 20], [12000, 1, 600, 30], 0), 1 << 14);

    [Fact]
    public void BigEndianIsTurnedRoundByElementAndByHalfOfAComplexOne()
    {
        byte[] bytes = [.. Enumerable.Range(0, 16).Select(i => (byte)i)];
        Assert.Equal((byte[])[3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12], Read(bytes, TensorView.RowMajor(ElementType.C64, [2]), bigEndian: true));
        Assert.Equal((byte[])[1, 0, 3, 2], Read(bytes, TensorView.RowMajor(ElementType.BF16, [2]), bigEndian: true));
        Assert.Equal((byte[])[0, 1, 2], Read(bytes, TensorView.RowMajor(ElementType.I8, [3]), bigEndian: true));
    }

    [Fact]
    public void SignsAreFlippedWhereAskedFor()
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteSingleLittleEndian(bytes, 1.5f);
        BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(4), -2.5f);
        byte[] conjugate = Read(bytes, TensorView.RowMajor(ElementType.C64, [1]) with { Flips = SignFlips.Imaginary });
        Assert.Equal((1.5f, 2.5f), (BinaryPrimitives.ReadSingleLittleEndian(conjugate), BinaryPrimitives.ReadSingleLittleEndian(conjugate.AsSpan(4))));
        byte[] negated = Read(bytes, TensorView.RowMajor(ElementType.F32, [2]) with { Flips = SignFlips.Real });
        Assert.Equal((-1.5f, 2.5f), (BinaryPrimitives.ReadSingleLittleEndian(negated), BinaryPrimitives.ReadSingleLittleEndian(negated.AsSpan(4))));
    }

    [Fact]
    public void AStorageThatEndsEarlyStopsTheRead()
    {
        TensorStorage lie = new("0", new MemorySource(new byte[4]), new ByteRange(0, 64));
        foreach (TensorView view in (TensorView[])[TensorView.RowMajor(ElementType.U8, [64]), new(ElementType.U8, [4, 16], [1, 4], 0)])
        {
            using TensorBytes bytes = new(lie, view);
            Assert.Throws<ScanStopException>(() => bytes.Next().Length);
        }
    }

    private static long Check(Random random, TensorView view, int chunk)
    {
        long last = view.Offset;
        for (int i = 0; i < view.Shape.Count; i++)
        {
            last += Math.Max(0, view.Shape[i] - 1) * view.Strides[i];
        }

        byte[] whole = new byte[7 + ((last + 1) * view.Type.Size())];
        random.NextBytes(whole);
        CountedSource source = new(whole);
        TensorStorage storage = new("0", source, new ByteRange(7, whole.Length - 7));
        Assert.Null(view.Refusal(storage.Range.Length));
        List<byte> got = [];
        using TensorBytes bytes = new(storage, view, chunk);
        for (ReadOnlySpan<byte> next = bytes.Next(); !next.IsEmpty; next = bytes.Next())
        {
            Assert.True(next.Length % view.Type.Size() == 0);
            got.AddRange(next);
        }

        Assert.True(Slowly(whole.AsSpan(7), view).SequenceEqual(got), view.ToString());
        return source.Reads;
    }

    private static List<byte> Slowly(ReadOnlySpan<byte> storage, TensorView view)
    {
        List<byte> bytes = [];
        int size = view.Type.Size();
        for (long element = 0; element < view.Count; element++)
        {
            long rest = element;
            long at = view.Offset;
            for (int i = view.Shape.Count - 1; i >= 0; i--)
            {
                at += rest % view.Shape[i] * view.Strides[i];
                rest /= view.Shape[i];
            }

            bytes.AddRange(storage.Slice((int)(at * size), size));
        }

        return bytes;
    }

    private static byte[] Read(byte[] storage, TensorView view, bool bigEndian = false)
    {
        using TensorBytes bytes = new(new TensorStorage("0", new MemorySource(storage), new ByteRange(0, storage.Length), bigEndian), view);
        return bytes.Next().ToArray();
    }

    private sealed class CountedSource(byte[] bytes) : ByteSource
    {
        private readonly MemorySource _inner = new(bytes);

        public long Reads { get; private set; }

        public override long Length => bytes.Length;

        public override int ReadAt(long offset, Span<byte> destination)
        {
            Reads++;
            return _inner.ReadAt(offset, destination);
        }
    }
}
