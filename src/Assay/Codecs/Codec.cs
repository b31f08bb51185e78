// One door to every decompressor.
using Assay.Bytes;

namespace Assay.Codecs;

/// <summary>A compression that Assay can undo.</summary>
public enum CodecKind
{
    /// <summary>gzip (RFC 1952), several members one after the other.</summary>
    Gzip,

    /// <summary>zlib (RFC 1950).</summary>
    Zlib,

    /// <summary>Raw deflate (RFC 1951).</summary>
    Deflate,

    /// <summary>Deflate64, as zip method 9.</summary>
    Deflate64,

    /// <summary>bzip2.</summary>
    Bzip2,

    /// <summary>xz.</summary>
    Xz,

    /// <summary>The .lzma format ("LZMA alone").</summary>
    LzmaAlone,

    /// <summary>Zstandard frames (RFC 8878).</summary>
    Zstd,

    /// <summary>LZ4 frames.</summary>
    Lz4,
}

/// <summary>
/// What came out of a decompressor. A broken stream is a value, not an exception: <see cref="Bytes"/> holds what came out before
/// the break and <see cref="Error"/> says what broke. The caller disposes <see cref="Bytes"/>.
/// </summary>
/// <param name="Bytes">What came out.</param>
/// <param name="Consumed">How many compressed bytes were used, from the start of the range.</param>
/// <param name="Error">One plain sentence, or null when the stream ended as its format asks.</param>
/// <param name="Truncated">Whether the stream broke because the input ended.</param>
public sealed record Inflated(ByteSource Bytes, long Consumed, string? Error, bool Truncated);
