// Undoes the chains of coders that 7z archives describe.
using Assay.Bytes;
using SharpCompress.Compressors;
using SharpCompress.Compressors.BZip2;
using SharpCompress.Compressors.LZMA;
using SharpCompress.Compressors.PPMd;
using ZstdSharp;

namespace Assay.Codecs;

/// <summary>One coder: its method id, its properties, and how many bytes come out of it.</summary>
internal readonly record struct Coder(ulong Method, byte[] Properties, long Size);

/// <summary>Undoes chains of coders; the first one reads the packed bytes.</summary>
internal static class CoderChain
{
    public const ulong Copy = 0;
    public const ulong Delta = 3;
    public const ulong Lzma2 = 0x21;
    public const ulong Lzma = 0x030101;
    public const ulong Ppmd = 0x030401;
    public const ulong X86 = 0x03030103;
    public const ulong NewX86 = 4;
    public const ulong PowerPc = 0x03030205;
    public const ulong Ia64 = 0x03030401;
    public const ulong Arm = 0x03030501;
    public const ulong ArmThumb = 0x03030701;
    public const ulong Sparc = 0x03030805;
    public const ulong Arm64 = 0xA;
    public const ulong Deflate = 0x040108;
    public const ulong Bzip2 = 0x040202;
    public const ulong Zstd = 0x04F71101;
    public const ulong Aes = 0x06F10701;

    // What the decoders take at once, whatever the stream holds.
    private const long LzmaModel = 8L << 20;
    private const long Bzip2Block = 5L << 20;

    /// <summary>The name of a method, or its number.</summary>
    public static string NameOf(ulong method) => method switch
    {
        Copy => "stored",
        Delta => "delta",
        Lzma2 => "lzma2",
        Lzma => "lzma",
        Ppmd => "ppmd",
        X86 or NewX86 => "x86",
        PowerPc or Ia64 or Arm or ArmThumb or Sparc or Arm64 => "branches",
        Deflate => "deflate",
        Bzip2 => "bzip2",
        Zstd => "zstd",
        Aes => "aes",
        _ => method.ToString("X", System.Globalization.CultureInfo.InvariantCulture),
    };

    /// <summary>Whether all coders of the chain can be undone.</summary>
    public static bool Supports(IReadOnlyList<Coder> chain) => chain.All(c =>
        c.Method is Copy or Delta or Lzma2 or Lzma or Ppmd or X86 or NewX86 or Deflate or Bzip2 or Zstd
            or PowerPc or Ia64 or Arm or ArmThumb or Sparc or Arm64);

    /// <summary>Undoes the chain; the result never holds more than the last coder's size.</summary>
    public static InflatedSoFar Inflate(IReadOnlyList<Coder> chain, ByteSource source, ByteRange range, ScanBudget budget, Scratch scratch)
    {
        SourceStream input = new(source, range.ClampTo(source.Length), budget);
        long size = chain[^1].Size;
        InflatedSink sink = new(budget, scratch, size) { WorkPerEight = 8 * chain.Sum(c => WorkPerByte(c.Method)) };
        string? error = null;
        bool truncated = false;
        ScanStopException? stop = null;
        try
        {
            DecoderPump.Pump(input, sink, "The packed stream is broken.", stream => Open(chain, stream, sink));
        }
        catch (MalformedException e)
        {
            error = e.Message;
            truncated = input.RanDry;
        }
        catch (ScanStopException e) when (!sink.IsCapped)
        {
            stop = e;
        }
        catch (ScanStopException)
        {
            // All that was promised is there.
        }

        if (error is null && stop is null && sink.Length < size)
        {
            error = "The packed stream holds less than the archive says.";
            truncated = range.Length > input.Length || input.RanDry;
        }

        return new InflatedSoFar(new Inflated(sink.Finish(), input.Position, error, truncated), stop, sink.IsCapped);
    }

