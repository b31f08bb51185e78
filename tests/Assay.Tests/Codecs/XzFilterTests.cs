// The filters of xz against liblzma, which packs code of every machine that it knows.
using Assay.Bytes;
using Assay.Codecs;
using Assay.Tests.Builders;

namespace Assay.Tests.Codecs;

public sealed class XzFilterTests
{
    // Bytes in which branches of all machines are frequent, with targets near and far, and long enough to pass every buffer.
    private const string Code = """
        import lzma, random, struct, subprocess, sys
        rnd = random.Random(11)
        def word():
            kind = rnd.randrange(9)
            small, wide = rnd.randrange(1 << 12), rnd.randrange(1 << 26)
            target = rnd.choice([small, wide])
            if kind == 0: return struct.pack('<BI', 0xE8 | rnd.randrange(2), rnd.choice([target, 0xFF000000 | target & 0xFFFFFF])) + bytes(3)
            if kind == 1: return struct.pack('>I', 0x48000001 | target & 0x03FFFFFC)
            if kind == 2: return struct.pack('<I', 0xEB000000 | target & 0xFFFFFF)
            if kind == 3: return bytes([target & 255, 0xF0 | target & 7, target >> 8 & 255, 0xF8 | target >> 3 & 7])
            if kind == 4: return struct.pack('>I', rnd.choice([0x40000000 | target & 0x3FFFFF, 0x7FC00000 | target & 0x3FFFFF]))
            if kind == 5: return struct.pack('<I', 0x94000000 | target)
            if kind == 6: return struct.pack('<I', 0x90000000 | rnd.randrange(4) << 29 | target & 0x00FFFFFF)
            if kind == 7: return bytes([rnd.choice([0x10, 0x12, 0x16, 0x18])]) + (5 << 37 | rnd.randrange(1 << 36)).to_bytes(6, 'little') + rnd.randbytes(9)
            return rnd.randbytes(4)
        code = b''.join(word() for _ in range(20000)) + rnd.randbytes(rnd.randrange(16))
        """;

    public static TheoryData<string> Chains =>
    [
        "[dict(id=lzma.FILTER_DELTA, dist=1), end]",
        "[dict(id=lzma.FILTER_DELTA, dist=256), end]",
        "[dict(id=lzma.FILTER_X86), end]",
        "[dict(id=lzma.FILTER_X86, start_offset=4096), end]",
        "[dict(id=lzma.FILTER_POWERPC), end]",
        "[dict(id=lzma.FILTER_POWERPC, start_offset=400), end]",
        "[dict(id=lzma.FILTER_IA64), end]",
        "[dict(id=lzma.FILTER_ARM), end]",
        "[dict(id=lzma.FILTER_ARMTHUMB), end]",
        "[dict(id=lzma.FILTER_ARMTHUMB, start_offset=2), end]",
        "[dict(id=lzma.FILTER_SPARC), end]",
        "[dict(id=lzma.FILTER_X86), dict(id=lzma.FILTER_DELTA, dist=4), end]",
        "[dict(id=lzma.FILTER_DELTA, dist=3), dict(id=lzma.FILTER_IA64), dict(id=lzma.FILTER_ARM), end]",
    ];

    [Theory]
    [MemberData(nameof(Chains))]
    public void WhatLiblzmaFiltersComesOutAsItWas(string chain)
    {
        byte[] plain = CPython.Run($"{Code}\nsys.stdout.buffer.write(code)");
        byte[] packed = CPython.Run($"{Code}\nend = dict(id=lzma.FILTER_LZMA2, preset=0)\nsys.stdout.buffer.write(lzma.compress(code, check=lzma.CHECK_CRC64, filters={chain}))");
        Assert.Equal(plain, Inflate(packed, out string? error));
        Assert.Null(error);
    }

    [Fact]
    public void CodeOfArm64ThatXzFiltersComesOutAsItWas()
    {
        byte[] plain = CPython.Run($"{Code}\nsys.stdout.buffer.write(code)");
        byte[] packed = CPython.Run($"{Code}\nsys.stdout.buffer.write(subprocess.run(['xz', '--stdout', '--arm64', '--lzma2=preset=0'], input=code, stdout=subprocess.PIPE, check=True).stdout)");
        Assert.Equal(plain, Inflate(packed, out string? error));
        Assert.Null(error);
    }

    [Theory]
    [InlineData("'--lzma2=preset=0'")]
    [InlineData("'--delta=dist=2', '--lzma2=preset=0'")]
    public void BlocksWithADigestEachComeOutAsTheyWere(string filters)
    {
        byte[] plain = CPython.Run($"{Code}\nsys.stdout.buffer.write(code)");
        byte[] packed = CPython.Run($"{Code}\nsys.stdout.buffer.write(subprocess.run(['xz', '--stdout', '--check=sha256', '--block-size=1000', {filters}], input=code, stdout=subprocess.PIPE, check=True).stdout)");
        Assert.Equal(plain, Inflate(packed, out string? error));
        Assert.Null(error);
    }

    [Theory]
    [InlineData("0B00")] // RISC-V
    [InlineData("030200")] // delta with two bytes
    [InlineData("7F00")] // no filter
    public void AFilterThatIsUnknownIsSaid(string filter)
    {
        byte[] packed = CPython.Run($"""
            import lzma, sys, zlib, struct
            whole = bytearray(lzma.compress(b'text' * 90, check=lzma.CHECK_NONE))
            size = (whole[12] + 1) * 4
            flags = bytes.fromhex('{filter}') + bytes.fromhex('210100')
            header = bytes([0, 1]) + flags
            header += bytes(-len(header) % 4)
            header = bytes([len(header) // 4]) + header[1:]
            sys.stdout.buffer.write(whole[:12] + header + struct.pack('<I', zlib.crc32(header)) + whole[12 + size:])
            """);
        Assert.Empty(Inflate(packed, out string? error));
        Assert.NotNull(error);
    }

    private static byte[] Inflate(byte[] packed, out string? error)
    {
        ScanBudget budget = new(new ScanLimits(), TimeProvider.System, TestContext.Current.CancellationToken);
        Inflated result = Codec.Inflate(CodecKind.Xz, new MemorySource(packed), new ByteRange(0, packed.Length), budget, new MemoryScratch());
        error = result.Error;
        using ByteSource bytes = result.Bytes;
        return bytes.ReadUpTo(0, (int)bytes.Length);
    }
}
