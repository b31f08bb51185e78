// The decoders of bzip2 and LZMA against the libraries that CPython loads files with, on streams that are broken at random.
using System.Buffers.Binary;
using Assay.Bytes;
using Assay.Codecs;
using Assay.Tests.Builders;

namespace Assay.Tests.Codecs;

public sealed class DecoderOracleTests
{
    private const string Mutants = """
        import bz2, lzma, random, struct, sys
        rnd = random.Random(7)
        text = b''.join(b'%d,%x;' % (i * 7919 % 104729, i * i) for i in range(400)) + bytes(1500) + bytes(rnd.randrange(256) for _ in range(300))
        seeds = [SEEDS]
        out = sys.stdout.buffer
        for n in range(COUNT):
            packed = bytearray(seeds[n % len(seeds)])
            for _ in range(rnd.choice([0, 1, 1, 1, 2, 3])):
                at = rnd.randrange(len(packed)) if rnd.random() < 0.6 else rnd.randrange(min(60, len(packed)))
                if rnd.random() < 0.5: packed[at] ^= 1 << rnd.randrange(8)
                elif rnd.random() < 0.5: packed[at] = rnd.choice([0, 1, 2, 255, rnd.randrange(256)])
                else: del packed[at:at + rnd.randrange(1, 4)]
            try: plain, good = DECODE, 1
            except (OSError, EOFError, ValueError, lzma.LZMAError): plain, good = b'', 0
            out.write(struct.pack('<BII', good, len(packed), len(plain)) + packed + plain)
        """;

    public static TheoryData<string, string, string> Kinds => new()
    {
        { nameof(CodecKind.Bzip2), "bz2.compress(text, 1), bz2.compress(text[:90]), bz2.compress(bytes(9000)), bz2.compress(text[:600], 9)", "bz2.decompress(bytes(packed))" },
        { nameof(CodecKind.Xz), "lzma.compress(text, preset=1), lzma.compress(text[:90], check=lzma.CHECK_NONE), lzma.compress(text[-300:]), lzma.compress(text, check=lzma.CHECK_NONE, filters=[dict(id=lzma.FILTER_LZMA2, lc=1, lp=3, pb=0)])", "lzma.decompress(bytes(packed), format=lzma.FORMAT_XZ)" },
        { nameof(CodecKind.LzmaAlone), "lzma.compress(text, format=lzma.FORMAT_ALONE), lzma.compress(text, format=lzma.FORMAT_ALONE, filters=[dict(id=lzma.FILTER_LZMA1, lc=4, lp=0, pb=4)])", "lzma.decompress(bytes(packed), format=lzma.FORMAT_ALONE)" },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void WhatTheLibraryDecodesComesOutTheSame(string codec, string seeds, string decode)
    {
        CodecKind kind = Enum.Parse<CodecKind>(codec);
        const int Count = 3000;
        byte[] all = CPython.Run(Mutants.Replace("SEEDS", seeds, StringComparison.Ordinal)
            .Replace("DECODE", decode, StringComparison.Ordinal).Replace("COUNT", $"{Count}", StringComparison.Ordinal));
        int at = 0;
        int good = 0;
        for (int i = 0; i < Count; i++)
        {
            bool isGood = all[at] != 0;
            int packedLength = BinaryPrimitives.ReadInt32LittleEndian(all.AsSpan(at + 1));
            int plainLength = BinaryPrimitives.ReadInt32LittleEndian(all.AsSpan(at + 5));
            byte[] packed = all[(at + 9)..(at + 9 + packedLength)];
            at += 9 + packedLength + plainLength;
            using ByteSource bytes = Inflate(kind, packed, out Inflated result);
            if (isGood)
            {
                good++;
                Assert.True(result.Error is null, $"{i}: {result.Error} {Convert.ToHexString(packed)}");
                Assert.True(all.AsSpan(at - plainLength, plainLength).SequenceEqual(bytes.ReadUpTo(0, plainLength + 1)), $"{i}: {Convert.ToHexString(packed)}");
            }
            else if (kind == CodecKind.Bzip2)
            {
                // Of xz and LZMA, more is read than the library takes: other readers do not look at all that it looks at.
                Assert.True(result.Error is not null, $"{i}: {Convert.ToHexString(packed)}");
            }
        }

        Assert.InRange(good, Count / 10, Count - (Count / 10));
    }

    [Fact]
    public void ARandomisedBlockOfBzip2IsUndoneAsTheLibraryDoes()
    {
        // The flag is set in a good stream; then its checksums are made those of what comes out.
        byte[] packed = CPython.Run("import bz2,sys; sys.stdout.buffer.write(bz2.compress(bytes(i * 7 % 251 for i in range(90000)), 1))");
        packed[14] |= 0x80;
        using ByteSource bytes = Inflate(CodecKind.Bzip2, packed, out Inflated result);
        Assert.True(result.OnlyChecksum, result.Error);
        byte[] plain = bytes.ReadUpTo(0, (int)bytes.Length);
        Bzip2Crc checksum = new();
        checksum.Add(plain);
        string script = $"""
            import bz2, sys
            packed = bytes.fromhex('{Convert.ToHexString(packed)}')
            bits = ''.join(format(b, '08b') for b in packed)
            new = format({checksum.Value}, '032b')
            end = bits.rindex(format(0x177245385090, '048b')) + 48
            bits = bits[:80] + new + bits[112:end] + new + bits[end + 32:]
            sys.stdout.buffer.write(bz2.decompress(bytes(int(bits[i:i + 8], 2) for i in range(0, len(bits), 8))))
            """;
        Assert.Equal(CPython.Run(script), plain);
        Assert.NotEqual(CPython.Run("import sys; sys.stdout.buffer.write(bytes(i * 7 % 251 for i in range(90000)))"), plain);
    }

    private static ByteSource Inflate(CodecKind kind, byte[] packed, out Inflated result)
    {
        ScanBudget budget = new(new ScanLimits(), TimeProvider.System, TestContext.Current.CancellationToken);
        result = Codec.Inflate(kind, new MemorySource(packed), new ByteRange(0, packed.Length), budget, new MemoryScratch());
        return result.Bytes;
    }
}