    /// <summary>What a byte that comes out of a coder costs, measured on what costs it most.</summary>
    private static long WorkPerByte(ulong method) => method switch
    {
        Lzma or Lzma2 => 30,
        Ppmd => 100,
        Bzip2 => 20,
        Deflate => 4,
        Zstd or Delta or X86 or NewX86 or PowerPc or Ia64 or Arm or ArmThumb or Sparc or Arm64 => 2,
        _ => 1,
    };

    private static Stream Open(IReadOnlyList<Coder> chain, Stream stream, InflatedSink sink)
    {
        foreach (Coder coder in chain)
        {
            Stream decoder = Open(coder, stream, sink);
            // Only the first coder reads the file itself, and only these never read ahead.
            SourceStream? strict = coder.Method is Lzma or Lzma2 or Ppmd ? stream as SourceStream : null;
            stream = new DryGuard(decoder, strict, coder.Size);
        }

        return stream;
    }

    private static Stream Open(Coder coder, Stream input, InflatedSink sink)
    {
        byte[] properties = [.. coder.Properties];
        switch (coder.Method)
        {
            case Lzma:
                Need(properties, 5);
                int window = Window(BitConverter.ToUInt32(properties, 1), coder.Size);
                BitConverter.GetBytes(window).CopyTo(properties, 1);
                sink.Hold(window + LzmaModel);
                return LzmaStream.Create(properties, input, -1, coder.Size, leaveOpen: true);
            case Lzma2:
                Need(properties, 1);
                properties[0] = WindowCode(properties[0], coder.Size);
                sink.Hold(XzDecoder.WindowSize(properties[0]) + LzmaModel);
                return LzmaStream.Create(properties, input, -1, coder.Size, null, isLzma2: true, leaveOpen: true);
            case Ppmd:
                Need(properties, 5);
                if (BitConverter.ToUInt32(properties, 1) > Codec.MaxWindow)
                {
                    throw new InvalidDataException();
                }

                sink.Hold(BitConverter.ToUInt32(properties, 1));
                return PpmdStream.Create(new PpmdProperties(properties), input, compress: false);
            case Deflate:
                return new System.IO.Compression.DeflateStream(input, System.IO.Compression.CompressionMode.Decompress, leaveOpen: true);
            case Bzip2:
                sink.Hold(Bzip2Block);
                return BZip2Stream.Create(input, CompressionMode.Decompress, decompressConcatenated: true, leaveOpen: true);
            case Zstd:
                sink.Hold(Codec.MaxWindow >> 4);
                return new DecompressionStream(input, leaveOpen: true);
            case Delta:
                Need(properties, 1);
                return new FilterStream(input, new DeltaFilter(properties[0] + 1));
            case X86 or NewX86:
                return new FilterStream(input, new X86Filter());
            case PowerPc:
                return new FilterStream(input, new BranchFilter(BranchMachine.PowerPc));
            case Ia64:
                return new FilterStream(input, new BranchFilter(BranchMachine.Ia64));
            case Arm:
                return new FilterStream(input, new BranchFilter(BranchMachine.Arm));
            case ArmThumb:
                return new FilterStream(input, new BranchFilter(BranchMachine.ArmThumb));
            case Sparc:
                return new FilterStream(input, new BranchFilter(BranchMachine.Sparc));
            case Arm64:
                return new FilterStream(input, new BranchFilter(BranchMachine.Arm64));
            default:
                return input;
        }
    }

    /// <summary>The window to allocate, or a break when the stream asks for more than <see cref="Codec.MaxWindow"/>: this decoder takes it at once.</summary>
    private static int Window(long declared, long content) => Math.Min(declared, content) <= Codec.MaxWindow
        ? LzmaDecoder.Window(declared, content)
        : throw new InvalidDataException();

    /// <summary>The code of the window to allocate for an LZMA2 stream whose own code is <paramref name="code"/>.</summary>
    private static byte WindowCode(byte code, long content)
    {
        int allowed = Window(XzDecoder.WindowSize(code), content);
        byte smallest = 0;
        while (XzDecoder.WindowSize(smallest) < allowed)
        {
            smallest++;
        }

        return smallest;
    }

    private static void Need(byte[] properties, int length)
    {
        if (properties.Length < length)
        {
            throw new InvalidDataException();
        }
    }
}
