// Scratch space that lives in memory, in blocks, with a ceiling.
using System.Buffers;
using System.Runtime.InteropServices;

namespace Assay.Bytes;

/// <summary>Scratch space in memory; a space that grows over <c>ceiling</c> bytes stops the read.</summary>
public sealed class MemoryScratch(long ceiling = 256L << 20) : Scratch
{
    /// <inheritdoc/>
    public override ScratchSpace Create() => new MemorySpace(ceiling);
}

/// <summary>Bytes in memory, in blocks that never move, up to a ceiling.</summary>
public sealed class MemorySpace(long ceiling) : ScratchSpace
{
    private const int FirstBlock = 4 << 10;
    private const int BlockSize = 1 << 20;
    private readonly List<byte[]> _blocks = [];
    private byte[] _first = [];
    private long _length;

    /// <inheritdoc/>
    public override long Length => _length;

    /// <inheritdoc/>
    public override void Append(ReadOnlySpan<byte> bytes)
    {
        if (_length + bytes.Length > ceiling)
        {
            throw new ScanStopException(StopReason.Limit, $"Inflated bytes exceed the scratch space of {ceiling} bytes.", _length);
        }

        while (!bytes.IsEmpty)
        {
            Span<byte> room = Room();
            int count = Math.Min(room.Length, bytes.Length);
            bytes[..count].CopyTo(room);
            bytes = bytes[count..];
            _length += count;
        }
    }

    /// <inheritdoc/>
    public override int ReadAt(long offset, Span<byte> destination)
    {
        if (offset < 0 || offset >= _length)
        {
            return 0;
        }

        int wanted = (int)Math.Min(destination.Length, _length - offset);
        int read = 0;
        while (read < wanted)
        {
            long at = offset + read;
            ReadOnlySpan<byte> block = at < BlockSize ? _first : _blocks[(int)(at / BlockSize) - 1];
            int into = (int)(at % BlockSize);
            int count = Math.Min(wanted - read, BlockSize - into);
            block.Slice(into, count).CopyTo(destination[read..]);
            read += count;
        }

        return read;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            PooledArrays.ReturnPages<byte>(CollectionsMarshal.AsSpan(_blocks));
            _blocks.Clear();
            ReturnFirst();
            _length = 0;
        }

        base.Dispose(disposing);
    }

    private void ReturnFirst()
    {
        if (_first.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_first);
            _first = [];
        }
    }

    private Span<byte> Room()
    {
        int into = (int)(_length % BlockSize);
        if (_length < BlockSize)
        {
            if (into == _first.Length)
            {
                // The first block grows by doubling: most members are small.
                byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Clamp(_first.Length * 4, FirstBlock, BlockSize));
                _first.CopyTo(larger, 0);
                ReturnFirst();
                _first = larger;
            }

            return _first.AsSpan(into);
        }

        int index = (int)(_length / BlockSize) - 1;
        if (index == _blocks.Count)
        {
            _blocks.Add(ArrayPool<byte>.Shared.Rent(BlockSize));
        }

        return _blocks[index].AsSpan(into, BlockSize - into);
    }
}
