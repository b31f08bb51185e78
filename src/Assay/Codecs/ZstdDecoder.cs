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
        decoder.ResetStream();
        OperationStatus status = OperationStatus.NeedMoreData;
        while (status != OperationStatus.Done)
        {
            ReadOnlySpan<byte> ready = input.Ready();
            int consumed;
            int written;
            try
            {
                status = decoder.UnwrapStream(ready, buffer, out consumed, out written);
            }
            catch (ZstdException e)
            {
                throw new MalformedException(input.Position, $"The zstd frame is broken or asks for a window over the limit of {Codec.MaxWindow} bytes ({e.Message}).");
            }

            sink.Write(buffer.AsSpan(0, written));
            input.Position += consumed;
            if (status == OperationStatus.InvalidData)
            {
                throw new MalformedException(input.Position, "The zstd frame is broken.");
            }

            if (status != OperationStatus.Done && consumed == 0 && written == 0)
            {
                input.ReadByte();
                throw new MalformedException(input.Position, "The zstd frame ends early.");
            }
        }
    }
}
