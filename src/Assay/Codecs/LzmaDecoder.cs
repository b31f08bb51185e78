// Undoes LZMA as the .lzma format and zip's method 14 store it, in a window that grows with what comes out.
using System.Buffers.Binary;
using Assay.Bytes;

namespace Assay.Codecs;

/// <summary>Undoes LZMA streams.</summary>
internal static class LzmaDecoder
{
    private const int LeastWindow = 64 << 10;
    private const int MostLiteralBits = 8 + 4;

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

    /// <summary>
    /// The most that a window may grow to: what the stream asks for, what its content can fill, or <see cref="Codec.MaxWindow"/>. A match that
    /// reaches further back is a break.
    /// </summary>
    public static int Window(long declared, long content) =>
        (int)Math.Clamp(content >= 0 ? Math.Min(declared, content) : declared, LeastWindow, Codec.MaxWindow);

    private static string? Decode(SourceStream input, InflatedSink sink, byte[] properties, long size)
    {
        using LzmaWindow window = new(sink);
        LzmaMachine machine = new(input, sink, window);
        if (!machine.TrySetProperties(properties[0], MostLiteralBits))
        {
            throw new MalformedException(0, "The LZMA properties are out of range.");
        }

        window.Reset(Window(BinaryPrimitives.ReadUInt32LittleEndian(properties.AsSpan(1)), size));
        machine.ResetState();
        machine.Run(size < 0 ? long.MaxValue : size, long.MaxValue);
        return size >= 0 && window.Total < size
            ? throw new MalformedException(input.Position, "The LZMA stream holds less than it declares.")
            : null;
    }
}
