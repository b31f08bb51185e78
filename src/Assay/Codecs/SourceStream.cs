// Hands a range of a source to decoders that want a stream, and knows how far they have read.
using Assay.Bytes;

namespace Assay.Codecs;

/// <summary>
/// A stream over a range of a source. <see cref="Position"/> is exact whatever the decoder, so that bytes behind a
/// compressed stream are seen.
/// </summary>
internal sealed class SourceStream(ByteSource source, ByteRange range, ScanBudget budget) : ForwardStream
{
    private const int BufferSize = 32 << 10;
    private readonly byte[] _buffer = new byte[(int)Math.Clamp(range.Length, 1, BufferSize)];
    private long _position;
    private long _bufferStart;
    private int _bufferLength;

    public override long Length => range.Length;

    /// <summary>Whether somebody wanted more bytes than there are.</summary>
    public bool RanDry { get; private set; }

    /// <summary>The stop that a read ran into; decoders may wrap or swallow it.</summary>
    public ScanStopException? Stop { get; private set; }

    public override long Position
    {
        get => _position;
        set => _position = Math.Clamp(value, 0, range.Length);
    }

    public long Left => range.Length - _position;

    public override bool CanSeek => true;

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> destination)
    {
        if (destination.IsEmpty)
        {
            return 0;
        }

        ReadOnlySpan<byte> ready = Ready();
        if (ready.IsEmpty)
        {
            RanDry = true;
            return 0;
        }

        int count = Math.Min(ready.Length, destination.Length);
        ready[..count].CopyTo(destination);
        _position += count;
        return count;
    }

    public override int ReadByte()
    {
        long into = _position - _bufferStart;
        if (into >= 0 && into < _bufferLength)
        {
            _position++;
            return _buffer[into];
        }

        ReadOnlySpan<byte> ready = Ready();
        if (ready.IsEmpty)
        {
            RanDry = true;
            return -1;
        }

        _position++;
        return ready[0];
    }

    /// <summary>The bytes that lie ready, at least one unless the range ends here. Does not move.</summary>
    public ReadOnlySpan<byte> Ready()
    {
        long into = _position - _bufferStart;
        if (into < 0 || into >= _bufferLength)
        {
            Fill();
            into = 0;
        }

        return _buffer.AsSpan((int)into, _bufferLength - (int)into);
    }

    /// <summary>Up to <paramref name="count"/> bytes from here on, without moving.</summary>
    public ReadOnlySpan<byte> Peek(int count)
    {
        long into = _position - _bufferStart;
        if (into < 0 || into + count > _bufferLength)
        {
            Fill();
            into = 0;
        }

        return _buffer.AsSpan((int)into, Math.Min(count, _bufferLength - (int)into));
    }

    /// <summary>Fills <paramref name="destination"/> or says that the stream ended early.</summary>
    public void Need(Span<byte> destination)
    {
        int got = ReadAtLeast(destination, destination.Length, throwOnEndOfStream: false);
        if (got < destination.Length)
        {
            throw new MalformedException(_position, "The compressed stream ends early.");
        }
    }

    public void Skip(long count)
    {
        if (count > Left)
        {
            _position = range.Length;
            RanDry = true;
            throw new MalformedException(_position, "The compressed stream ends early.");
        }

        _position += count;
    }

    /// <summary>Notes that more was wanted than there is before <paramref name="end"/>: the input ran dry where that is its own end.</summary>
    public void NoteDry(long end) => RanDry |= end >= range.Length;

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => _position + offset,
        _ => range.Length + offset,
    };

    private void Fill()
    {
        try
        {
            budget.Poll(range.Offset + _position);
            int wanted = (int)Math.Min(_buffer.Length, Left);
            _bufferStart = _position;
            _bufferLength = wanted > 0 ? source.ReadAt(range.Offset + _position, _buffer.AsSpan(0, wanted)) : 0;
        }
        catch (ScanStopException e)
        {
            Stop = e;
            throw;
        }
    }
}
