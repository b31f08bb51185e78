// Scratch space in memory that spills to temporary files of the user's own.
using Assay.Bytes;
using Microsoft.Win32.SafeHandles;

namespace Assay.Hosting.Files;

/// <summary>
/// Makes scratch space: in memory up to <paramref name="inMemory"/> bytes each, above that in a temporary file that only its
/// owner can read and that goes away with the process, whatever ends it.
/// </summary>
public sealed class FileScratch(string directory, long inMemory) : Scratch
{
    /// <inheritdoc/>
    public override ScratchSpace Create() => new FileSpace(directory, inMemory);
}

/// <summary>One space of a <see cref="FileScratch"/>.</summary>
internal sealed class FileSpace(string directory, long inMemory) : ScratchSpace
{
    private MemorySpace? _memory = new(inMemory);
    private SafeFileHandle? _file;
    private long _length;

    /// <inheritdoc/>
    public override long Length => _length;

    /// <summary>Whether the bytes have left memory.</summary>
    public bool IsFile => _file is not null;

    /// <inheritdoc/>
    public override void Append(ReadOnlySpan<byte> bytes)
    {
        try
        {
            if (_memory is not null)
            {
                if (_length + bytes.Length <= inMemory)
                {
                    _memory.Append(bytes);
                    _length += bytes.Length;
                    return;
                }

                Spill();
            }

            RandomAccess.Write(_file!, bytes, _length);
            _length += bytes.Length;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ScanStopException(StopReason.InputOutput, $"The scratch space cannot be written: {FileFault.Of(e)}.", _length);
        }
    }

    /// <inheritdoc/>
    public override int ReadAt(long offset, Span<byte> destination)
    {
        if (_memory is not null)
        {
            return _memory.ReadAt(offset, destination);
        }

        if (offset < 0 || offset >= _length)
        {
            return 0;
        }

        int wanted = (int)Math.Min(destination.Length, _length - offset);
        int read = 0;
        try
        {
            while (read < wanted && RandomAccess.Read(_file!, destination[read..wanted], offset + read) is > 0 and int got)
            {
                read += got;
            }
        }
        catch (IOException e)
        {
            throw new ScanStopException(StopReason.InputOutput, $"The scratch space cannot be read: {FileFault.Of(e)}.", offset + read);
        }

        return read;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _memory = null;
            _file?.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Spill()
    {
        MemorySpace memory = _memory!;
        string path = Path.Join(directory, "assay-" + Path.GetRandomFileName());
        FileStreamOptions options = new()
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.Delete,
            Options = FileOptions.DeleteOnClose,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        FileStream stream = new(path, options);
        _file = stream.SafeFileHandle;
        if (!OperatingSystem.IsWindows())
        {
            // Without a name the bytes go away with the process even when it is killed.
            File.Delete(path);
        }

        byte[] block = new byte[1 << 16];
        for (long at = 0; at < _length;)
        {
            int read = memory.ReadAt(at, block);
            RandomAccess.Write(_file, block.AsSpan(0, read), at);
            at += read;
        }

        _memory = null;
    }
}
