// Undoes LZMA as the .lzma format and zip's method 14 store it, without allocating what a header asks for.
using System.Buffers.Binary;
using Assay.Bytes;
using SharpCompress.Compressors.LZMA;

namespace Assay.Codecs;

/// <summary>Undoes LZMA streams.</summary>
internal static class LzmaDecoder
{
    private const int LeastWindow = 64 << 10;

    /// <summary>The .lzma format: properties, size of the window (u32), size of the content (u64, all ones when it has an end mark).</summary>
    public static string? DecodeAlone(SourceStream input, InflatedSink sink)
    {
        byte[] head = new byte[13];
        input.Need(head);
        ulong size = BinaryPrimitives.ReadUInt64LittleEndian(head.AsSpan(5));
        return Decode(input, sink, head[..5], size > long.MaxValue ? -1 : (long)size);
    }

    /// <summary>Zip's method 14: version (2 bytes), length of the properties (u16), properties.</summary>
    public static string? DecodeZip(SourceStream input, InflatedSink sink, long declared)
    {
        byte[] head = new byte[9];
        input.Need(head);
        if (BinaryPrimitives.ReadUInt16LittleEndian(head.AsSpan(2)) != 5)
        {
            throw new MalformedException(2, "The LZMA properties of the member do not have 5 bytes.");
        }

        return Decode(input, sink, head[4..], declared);
    }

    /// <summary>The window to allocate, or a break when the stream asks for more than <see cref="Codec.MaxWindow"/>.</summary>
    public static int Window(long declared, long content)
    {
        // No more of a window is ever used than there is content.
        long useful = content >= 0 ? Math.Min(declared, content) : declared;
        if (useful > Codec.MaxWindow)
        {
            throw new MalformedException(0, $"The stream asks for a window of {declared} bytes, more than the limit of {Codec.MaxWindow}.");
        }

        return (int)Math.Max(useful, LeastWindow);
    }

    private static string? Decode(SourceStream input, InflatedSink sink, byte[] properties, long size)
    {
        if (properties[0] >= 9 * 5 * 5)
        {
            throw new MalformedException(0, "The LZMA properties are out of range.");
        }

        uint declared = BinaryPrimitives.ReadUInt32LittleEndian(properties.AsSpan(1));
        BinaryPrimitives.WriteUInt32LittleEndian(properties.AsSpan(1), (uint)Window(declared, size));
        long before = sink.Length;
        DecoderPump.Pump(
            input,
            sink,
            "The LZMA stream is broken.",
            stream => new DryGuard(LzmaStream.Create(properties, stream, -1, size, leaveOpen: true), input));
        if (size >= 0 && sink.Length - before < size)
        {
            throw new MalformedException(input.Position, "The LZMA stream holds less than it declares.");
        }

        return null;
    }
}
