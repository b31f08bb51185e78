// The bytes of a small file, read once: what is digested is what is examined.
using Assay.Bytes;

namespace Assay.Store.Scans;

/// <summary>
/// The bytes of a small file in memory. Between a digest and a reading somebody could exchange the bytes, and the store would keep what was read of one file under the digest of another: for
/// all time. So both take the same bytes.
/// </summary>
internal sealed class HeldSource(ByteSource file, byte[] bytes) : ByteSource
{
    /// <summary>Larger files are read where they lie, and kept only where they have the same stamp afterwards.</summary>
    public const int Largest = 16 << 20;

    /// <inheritdoc/>
    public override long Length => bytes.Length;

    /// <summary>The bytes.</summary>
    public ReadOnlySpan<byte> Bytes => bytes;

    /// <summary>Reads a file that is small enough; null for a larger one.</summary>
    public static HeldSource? Of(ByteSource file)
    {
        if (file.Length > Largest)
        {
            return null;
        }

        byte[] bytes = file.ReadUpTo(0, (int)file.Length);
        return bytes.Length == file.Length ? new HeldSource(file, bytes) : null;
    }

    /// <inheritdoc/>
    public override int ReadAt(long offset, Span<byte> destination)
    {
        if (offset < 0 || offset >= bytes.Length)
        {
            return 0;
        }

        int count = (int)Math.Min(destination.Length, bytes.Length - offset);
        bytes.AsSpan((int)offset, count).CopyTo(destination);
        return count;
    }

    /// <inheritdoc/>
    public override long NextData(long offset) => file.NextData(offset);

    /// <inheritdoc/>
    public override bool IsUnchanged() => file.IsUnchanged();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            file.Dispose();
        }

        base.Dispose(disposing);
    }
}
