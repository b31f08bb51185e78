// Reads binary structures of any length front to back through a small window.
using System.Buffers.Binary;
using System.Globalization;
using Assay.Bytes;

namespace Assay.Formats.Binary;

/// <summary>
/// Reads the bytes of a range front to back. Nothing is sized by a number of the file before that many bytes are known to be there, and bytes that
/// are stepped over cost nothing.
/// </summary>
internal sealed class BinaryCursor
{
    private const int Window = 64 << 10;
    private readonly ByteSource _source;
    private readonly ScanBudget _budget;
    private readonly byte[] _buffer;
    private readonly long _end;
    private long _base;
    private int _at;
    private int _filled;

    /// <summary>Starts at the beginning of a range.</summary>
    public BinaryCursor(ByteSource source, ByteRange range, ScanBudget budget)
    {
        _source = source;
        _budget = budget;
        ByteRange inside = range.ClampTo(source.Length);
        (_base, _end) = (inside.Offset, inside.End);
        _buffer = new byte[(int)Math.Min(Window, inside.Length)];
    }

    /// <summary>Where the next byte lies in the source.</summary>
    public long Offset => _base + _at;

    /// <summary>Where the range ends.</summary>
    public long End => _end;

    /// <summary>How many bytes are left.</summary>
    public long Left => _end - Offset;

    /// <summary>Whether more bytes were asked for than there are.</summary>
    public bool RanOut { get; private set; }

    /// <summary>The next bytes, at most as many as a window holds; they are valid until the next call.</summary>
    /// <exception cref="MalformedException">There are fewer.</exception>
    public ReadOnlySpan<byte> Take(int count)
    {
        Need(count);
        if (count > _filled - _at)
        {
            Fill();
        }

        ReadOnlySpan<byte> taken = _buffer.AsSpan(_at, count);
        _at += count;
        return taken;
    }

    /// <summary>The next byte, or -1 at the end.</summary>
    public int TryByte()
    {
        if (_at == _filled)
        {
            if (Left <= 0)
            {
                return -1;
            }

            Fill();
        }

        return _buffer[_at++];
    }

    /// <summary>The next byte.</summary>
    public byte Byte() => Take(1)[0];

    /// <summary>The next byte, which stays the next one; -1 at the end.</summary>
    public int Peek()
    {
        int next = TryByte();
        _at -= next < 0 ? 0 : 1;
        return next;
    }

    /// <summary>A whole number of 16 bits, big-endian.</summary>
    public ushort UInt16Big() => BinaryPrimitives.ReadUInt16BigEndian(Take(2));

    /// <summary>A whole number of 32 bits, big-endian.</summary>
    public int Int32Big() => BinaryPrimitives.ReadInt32BigEndian(Take(4));

    /// <summary>A whole number of 64 bits, big-endian.</summary>
    public long Int64Big() => BinaryPrimitives.ReadInt64BigEndian(Take(8));

    /// <summary>A whole number of 32 bits, little-endian.</summary>
    public int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

    /// <summary>A whole number of 64 bits, little-endian.</summary>
    public long Int64() => BinaryPrimitives.ReadInt64LittleEndian(Take(8));

    /// <summary>Steps over bytes without reading them.</summary>
    /// <exception cref="MalformedException">There are fewer.</exception>
    public void Skip(long count)
    {
        Need(count);
        if (count <= _filled - _at)
        {
            _at += (int)count;
            return;
        }

        _base = Offset + count;
        (_at, _filled) = (0, 0);
    }

    /// <summary>The next bytes as a new array of at most <paramref name="keep"/>; the others are stepped over.</summary>
    public byte[] Keep(long count, int keep)
    {
        Need(count);
        if (count <= Math.Min(keep, _buffer.Length))
        {
            return Take((int)count).ToArray();
        }

        int kept = (int)Math.Min(count, keep);
        byte[] bytes = _source.ReadUpTo(Offset, kept);
        _budget.SpendWork(WorkCosts.NearRead + (kept / WorkCosts.BytesRead), Offset);
        Skip(count);
        return bytes;
    }

    /// <summary>Says that so many bytes must be there.</summary>
    public void Need(long count)
    {
        if (count < 0 || count > Left)
        {
            RanOut = true;
            throw new MalformedException(Offset, string.Create(CultureInfo.InvariantCulture, $"{count} bytes are asked for and {Left} are left."));
        }
    }

    private void Fill()
    {
        _base = Offset;
        _budget.SpendWork(WorkCosts.NearRead + (_buffer.Length / WorkCosts.BytesRead), _base);
        _filled = _source.ReadAt(_base, _buffer.AsSpan(0, (int)Math.Min(_buffer.Length, _end - _base)));
        _at = 0;
        if (_filled == 0)
        {
            throw new ScanStopException(StopReason.Changed, "The bytes ended while they were read.", _base);
        }
    }
}
