// Undoes bzip2: streams one after the other.
using Assay.Bytes;
using SharpCompress.Compressors;
using SharpCompress.Compressors.BZip2;

namespace Assay.Codecs;

/// <summary>Undoes bzip2.</summary>
internal static class Bzip2Decoder
{
    public static string? Decode(SourceStream input, InflatedSink sink)
    {
        if (!IsStream(input))
        {
            throw new MalformedException(0, "There is no bzip2 header.");
        }

        do
        {
            DecoderPump.Pump(
                input,
                sink,
                "The bzip2 stream is broken.",
                stream => BZip2Stream.Create(stream, CompressionMode.Decompress, decompressConcatenated: false, leaveOpen: true));
        }
        while (IsStream(input));
        return null;
    }

    private static bool IsStream(SourceStream input)
    {
        ReadOnlySpan<byte> head = input.Peek(4);
        return head.Length == 4 && head.StartsWith("BZh"u8) && head[3] is >= (byte)'1' and <= (byte)'9';
    }
}
