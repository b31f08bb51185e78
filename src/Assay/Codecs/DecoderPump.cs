// Runs a decoder that is not ours so that its faults become values and nothing that it put out is lost.
using Assay.Bytes;

namespace Assay.Codecs;

/// <summary>Runs decoders that are not ours.</summary>
internal static class DecoderPump
{
    private const int Chunk = 32 << 10;

    /// <summary>
    /// Pumps the stream that <paramref name="open"/> makes of <paramref name="input"/> into the sink. Whatever the decoder throws
    /// on hostile bytes becomes a <see cref="MalformedException"/> with <paramref name="broken"/>.
    /// </summary>
    public static void Pump(SourceStream input, InflatedSink sink, string broken, Func<Stream, Stream> open, Action<ReadOnlyMemory<byte>>? observe = null)
    {
        long start = input.Position;
        long before = sink.Length;
        try
        {
            Run(input, sink, open, observe, skip: 0, Chunk);
        }
        catch (Exception e) when (IsFault(e, input))
        {
            // A decoder that throws has dropped what it decoded in that call. Once more, to the same place, then byte by byte.
            long kept = sink.Length - before;
            input.Position = start;
            try
            {
                Run(input, sink, open, observe, kept, 1);
            }
            catch (Exception again) when (IsFault(again, input))
            {
            }

            throw new MalformedException(input.Position, broken);
        }
    }

    private static bool IsFault(Exception e, SourceStream input)
    {
        // A decoder may have wrapped the stop of a read; it is still a stop.
        if (input.Stop is not null)
        {
            throw input.Stop;
        }

        return e is not ScanStopException and not OutOfMemoryException;
    }

    private static void Run(
        SourceStream input, InflatedSink sink, Func<Stream, Stream> open, Action<ReadOnlyMemory<byte>>? observe, long skip, int step)
    {
        byte[] buffer = new byte[Chunk];
        int filled = 0;
        using Stream decoder = open(input);
        try
        {
            while (skip > 0)
            {
                int got = decoder.Read(buffer, 0, (int)Math.Min(Chunk, skip));
                if (got <= 0)
                {
                    return;
                }

                skip -= got;
            }

            while (true)
            {
                int got = decoder.Read(buffer, filled, Math.Min(step, Chunk - filled));
                if (got <= 0)
                {
                    return;
                }

                filled += got;
                if (step > 1 || filled == Chunk)
                {
                    Pass(buffer, ref filled, sink, observe);
                }
            }
        }
        finally
        {
            Pass(buffer, ref filled, sink, observe);
        }
    }

    private static void Pass(byte[] buffer, ref int filled, InflatedSink sink, Action<ReadOnlyMemory<byte>>? observe)
    {
        ReadOnlyMemory<byte> fresh = buffer.AsMemory(0, filled);
        filled = 0;
        observe?.Invoke(fresh);
        sink.Write(fresh.Span);
    }
}

/// <summary>
/// Ends a decoder where its input does. Decoders of the LZMA kind go on with invented bytes there, and what they make of those is not
/// in the file. Ends it after <paramref name="size"/> bytes, too: some streams have no end mark.
/// </summary>
internal sealed class DryGuard(Stream decoder, SourceStream? input, long size = long.MaxValue) : ForwardStream
{
    private long _left = size;

    public override int Read(byte[] buffer, int offset, int count)
    {
        int got = decoder.Read(buffer, offset, (int)Math.Min(count, _left));
        _left -= Math.Max(0, got);
        return got > 0 && input is { RanDry: true } ? throw new EndOfStreamException() : got;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            decoder.Dispose();
        }

        base.Dispose(disposing);
    }
}
