// Bytes of a file that a host has opened.
using Microsoft.Win32.SafeHandles;

namespace Assay.Bytes;

/// <summary>A source over a regular file that the host opened for reading. It owns the handle.</summary>
public sealed class FileSource : ByteSource
{
    private readonly SafeFileHandle _handle;

    /// <summary>Creates a source over <paramref name="handle"/>; the length is the file's length now.</summary>
    public FileSource(SafeFileHandle handle)
    {
        _handle = handle;
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
        int read = 0;
        try
        {
            while (read < wanted)
            {
                int got = RandomAccess.Read(_handle, destination[read..wanted], offset + read);
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

        return read;
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
        }

        base.Dispose(disposing);
    }
}
