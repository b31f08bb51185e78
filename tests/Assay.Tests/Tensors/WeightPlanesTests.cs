// Measurements of bits, and files hidden in them: what must be found, and what must not.
using System.Buffers.Binary;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Tensors;
using Assay.Tests.Builders;

namespace Assay.Tests.Tensors;

public sealed class WeightPlanesTests
{
    [Fact]
    public void HalvesThatWereMadeSinglesFitAndAChangedBitShows()
    {
        byte[] weights = Weights(1000, i => (float)(Half)(i * 0.013f));
        Assert.Equal(new PrecisionFit(ElementType.F16, 1000, -1), Planes(weights).Fits[0]);
        weights[4 * 321] |= 1;
        Assert.Equal(new PrecisionFit(ElementType.F16, 999, 321), Planes(weights).Fits[0]);
        Assert.True(Planes(weights).Fits[1].Exact < 1000);
    }

    [Fact]
    public void PlanesCountBytesBitsAndExponents()
    {
        byte[] weights = Weights(256, i => i < 128 ? 1f : -4f);
        WeightPlanes planes = Planes(weights);
        Assert.Equal([0, 0], planes.ByteEntropy.Take(2));
        Assert.Equal(1, planes.ByteEntropy[3], 6);
        Assert.Equal(0.5, planes.BitShare[31]);
        Assert.Equal([(0, 128L), (2, 128L)], planes.Exponents.Select(e => (e.Key, e.Value)).Order());
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(1, false)]
    [InlineData(2, true)]
    [InlineData(4, false)]
    [InlineData(8, true)]
    [InlineData(16, true)]
    [InlineData(16, false)]
    public void AProgramInTheLowBitsIsFound(int bits, bool highFirst)
    {
        HiddenHeader found = Assert.Single(Find(Hide(Elf(), bits, highFirst, skip: 0)), h => h.Kind == "elf" && h.Bits == bits && h.HighFirst == highFirst);
        Assert.Equal(0, found.Offset);
        Assert.Contains(Find(Hide(Elf(), bits, highFirst, skip: 24)), h => h.Kind == "elf" && h.Offset == 24);
    }

    [Fact]
    public void ArchivesStreamsAndScriptsAreFound()
    {
        Assert.Contains(Find(Hide(new ZipBuilder().Add("a.txt", "canary").Build(), 8, true, 0)), h => h.Kind == "zip");
        Assert.Contains(Find(Hide("#!/bin/sh\necho canary\n"u8.ToArray(), 4, true, 0)), h => h.Kind == "script");
        using MemoryStream packed = new();
        using (System.IO.Compression.ZLibStream zlib = new(packed, System.IO.Compression.CompressionLevel.Fastest))
        {
            zlib.Write(new byte[5000]);
        }

        Assert.Contains(Find(Hide([.. packed.ToArray(), .. new byte[16]], 2, true, 0)), h => h.Kind == "zlib");
    }

    [Fact]
    public void OrdinaryWeightsAndBareSignaturesHoldNothing()
    {
        Random random = new(3);
        Assert.Empty(Find(Weights(200_000, _ => (float)(random.NextDouble() - 0.5))));
        Assert.Empty(Find(Hide("\u007fELF and then some text that is no header of a program, long enough to be read as one."u8.ToArray(), 8, true, 0)));
        Assert.Empty(Find(Hide([.. "MZ"u8, .. new byte[200]], 8, true, 0)));
        Assert.Empty(Find(Hide([.. "PK\u0003\u0004"u8, .. new byte[200]], 8, true, 0)));
        Assert.Empty(Find(Hide([0x78, 0x9C, .. Enumerable.Repeat((byte)0xFF, 200)], 8, true, 0)));
    }

    private static WeightPlanes Planes(byte[] weights) => WeightPlanes.Of(Storage(weights), View(weights), TestContext.Current.CancellationToken)!;

    private static IReadOnlyList<HiddenHeader> Find(byte[] weights) => LowBitStreams.Find(Storage(weights), View(weights), TestContext.Current.CancellationToken);

    private static TensorStorage Storage(byte[] weights) => new("0", new MemorySource(weights), new ByteRange(0, weights.Length));

    private static TensorView View(byte[] weights) => TensorView.RowMajor(ElementType.F32, [weights.Length / 4]);

    private static byte[] Weights(int count, Func<int, float> value)
    {
        byte[] bytes = new byte[4 * count];
        for (int i = 0; i < count; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(4 * i), value(i));
        }

        return bytes;
    }

    /// <summary>Random weights whose low bits are the payload, from byte <paramref name="skip"/> of the stream on.</summary>
    private static byte[] Hide(byte[] payload, int bits, bool highFirst, int skip)
    {
        Random random = new(9);
        byte[] stream = [.. new byte[skip], .. payload];
        int count = (stream.Length * 8 / bits) + 1;
        byte[] weights = Weights(count, _ => (float)(random.NextDouble() + 0.5));
        for (int i = 0; i < stream.Length * 8 / bits; i++)
        {
            int value = 0;
            for (int b = 0; b < bits; b++)
            {
                int bit = (i * bits) + b;
                int place = highFirst ? bits - 1 - b : b;
                int one = highFirst ? (stream[bit / 8] >> (7 - (bit % 8))) & 1 : (stream[bit / 8] >> (bit % 8)) & 1;
                value |= one << place;
            }

            Span<byte> element = weights.AsSpan(4 * i);
            uint raw = BinaryPrimitives.ReadUInt32LittleEndian(element);
            BinaryPrimitives.WriteUInt32LittleEndian(element, (raw & ~((1u << bits) - 1)) | (uint)value);
        }

        return weights;
    }

    /// <summary>The header of a 64-bit program, and nothing that could run.</summary>
    private static byte[] Elf()
    {
        byte[] head = new byte[120];
        "\u007fELF\u0002\u0001\u0001"u8.CopyTo(head);
        head[16] = 2;
        head[18] = 0x3E;
        head[52] = 64;
        return head;
    }
}
