// Bytes of a file that a host has opened.
using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace Assay.Bytes;

/// <summary>A source over a regular file that the host opened for reading. It owns the handle, and is read by one thread at a time.</summary>
public sealed class FileSource : ByteSource
{
    private const int BlockSize = 32 << 10;
    private const int SmallRead = 4 << 10;
    private readonly SafeFileHandle _handle;

    /// <summary>The last block read for the sake of a small read: headers lie close to each other.</summary>
    private byte[]? _block;
    private long _blockStart;
    private int _blockLength;

    private readonly Func<SafeFileHandle, long, long>? _nextData;

    /// <summary>Creates a source over <paramref name="handle"/>; the length is the file's length now.</summary>
    /// <param name="handle">The file.</param>
    /// <param name="nextData">Where from an offset on the next bytes of the file lie that are no hole of it; null where the system cannot tell.</param>
    public FileSource(SafeFileHandle handle, Func<SafeFileHandle, long, long>? nextData = null)
    {
        _handle = handle;
        _nextData = nextData;
        Length = RandomAccess.GetLength(handle);
    }

    /// <inheritdoc/>
    public override long Length { get; }

    /// <inheritdoc/>
    public override int ReadAt(long offset, Span<byte> destination)
    {
        if (offset < 0 || offset >= Length)
        {
            return 0;
        }

        int wanted = (int)Math.Min(destination.Length, Length - offset);
        if (wanted > SmallRead)
        {
            ReadFile(offset, destination[..wanted]);
            return wanted;
        }

        if (_block is null || offset < _blockStart || offset + wanted > _blockStart + _blockLength)
        {
            _block ??= ArrayPool<byte>.Shared.Rent(BlockSize);
            _blockLength = 0;
            int length = (int)Math.Min(BlockSize, Length - offset);
            ReadFile(offset, _block.AsSpan(0, length));
            _blockStart = offset;
            _blockLength = length;
        }

        _block.AsSpan((int)(offset - _blockStart), wanted).CopyTo(destination);
        return wanted;
    }

    /// <inheritdoc/>
    public override long NextData(long offset) => _nextData is null || offset < 0 ? offset : Math.Clamp(_nextData(_handle, offset), offset, Math.Max(offset, Length));

    private void ReadFile(long offset, Span<byte> destination)
    {
        int read = 0;
        try
        {
            while (read < destination.Length)
            {
                int got = RandomAccess.Read(_handle, destination[read..], offset + read);
                if (got == 0)
                {
                    throw new ScanStopException(StopReason.Changed, "The file became shorter while it was read.", offset + read);
                }

                read += got;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            throw new ScanStopException(StopReason.InputOutput, $"The system could not read the file: {e.Message}", offset + read);
        }
    }

    /// <inheritdoc/>
    public override bool IsUnchanged()
    {
        try
        {
            return RandomAccess.GetLength(_handle) == Length;
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _handle.Dispose();
            if (_block is not null)
            {
                ArrayPool<byte>.Shared.Return(_block);
                _block = null;
            }
        }

        base.Dispose(disposing);
    }
}
