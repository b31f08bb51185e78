// Reads a source front to back through a window of bounded size.
using System.Buffers;
using System.Buffers.Binary;

namespace Assay.Bytes;

/// <summary>
/// Reads little-endian numbers and short runs front to back. <see cref="Take(long)"/> steps over a payload without reading
/// it, so a tensor of 40 GB costs nothing. Every method that finds too few bytes throws <see cref="MalformedException"/>
/// with the offset of the first missing byte.
/// </summary>
public ref struct ByteReader
{
    private const int WindowSize = 4096;
    private readonly ByteSource _source;
    private byte[]? _window;
    private long _windowStart;
    private int _windowLength;

    /// <summary>Creates a reader of <paramref name="source"/> that starts at <paramref name="offset"/>.</summary>
    public ByteReader(ByteSource source, long offset = 0)
    {
        _source = source;
        Position = offset;
    }

    /// <summary>The offset of the next byte.</summary>
    public long Position { get; private set; }

    /// <summary>The number of bytes left; never negative.</summary>
    public readonly long Remaining => Math.Max(0, _source.Length - Position);

    /// <summary>Moves to <paramref name="offset"/>.</summary>
    public void Seek(long offset) => Position = offset;

    /// <summary>Steps over <paramref name="length"/> bytes without reading them and returns their range.</summary>
    public ByteRange Take(long length)
    {
        if (length < 0 || length > Remaining)
        {
            throw new MalformedException(_source.Length, $"{length} bytes are declared and {Remaining} are left.");
        }

        ByteRange range = new(Position, length);
        Position += length;
        return range;
    }

    /// <summary>Reads <paramref name="destination"/>.Length bytes.</summary>
    public void ReadExactly(Span<byte> destination)
    {
        if (destination.Length > Remaining)
        {
            throw new MalformedException(_source.Length, $"{destination.Length} bytes are needed and {Remaining} are left.");
        }

        if (destination.Length >= WindowSize)
        {
            _source.ReadAt(Position, destination);
        }
        else
        {
            Ensure(destination.Length).CopyTo(destination);
        }

        Position += destination.Length;
    }

    /// <summary>The next bytes without moving; fewer than <paramref name="count"/> where the source ends.</summary>
    public ReadOnlySpan<byte> Peek(int count)
    {
        int inside = (int)Math.Min(Math.Min(count, WindowSize), Remaining);
        return Ensure(inside);
    }

    /// <summary>Reads one byte.</summary>
    public byte ReadByte() => Next(1)[0];

    /// <summary>Reads a 16-bit little-endian number.</summary>
    public ushort ReadUInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Next(2));

    /// <summary>Reads a 32-bit little-endian number.</summary>
    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Next(4));

    /// <summary>Reads a 64-bit little-endian number.</summary>
    public ulong ReadUInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Next(8));

    /// <summary>Reads a signed 64-bit little-endian number.</summary>
    public long ReadInt64() => BinaryPrimitives.ReadInt64LittleEndian(Next(8));

    /// <summary>Gives the window back.</summary>
    public void Dispose()
    {
        if (_window is not null)
        {
            ArrayPool<byte>.Shared.Return(_window);
            _window = null;
        }
    }

    private ReadOnlySpan<byte> Next(int count)
    {
        if (count > Remaining)
        {
            throw new MalformedException(_source.Length, $"{count} bytes are needed and {Remaining} are left.");
        }

        ReadOnlySpan<byte> bytes = Ensure(count);
        Position += count;
        return bytes;
    }

    private ReadOnlySpan<byte> Ensure(int count)
    {
        _window ??= ArrayPool<byte>.Shared.Rent(WindowSize);
        long into = Position - _windowStart;
        if (into < 0 || into + count > _windowLength)
        {
            _windowStart = Position;
            _windowLength = _source.ReadAt(Position, _window.AsSpan(0, WindowSize));
            into = 0;
            if (count > _windowLength)
            {
                throw new MalformedException(Position + _windowLength, "The source ended early.");
            }
        }

        return _window.AsSpan((int)into, count);
    }
}
