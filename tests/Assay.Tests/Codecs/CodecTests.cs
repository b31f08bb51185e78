// Every codec against its own encoder, broken streams, bombs and headers that ask for too much.
using System.Text;
using Assay.Bytes;
using Assay.Codecs;
using Assay.Tests.Builders;

namespace Assay.Tests.Codecs;

public sealed class CodecTests
{
    private const string Content = "b''.join(b'%d,%x;' % (i * 7919 % 104729, i * i) for i in range(60000))";

    private static readonly Lazy<byte[]> s_expected = new(() =>
    {
        StringBuilder text = new();
        for (long i = 0; i < 60000; i++)
        {
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"{i * 7919 % 104729},{i * i:x};");
        }

        return Encoding.ASCII.GetBytes(text.ToString());
    });

    public static TheoryData<string, string> Encoders => new()
    {
        { nameof(CodecKind.Gzip), "import gzip; o=gzip.compress(d,6,mtime=0)" },
        { nameof(CodecKind.Gzip), "import gzip; o=gzip.compress(d[:1000],1,mtime=0)+gzip.compress(d[1000:],9,mtime=0)" },
        { nameof(CodecKind.Gzip), "import gzip; o=gzip.compress(d[:1000],0,mtime=0)+bytes(512)+gzip.compress(d[1000:],9,mtime=0)" },
        { nameof(CodecKind.Zlib), "import zlib; o=zlib.compress(d,9)" },
        { nameof(CodecKind.Zlib), "import zlib; o=zlib.compress(d,0)" },
        { nameof(CodecKind.Zlib), "import zlib; c=zlib.compressobj(9,8,15,9,zlib.Z_FIXED); o=c.compress(d)+c.flush()" },
        { nameof(CodecKind.Zlib), "import zlib; c=zlib.compressobj(9,8,15,9,zlib.Z_HUFFMAN_ONLY); o=c.compress(d)+c.flush()" },
        { nameof(CodecKind.Deflate), "import zlib; c=zlib.compressobj(6,8,-15); o=c.compress(d)+c.flush()" },
        { nameof(CodecKind.Bzip2), "import bz2; o=bz2.compress(d)" },
        { nameof(CodecKind.Bzip2), "import bz2; o=bz2.compress(d[:5000],1)+bz2.compress(d[5000:],9)" },
        { nameof(CodecKind.Xz), "import lzma; o=lzma.compress(d)" },
        { nameof(CodecKind.Xz), "import lzma; o=lzma.compress(d[:5000],check=lzma.CHECK_CRC32)+bytes(8)+lzma.compress(d[5000:],check=lzma.CHECK_SHA256)" },
        { nameof(CodecKind.Xz), "import lzma; o=lzma.compress(d,check=lzma.CHECK_NONE,preset=9)" },
        { nameof(CodecKind.LzmaAlone), "import lzma; o=lzma.compress(d,format=lzma.FORMAT_ALONE)" },
    };

    [Theory]
    [MemberData(nameof(Encoders))]
    public void RoundTripsAndSeesWhereTheStreamEnds(string codec, string script)
    {
        CodecKind kind = Enum.Parse<CodecKind>(codec);
        byte[] packed = CPython.Run($"import sys; d={Content}\n{script}\nsys.stdout.buffer.write(o)");
        using (ByteSource whole = Check(kind, packed, packed.Length))
        {
            Assert.Equal(s_expected.Value, whole.ReadUpTo(0, s_expected.Value.Length + 1));
        }

        byte[] trailing = [.. packed, .. Encoding.ASCII.GetBytes(new string('T', 100_000))];
        using ByteSource same = Check(kind, trailing, packed.Length);
        Assert.Equal(s_expected.Value.Length, same.Length);
        if (kind != CodecKind.Deflate)
        {
            Assert.Equal(kind, Codec.Sniff(packed));
        }
    }

    [Theory]
    [InlineData("zstd", nameof(CodecKind.Zstd), "-q -c -19")]
    [InlineData("zstd", nameof(CodecKind.Zstd), "-q -c -1 --no-check")]
    [InlineData("lz4", nameof(CodecKind.Lz4), "-q -c -1")]
    [InlineData("lz4", nameof(CodecKind.Lz4), "-q -c -9 -BD -B4 --content-size")]
    [InlineData("lz4", nameof(CodecKind.Lz4), "-q -c -BX --no-frame-crc")]
    [InlineData("lz4", nameof(CodecKind.Lz4), "-q -c -l")]
    public void RoundTripsWhatTheProgramWrites(string program, string codec, string arguments)
    {
        CodecKind kind = Enum.Parse<CodecKind>(codec);
        string path = $"/usr/bin/{program}";
        Assert.SkipUnless(File.Exists(path), $"{program} is not installed.");
        string file = Path.GetTempFileName();
        byte[] packed;
        try
        {
            File.WriteAllBytes(file, s_expected.Value);
            packed = CPython.Program(path, [.. arguments.Split(' '), file]);
        }
        finally
        {
            File.Delete(file);
        }

        byte[] skippable = [0x51, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 1, 2, 3];
        foreach (byte[] stream in arguments.EndsWith("-l", StringComparison.Ordinal) ? new[] { packed } : [packed, [.. skippable, .. packed], [.. packed, .. skippable]])
        {
            using ByteSource whole = Check(kind, stream, stream.Length);
            Assert.Equal(s_expected.Value, whole.ReadUpTo(0, s_expected.Value.Length + 1));
            Assert.Equal(kind, Codec.Sniff(stream));
        }

        using ByteSource twice = Check(kind, [.. packed, .. packed, .. "trailing"u8], arguments.EndsWith("-l", StringComparison.Ordinal) ? -1 : packed.Length * 2);
        Assert.True(twice.Length >= s_expected.Value.Length * 2);
    }

    [Theory]
    [MemberData(nameof(Encoders))]
    public void TruncationKeepsWhatCameOutAndIsAnError(string codec, string script)
    {
        CodecKind kind = Enum.Parse<CodecKind>(codec);
        byte[] packed = CPython.Run($"import sys; d={Content}\n{script}\nsys.stdout.buffer.write(o)");
        foreach (double part in new[] { 0.01, 0.5, 0.9, 0.999 })
        {
            byte[] cut = packed[..(int)(packed.Length * part)];
            using ByteSource bytes = Inflate(kind, cut, out Inflated result);
            Assert.NotNull(result.Error);
            Assert.True(result.Truncated);
            Assert.True(s_expected.Value.AsSpan().StartsWith(bytes.ReadUpTo(0, (int)bytes.Length)));
            if (kind is not CodecKind.Bzip2 && part > 0.4)
            {
                Assert.True(bytes.Length > s_expected.Value.Length * part * 0.5, $"{bytes.Length} of {s_expected.Value.Length} at {part}");
            }
        }
    }

    [Fact]
    public void WhatComesBeforeABreakInDeflateIsKeptToTheByte()
    {
        byte[] stored = [0, 5, 0, 0xFA, 0xFF, .. "hello"u8, 0x07];
        using ByteSource bytes = Inflate(CodecKind.Deflate, stored, out Inflated result);
        Assert.Equal("hello"u8.ToArray(), bytes.ReadUpTo(0, 100));
        Assert.NotNull(result.Error);
        Assert.False(result.OnlyChecksum);
    }

    [Theory]
    [InlineData(nameof(CodecKind.Gzip), "import gzip; o=bytearray(gzip.compress(d)); o[-8]^=1")]
    [InlineData(nameof(CodecKind.Gzip), "import gzip; o=bytearray(gzip.compress(d)); o[-1]^=1")]
    [InlineData(nameof(CodecKind.Zlib), "import zlib; o=bytearray(zlib.compress(d)); o[-1]^=1")]
    [InlineData(nameof(CodecKind.Xz), "import lzma; o=bytearray(lzma.compress(d,check=lzma.CHECK_CRC32)); i=len(o)-12-8-4; o[i]^=1")]
    public void T060_WrongChecksumIsAnErrorAndTheDataIsWhole(string codec, string script)
    {
        CodecKind kind = Enum.Parse<CodecKind>(codec);
        byte[] packed = CPython.Run($"import sys; d=b'canary'*10\n{script}\nsys.stdout.buffer.write(o)");
        using ByteSource bytes = Inflate(kind, packed, out Inflated result);
        Assert.Equal(60, bytes.Length);
        Assert.True(result.OnlyChecksum, result.Error);
    }

    [Theory]
    [InlineData(nameof(CodecKind.Gzip), "import gzip; o=gzip.compress(bytes(1<<28),9)")]
    [InlineData(nameof(CodecKind.Bzip2), "import bz2; o=bz2.compress(bytes(1<<28),9)")]
    [InlineData(nameof(CodecKind.Xz), "import lzma; o=lzma.compress(bytes(1<<28),preset=1)")]
    [InlineData(nameof(CodecKind.LzmaAlone), "import lzma; o=lzma.compress(bytes(1<<28),format=lzma.FORMAT_ALONE,preset=1)")]
    public void T184_BombStopsAtTheBudgetAndKeepsWhatCameOut(string codec, string script)
    {
        CodecKind kind = Enum.Parse<CodecKind>(codec);
        byte[] packed = CPython.Run($"import sys\n{script}\nsys.stdout.buffer.write(o)");
        BombStops(kind, packed);
    }

    [Theory]
    [InlineData("zstd", nameof(CodecKind.Zstd))]
    [InlineData("lz4", nameof(CodecKind.Lz4))]
    public void T184_BombOfAProgramStopsAtTheBudget(string program, string codec)
    {
        CodecKind kind = Enum.Parse<CodecKind>(codec);
        string path = $"/usr/bin/{program}";
        Assert.SkipUnless(File.Exists(path), $"{program} is not installed.");
        BombStops(kind, CPython.Program("/bin/sh", ["-c", $"head -c 268435456 /dev/zero | {path} -q -c"]));
    }

    [Fact]
    public void T184_XzHeaderThatAsksForFourGigabytesAllocatesNoMoreThanComesOut()
    {
        byte[] packed = CPython.Run("import sys,lzma; sys.stdout.buffer.write(lzma.compress(b'x'*100000))");
        // Block header: size, flags, filter id, size of properties, window code.
        Assert.Equal(0x21, packed[14]);
        packed[16] = 40;
        AllocatesLittle(CodecKind.Xz, packed);
    }

    [Fact]
    public void T184_LzmaHeaderThatAsksForFourGigabytesAllocatesNoMoreThanComesOut()
    {
        byte[] packed = CPython.Run("import sys,lzma; sys.stdout.buffer.write(lzma.compress(b'x'*100000,format=lzma.FORMAT_ALONE))");
        packed.AsSpan(1, 4).Fill(0xFF);
        AllocatesLittle(CodecKind.LzmaAlone, packed);
    }

    [Fact]
    public void LzmaWindowLargerThanTheContentIsNotAllocated()
    {
        byte[] packed = CPython.Run("""
            import sys,lzma
            f=[{'id':lzma.FILTER_LZMA1,'dict_size':1<<27}]
            o=bytearray(lzma.compress(b'x'*1000,format=lzma.FORMAT_ALONE,filters=f))
            sys.stdout.buffer.write(o)
            """);
        packed[8 - 3] = 0xE8;
        packed[6] = 3;
        packed.AsSpan(7, 6).Clear();
        long before = GC.GetAllocatedBytesForCurrentThread();
        using ByteSource bytes = Inflate(CodecKind.LzmaAlone, packed, out Inflated result);
        Assert.Equal(1000, bytes.Length);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8 << 20);
    }

    [Theory]
    [MemberData(nameof(Encoders))]
    public void MutatedStreamsNeverThrowAnythingElse(string codec, string script)
    {
        CodecKind kind = Enum.Parse<CodecKind>(codec);
        byte[] packed = CPython.Run($"import sys; d={Content}[:3000]\n{script}\nsys.stdout.buffer.write(o)");
        Random random = new(42);
        for (int i = 0; i < 300; i++)
        {
            byte[] bad = [.. packed];
            for (int n = random.Next(1, 4); n > 0; n--)
            {
                bad[random.Next(bad.Length)] = (byte)random.Next(256);
            }

            using ByteSource bytes = Inflate(kind, bad, out Inflated result);
            Assert.InRange(result.Consumed, 0, bad.Length);
        }
    }

    [Fact]
    public void LargeResultsSpillToScratch()
    {
        byte[] packed = ZipBuilder.Deflate(s_expected.Value);
        ScanBudget budget = new(new ScanLimits { InflatedInMemory = 10_000 }, TimeProvider.System, TestContext.Current.CancellationToken);
        CountingScratch scratch = new();
        Inflated result = Codec.Inflate(CodecKind.Deflate, new MemorySource(packed), new ByteRange(0, packed.Length), budget, scratch);
        Assert.Equal(1, scratch.Created);
        Assert.Equal(s_expected.Value, result.Bytes.ReadUpTo(0, s_expected.Value.Length + 1));
        Assert.Equal(s_expected.Value.Length, budget.InflatedBytes);
    }

    [Theory]
    [InlineData("5D00008000FFFFFFFFFFFFFFFF00", nameof(CodecKind.LzmaAlone))]
    [InlineData("5D00000100FFFFFFFFFFFFFFFF01", null)]
    [InlineData("5D0000800000000000000000FF00", null)]
    [InlineData("789C0300000000", nameof(CodecKind.Zlib))]
    [InlineData("789D0300000000", null)]
    [InlineData("425A6830", null)]
    [InlineData("1F8B07", null)]
    [InlineData("80", null)]
    [InlineData("", null)]
    public void SniffKnowsSignatures(string hex, string? codec) => Assert.Equal(codec, Codec.Sniff(Convert.FromHexString(hex))?.ToString());

    [Fact]
    public void SpentTimePassesThrough()
    {
        ScanBudget budget = new(new ScanLimits { Milliseconds = -1 }, TimeProvider.System, TestContext.Current.CancellationToken);
        byte[] packed = ZipBuilder.Deflate(s_expected.Value);
        Assert.Throws<ScanStopException>(() => Codec.Inflate(CodecKind.Deflate, new MemorySource(packed), new ByteRange(0, packed.Length), budget, new MemoryScratch()));
    }

    private static void BombStops(CodecKind kind, byte[] packed)
    {
        ScanBudget budget = new(new ScanLimits { InflatedBytes = 5 << 20 }, TimeProvider.System, TestContext.Current.CancellationToken);
        InflatedSoFar soFar = Codec.InflateSoFar(kind, new MemorySource(packed), new ByteRange(0, packed.Length), budget, new MemoryScratch());
        using ByteSource bytes = soFar.Result.Bytes;
        Assert.NotNull(soFar.Stop);
        Assert.False(soFar.Capped);
        Assert.InRange(bytes.Length, 4 << 20, 6 << 20);
        Assert.Throws<ScanStopException>(() => Codec.Inflate(kind, new MemorySource(packed), new ByteRange(0, packed.Length), budget, new MemoryScratch()));
    }

    private static void AllocatesLittle(CodecKind kind, byte[] packed)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        using ByteSource bytes = Inflate(kind, packed, out Inflated result);
        Assert.Equal(100_000, bytes.Length);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
    }

    private static ByteSource Check(CodecKind kind, byte[] packed, long consumed)
    {
        ByteSource bytes = Inflate(kind, packed, out Inflated result);
        if (consumed >= 0)
        {
            Assert.Null(result.Error);
            Assert.Equal(consumed, result.Consumed);
        }

        return bytes;
    }

    private static ByteSource Inflate(CodecKind kind, byte[] packed, out Inflated result)
    {
        ScanBudget budget = new(new ScanLimits(), TimeProvider.System, TestContext.Current.CancellationToken);
        result = Codec.Inflate(kind, new MemorySource(packed), new ByteRange(0, packed.Length), budget, new MemoryScratch());
        return result.Bytes;
    }

    private sealed class CountingScratch : Scratch
    {
        public int Created { get; private set; }

        public override ScratchSpace Create()
        {
            Created++;
            return new MemorySpace(1 << 30);
        }
    }
}
