// Where converted files go: handed in by the host, because the library opens no files.
using Assay.Bytes;

namespace Assay.Conversion;

/// <summary>
/// A place for converted files. None is there under its name before <see cref="Commit"/>; disposing without it leaves nothing behind.
/// </summary>
public abstract class ConversionOutput : IDisposable
{
    /// <summary>A new file that will be called <paramref name="name"/> and have <paramref name="length"/> bytes.</summary>
    /// <exception cref="ScanStopException">The system cannot make it.</exception>
    public abstract ConversionFile Create(string name, long length);

    /// <summary>Gives all files their names.</summary>
    /// <exception cref="ScanStopException">The system cannot do so; nothing is left behind.</exception>
    public abstract void Commit();

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Removes what was not committed.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }
}

/// <summary>A file that is being written from its start to its end.</summary>
public abstract class ConversionFile
{
    /// <summary>Appends <paramref name="bytes"/>.</summary>
    /// <exception cref="ScanStopException">The system cannot write them.</exception>
    public abstract void Append(ReadOnlySpan<byte> bytes);

    /// <summary>Brings all bytes to the disk.</summary>
    public abstract void Flush();

    /// <summary>What was written, to be read again. The caller disposes it.</summary>
    public abstract ByteSource OpenRead();
}
