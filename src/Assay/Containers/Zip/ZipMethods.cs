// The compression methods of zip that can be undone.
using Assay.Codecs;

namespace Assay.Containers.Zip;

/// <summary>The compression methods of zip by number (APPNOTE 4.4.5).</summary>
internal static class ZipMethods
{
    /// <summary>What undoes a method; null for stored members and for methods that nothing here undoes.</summary>
    public static CodecKind? Codec(int method) => method switch
    {
        8 => CodecKind.Deflate,
        9 => CodecKind.Deflate64,
        12 => CodecKind.Bzip2,
        14 => CodecKind.ZipLzma,
        20 or 93 => CodecKind.Zstd,
        95 => CodecKind.Xz,
        _ => null,
    };
}
