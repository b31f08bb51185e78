// Undoes Zstandard: frames one after the other, skippable ones included.
using System.Buffers;
using System.Buffers.Binary;
using Assay.Bytes;
using ZstdSharp;
using ZstdSharp.Unsafe;

namespace Assay.Codecs;

/// <summary>Undoes Zstandard (RFC 8878).</summary>
internal static class ZstdDecoder
{
    public const uint Magic = 0xFD2FB528;
    public const uint SkippableMagic = 0x184D2A50;

    // A frame prepares the decoder anew.
    private const long FrameWork = 20_000;

    public static string? Decode(SourceStream input, InflatedSink sink)
    {
        using Decompressor decoder = new();
        decoder.SetParameter(ZSTD_dParameter.ZSTD_d_windowLogMax, (int)long.Log2(Codec.MaxWindow));
        byte[] buffer = ArrayPool<byte>.Shared.Rent(128 << 10);
        try
        {
            bool any = false;
            while (Next(input))
            {
                any = true;
                sink.SpendWork(FrameWork);
                Frame(input, sink, decoder, buffer);
            }

            return any ? null : throw new MalformedException(0, "There is no zstd frame.");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Steps over skippable frames and says whether a frame with content follows.</summary>
    private static bool Next(SourceStream input)
    {
        while (true)
        {
            ReadOnlySpan<byte> head = input.Peek(8);
            uint magic = head.Length >= 4 ? BinaryPrimitives.ReadUInt32LittleEndian(head) : 0;
            if ((magic & 0xFFFFFFF0) != SkippableMagic || head.Length < 8)
            {
                return magic == Magic;
            }

            input.Skip(8L + BinaryPrimitives.ReadUInt32LittleEndian(head[4..]));
        }
    }

    private static void Frame(SourceStream input, InflatedSink sink, Decompressor decoder, byte[] buffer)
    {
        long start = input.Position;
        long end = End(input);
        input.Position = start;
        decoder.ResetStream();
        OperationStatus status = OperationStatus.NeedMoreData;
        while (status != OperationStatus.Done)
        {
            // The decoder would go on into what follows the frame, so it gets no more than the frame.
            ReadOnlySpan<byte> ready = input.Ready();
            ready = ready[..(int)Math.Min(ready.Length, end - input.Position)];
            int consumed;
            int written;
            try
            {
                status = decoder.UnwrapStream(ready, buffer, out consumed, out written);
            }
            catch (ZstdException)
            {
                throw Broken(input);
            }

            sink.Write(buffer.AsSpan(0, written));
            input.Position += consumed;
            if (status == OperationStatus.InvalidData)
            {
                throw Broken(input);
            }

            if (status != OperationStatus.Done && consumed == 0 && written == 0)
            {
                input.Skip(1);
                throw Broken(input);
            }
        }
    }

    private static MalformedException Broken(SourceStream input) => new(input.Position, "The zstd frame is broken.");

    /// <summary>
    /// Where the frame ends, by its header and the headers of its blocks (RFC 8878, section 3.1.1). A frame that asks for too large a
    /// window is a break.
    /// </summary>
    private static long End(SourceStream input)
    {
        ReadOnlySpan<byte> head = input.Peek(18);
        int descriptor = head.Length > 4 ? head[4] : 0;
        bool single = (descriptor & 0x20) != 0;
        if (!single && head.Length > 5)
        {
            long unit = 1L << (10 + (head[5] >> 3));
            long window = unit + ((unit >> 3) * (head[5] & 7));
            if (window > Codec.MaxWindow)
            {
                throw new MalformedException(input.Position, $"The zstd frame asks for a window of {window} bytes, more than the limit of {Codec.MaxWindow}.");
            }
        }

        int dictionary = (descriptor & 3) switch { 0 => 0, 1 => 1, 2 => 2, _ => 4 };
        int content = (descriptor >> 6) switch { 0 => single ? 1 : 0, 1 => 2, 2 => 4, _ => 8 };
        long left = input.Left;
        long position = input.Position;
        long at = 5 + (single ? 0 : 1) + dictionary + content;
        bool last = false;
        while (!last && at + 3 <= left)
        {
            input.Position = position + at;
            ReadOnlySpan<byte> bytes = input.Peek(3);
            int header = bytes[0] | (bytes[1] << 8) | (bytes[2] << 16);
            last = (header & 1) != 0;
            const int RunLength = 1;
            at += 3 + (((header >> 1) & 3) == RunLength ? 1 : header >> 3);
        }

        at += (descriptor & 4) != 0 ? 4 : 0;
        return position + (last ? Math.Min(at, left) : left);
    }
}
