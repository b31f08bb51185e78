// Small compressed streams to start from.
using System.IO.Compression;
using Assay.Codecs;

namespace Assay.Fuzz;

/// <summary>Small compressed streams. Those that nothing here can write come from Python's <c>bz2</c> and <c>lzma</c> and from an LZ4 encoder.</summary>
internal static class CodecSeeds
{
    private static readonly byte[] s_text = [.. Enumerable.Repeat("hello "u8.ToArray(), 32).SelectMany(b => b), .. Enumerable.Range(0, 40).Select(i => (byte)i)];

    public static IEnumerable<byte[]> Of(CodecKind kind) => kind switch
    {
        CodecKind.Gzip => [Gzip(s_text), [.. Gzip(s_text), .. Gzip([])], [0x1F, 0x8B, 8, 0x1E, 0, 0, 0, 0, 0, 3, 2, 0, 1, 2, (byte)'n', 0, (byte)'c', 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
        CodecKind.Zlib => [Written(s => new ZLibStream(s, CompressionLevel.Optimal)), Written(s => new ZLibStream(s, CompressionLevel.NoCompression))],
        CodecKind.Deflate or CodecKind.Deflate64 =>
            [Written(s => new DeflateStream(s, CompressionLevel.Optimal)), Written(s => new DeflateStream(s, CompressionLevel.NoCompression)), [3, 0]],
        CodecKind.Bzip2 => [Bytes("QlpoOTFBWSZTWWs1cI4AAEPxAH//////gAJEoABIhIAMhkAZMmhkAJSgAAAAAADYkEMUcks09FJTVV2HRbdfhjlnolWq2fNIIiLd+OXP69AABpERPPQA+AA/F3JFOFCQazVwjg==")],
        CodecKind.Xz =>
        [
            Bytes("/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4ADnADNdADQZSe6N6VzKKS8EYeztgV11gC6+gGAWFW52Sf2Omtycxq/bvMuvtJzen+fzBYjjAKE3HAAAQTOUgPpOcaMAAU/oAQAAAB+HQ52xxGf7AgAAAAAEWVo="),
            Bytes("/Td6WFoAAAFpIt42AgEDAQMhAQDGOqUI4ADnABhdADQZSe4cS2QoUqTj1pu4CI1TrAlvwRkAAAA7+gJmAAEw6AEAAAALODdnPjANiwIAAAAAAVla"),
            Bytes("/Td6WFoAAArh+wyhAgEEACEBCADSuXTL4ADnADNdADQZSe6N6VzKKS8EYeztgV11gC6+gGAWFW52Sf2Omtycxq/bvMuvtJzen+fzBYjjAKE3HAAAXADPq42JH30lWdcbOOFOQK2xb480CbpWs00M6Nq3YxkAAWfoAQAAAEQAvHa26d8cAgAAAAAKWVo="),
        ],
        CodecKind.LzmaAlone => [Bytes("XQAAAQD//////////wA0GUnujelcyikvBGHs7YFddYAuvoBgFhVudkn9jprcnMav27zLr7Sc3p/n8wWI4wnV1If//Y5QAA==")],
        CodecKind.ZipLzma => [Bytes("CQQFAF0AAAEAADQZSe6N6VzKKS8EYeztgV11gC6+gGAWFW52Sf2Omtycxq/bvMuvtJzen+fzBYjjCdXUh//9jlAA")],
        CodecKind.Zstd => [Zstd(s_text), [0x50, 0x2A, 0x4D, 0x18, 4, 0, 0, 0, 1, 2, 3, 4, .. Zstd([])]],
        CodecKind.Lz4 => [Bytes("BCJNGEBAwDQAAABvaGVsbG8gBgCn8BkAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAhIiMkJSYnAAAAAA=="), [0x50, 0x2A, 0x4D, 0x18, 1, 0, 0, 0, 9, 0x02, 0x21, 0x4C, 0x18, 2, 0, 0, 0, 0x10, (byte)'a']],
        _ => [[]],
    };

    public static byte[] Gzip(byte[] content)
    {
        using MemoryStream bytes = new();
        using (GZipStream stream = new(bytes, CompressionLevel.Optimal, leaveOpen: true))
        {
            stream.Write(content);
        }

        return bytes.ToArray();
    }

    private static byte[] Zstd(byte[] content)
    {
        using ZstdSharp.Compressor compressor = new();
        return compressor.Wrap(content).ToArray();
    }

    private static byte[] Written(Func<Stream, Stream> open)
    {
        using MemoryStream bytes = new();
        using (Stream stream = open(bytes))
        {
            stream.Write(s_text);
        }

        return bytes.ToArray();
    }

    private static byte[] Bytes(string base64) => Convert.FromBase64String(base64);
}
