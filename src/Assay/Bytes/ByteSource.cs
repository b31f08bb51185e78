// Random access to bytes that may be larger than memory.
namespace Assay.Bytes;

/// <summary>
/// Random access to a fixed number of bytes. Reading is synchronous by decision: the callers are loops over mapped or cached
/// pages, and cancellation is polled by the budget.
/// </summary>
public abstract class ByteSource : IDisposable
{
    /// <summary>The number of bytes.</summary>
    public abstract long Length { get; }

    /// <summary>
    /// Fills <paramref name="destination"/> from <paramref name="offset"/> on and returns the number of bytes read, which is
    /// smaller than asked only where the source ends.
    /// </summary>
    /// <exception cref="ScanStopException">The bytes changed, vanished or could not be read.</exception>
    public abstract int ReadAt(long offset, Span<byte> destination);

    /// <summary>
    /// The first place from <paramref name="offset"/> on that may hold anything but zeros, as far as the source can tell without reading:
    /// <paramref name="offset"/> itself where it cannot.
    /// </summary>
    public virtual long NextData(long offset) => offset;

    /// <summary>
    /// Whether some of the bytes lie so far away that nobody reads them for their own sake: a digest of all of them waits until something was found that it is needed for.
    /// </summary>
    public virtual bool IsFar => false;

    /// <summary>A view of a part of this source. The view ends where this source ends and does not own it.</summary>
    public virtual ByteSource Slice(ByteRange range)
    {
        ByteRange inside = range.ClampTo(Length);
        return new SliceSource(this, inside);
    }

    /// <summary>Reads up to <paramref name="count"/> bytes into a new array; shorter only where the source ends.</summary>
    public byte[] ReadUpTo(long offset, int count)
    {
        if (offset < 0 || offset >= Length)
        {
            return [];
        }

        byte[] bytes = new byte[(int)Math.Min(count, Length - offset)];
        int read = ReadAt(offset, bytes);
        return read == bytes.Length ? bytes : bytes[..read];
    }

    /// <summary>Whether the source still is what it was when it was opened, as far as that can be told.</summary>
    public virtual bool IsUnchanged() => true;

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases what the source owns.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }
}
