// What LZMA has put out last: matches copy from it, and it passes on what is new.
using Assay.Bytes;

namespace Assay.Codecs;

/// <summary>
/// The window of an LZMA stream. It grows with what comes out, up to the size that the stream asks for: a header alone takes no memory.
/// </summary>
internal sealed class LzmaWindow(InflatedSink sink) : IDisposable
{
    private const int First = 64 << 10;
    private const int FlushStep = 1 << 20;

    private byte[] _bytes = [];
    private int _size;
    private int _at;
    private int _flushed;
    private bool _isFull;

    /// <summary>Takes what comes out instead of the sink.</summary>
    public Action<ReadOnlyMemory<byte>>? Output { get; set; }

    /// <summary>How many bytes came out since the window was emptied.</summary>
    public long Total { get; private set; }

    /// <summary>The byte that came out last, or 0.</summary>
    public byte Last => Total == 0 ? (byte)0 : _bytes[_at == 0 ? _bytes.Length - 1 : _at - 1];

    public void Dispose()
    {
        PooledArrays.Return(_bytes);
        _bytes = [];
    }

    /// <summary>Forgets what came out, and takes at most <paramref name="size"/> bytes from now on.</summary>
    public void Reset(int size)
    {
        Flush();
        _size = Math.Max(size, First);
        _at = 0;
        _flushed = 0;
        _isFull = false;
        Total = 0;
    }

    /// <summary>Whether a match may reach <paramref name="distance"/> bytes back, 1 for the last one.</summary>
    public bool Reaches(uint distance) => distance <= Total && distance <= _size && distance <= _bytes.Length && distance != 0;

    /// <summary>The byte <paramref name="distance"/> bytes back; it must be in reach.</summary>
    public byte Back(uint distance)
    {
        int at = _at - (int)distance;
        return _bytes[at < 0 ? at + _bytes.Length : at];
    }

    public void Put(byte value)
    {
        if (_at == _bytes.Length)
        {
            Room();
        }

        _bytes[_at++] = value;
        Total++;
    }

    /// <summary>Repeats <paramref name="length"/> bytes from <paramref name="distance"/> bytes back, which must be in reach.</summary>
    public void Copy(int distance, int length)
    {
        Total += length;
        while (length > 0)
        {
            if (_at == _bytes.Length)
            {
                Room();
            }

            Span<byte> bytes = _bytes;
            int from = _at - distance;
            from += from < 0 ? bytes.Length : 0;
            int count = Math.Min(length, bytes.Length - Math.Max(_at, from));
            length -= count;
            if (from >= _at || distance >= count)
            {
                bytes.Slice(from, count).CopyTo(bytes[_at..]);
                _at += count;
            }
            else if (distance == 1)
            {
                bytes.Slice(_at, count).Fill(bytes[from]);
                _at += count;
            }
            else
            {
                for (int end = _at + count; _at < end; _at++)
                {
                    bytes[_at] = bytes[from++];
                }
            }
        }
    }

    /// <summary>Takes bytes as they are.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        Total += bytes.Length;
        while (!bytes.IsEmpty)
        {
            if (_at == _bytes.Length)
            {
                Room();
            }

            int count = Math.Min(bytes.Length, _bytes.Length - _at);
            bytes[..count].CopyTo(_bytes.AsSpan(_at));
            _at += count;
            bytes = bytes[count..];
        }
    }

    /// <summary>Passes on what is new.</summary>
    public void Flush()
    {
        ReadOnlyMemory<byte> fresh = _bytes.AsMemory(_flushed, _at - _flushed);
        _flushed = _at;
        if (fresh.IsEmpty)
        {
            return;
        }

        if (Output is null)
        {
            sink.Write(fresh.Span);
        }
        else
        {
            Output(fresh);
        }
    }

    /// <summary>Passes on what is new where much of it waits.</summary>
    public void FlushMuch()
    {
        if (_at - _flushed >= FlushStep)
        {
            Flush();
        }
    }

    private void Room()
    {
        Flush();
        if (!_isFull && _bytes.Length < _size)
        {
            int larger = (int)Math.Min(_size, Math.Max(First, _bytes.Length * 4L));
            sink.Hold(larger - _bytes.Length);
            byte[] bytes = PooledArrays.Rent<byte>(larger);
            _bytes.CopyTo(bytes, 0);
            PooledArrays.Return(_bytes);
            _bytes = bytes;
            return;
        }

        _isFull = true;
        _at = 0;
        _flushed = 0;
    }
}
