// One door to every decompressor.
using Assay.Bytes;

namespace Assay.Codecs;

/// <summary>A compression that Assay can undo.</summary>
internal enum CodecKind
{
    /// <summary>gzip (RFC 1952), several members one after the other.</summary>
    Gzip,

    /// <summary>zlib (RFC 1950).</summary>
    Zlib,

    /// <summary>Raw deflate (RFC 1951).</summary>
    Deflate,

    /// <summary>Deflate64, as zip method 9.</summary>
    Deflate64,

    /// <summary>bzip2, several streams one after the other.</summary>
    Bzip2,

    /// <summary>xz, several streams one after the other.</summary>
    Xz,

    /// <summary>The .lzma format ("LZMA alone").</summary>
    LzmaAlone,

    /// <summary>Zstandard frames (RFC 8878), skippable ones included.</summary>
    Zstd,

    /// <summary>LZ4 frames, skippable and legacy ones included.</summary>
    Lz4,

    /// <summary>LZMA as zip method 14 stores it: version, length of the properties, properties, then the stream.</summary>
    ZipLzma,
}

/// <summary>
/// What came out of a decompressor. A broken stream is a value, not an exception: <see cref="Bytes"/> holds what came out before
/// the break and <see cref="Error"/> says what broke. The caller disposes <see cref="Bytes"/>.
/// </summary>
/// <param name="Bytes">What came out.</param>
/// <param name="Consumed">How many compressed bytes were used, from the start of the range.</param>
/// <param name="Error">One plain sentence, or null when the stream ended as its format asks.</param>
/// <param name="Truncated">Whether the stream broke because the input ended.</param>
internal sealed record Inflated(ByteSource Bytes, long Consumed, string? Error, bool Truncated)
{
    /// <summary>Whether the data are whole and only a checksum or a length behind them is wrong, as <see cref="Error"/> says.</summary>
    public bool OnlyChecksum { get; init; }
}

/// <summary>What came out of a decompressor that may have been stopped on its way.</summary>
/// <param name="Result">What came out before the stop.</param>
/// <param name="Stop">Why it stopped, or null when it came to the stream's end or break.</param>
/// <param name="Capped">Whether it was stopped because it reached the caller's own cap.</param>
internal sealed record InflatedSoFar(Inflated Result, ScanStopException? Stop, bool Capped);

/// <summary>One door to every decompressor.</summary>
internal static class Codec
{
    /// <summary>
    /// No decoder looks back further than this many bytes: a header of a few bytes can ask for 4 GB. Streams of zstd that ask for more break with an
    /// error that names the limit, those of xz and LZMA where they do look back further.
    /// </summary>
    public const long MaxWindow = 128L << 20;

    /// <summary>
    /// Decompresses <paramref name="range"/>, from its start to the end of the stream that lies there; bytes behind that end are left
    /// alone and show in <see cref="Inflated.Consumed"/>. Every byte that comes out is spent from <paramref name="budget"/>.
    /// </summary>
    /// <exception cref="ScanStopException">A limit is spent, the host cancelled, or the input went away.</exception>
    public static Inflated Inflate(CodecKind kind, ByteSource source, ByteRange range, ScanBudget budget, Scratch scratch)
    {
        InflatedSoFar soFar = InflateSoFar(kind, source, range, budget, scratch);
        if (soFar.Stop is not null)
        {
            soFar.Result.Bytes.Dispose();
            throw soFar.Stop;
        }

        return soFar.Result;
    }

    /// <summary>
    /// Decompresses like <see cref="Inflate"/>, but keeps what came out when it is stopped: by a spent budget, or because
    /// <paramref name="cap"/> bytes came out.
    /// </summary>
    /// <param name="kind">The compression.</param>
    /// <param name="source">The source.</param>
    /// <param name="range">Where the stream starts and where it must end at the latest.</param>
    /// <param name="budget">The meter.</param>
    /// <param name="scratch">Where large results spill.</param>
    /// <param name="cap">How many bytes may come out.</param>
    /// <param name="declared">For streams that do not say where they end: how many bytes they were said to hold, or -1.</param>
    public static InflatedSoFar InflateSoFar(
        CodecKind kind, ByteSource source, ByteRange range, ScanBudget budget, Scratch scratch, long cap = long.MaxValue, long declared = -1)
    {
        SourceStream input = new(source, range.ClampTo(source.Length), budget);
        InflatedSink sink = new(budget, scratch, cap) { WorkPerEight = WorkPerEight(kind) };
        string? error = null;
        bool truncated = false;
        bool whole = false;
        ScanStopException? stop = null;
        try
        {
            error = Decode(kind, input, sink, declared);
            whole = error is not null;
        }
        catch (MalformedException e)
        {
            error = e.Message;
            truncated = input.RanDry;
        }
        catch (ScanStopException e)
        {
            stop = e;
        }
        catch
        {
            sink.Dispose();
            throw;
        }

        Inflated result = new(sink.Finish(), input.Position, error, truncated) { OnlyChecksum = whole };
        return new InflatedSoFar(result, stop, sink.IsCapped);
    }

    /// <summary>
    /// The compression whose signature <paramref name="head"/> begins with, or null. Formats without a strong signature (zlib, LZMA
    /// alone) are told by the plausibility of their header.
    /// </summary>
    public static CodecKind? Sniff(ReadOnlySpan<byte> head) => Signatures.Sniff(head);

    /// <summary>What eight bytes that come out cost at least, checksums and keeping included. The decoders spend what their symbols cost beside.</summary>
    private static long WorkPerEight(CodecKind kind) => kind switch
    {
        CodecKind.Xz => 8,
        CodecKind.Zstd => 8,
        _ => 4,
    };

    private static string? Decode(CodecKind kind, SourceStream input, InflatedSink sink, long declared) => kind switch
    {
        CodecKind.Gzip => GzipDecoder.Decode(input, sink),
        CodecKind.Zlib => ZlibDecoder.Decode(input, sink),
        CodecKind.Deflate => DeflateDecoder.Decode(input, sink, wide: false),
        CodecKind.Deflate64 => DeflateDecoder.Decode(input, sink, wide: true),
        CodecKind.Bzip2 => Bzip2Decoder.Decode(input, sink),
        CodecKind.Xz => XzDecoder.Decode(input, sink),
        CodecKind.LzmaAlone => LzmaDecoder.DecodeAlone(input, sink),
        CodecKind.ZipLzma => LzmaDecoder.DecodeZip(input, sink, declared),
        CodecKind.Zstd => ZstdDecoder.Decode(input, sink),
        CodecKind.Lz4 => Lz4Decoder.Decode(input, sink),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}
