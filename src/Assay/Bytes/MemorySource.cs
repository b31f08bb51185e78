// Bytes that are already in memory.
namespace Assay.Bytes;

/// <summary>A source over bytes in memory.</summary>
public sealed class MemorySource : ByteSource
{
    private readonly ReadOnlyMemory<byte> _bytes;

    /// <summary>Creates a source over <paramref name="bytes"/>, which must not change afterwards.</summary>
    public MemorySource(ReadOnlyMemory<byte> bytes) => _bytes = bytes;

    /// <inheritdoc/>
    public override long Length => _bytes.Length;

    /// <inheritdoc/>
    public override int ReadAt(long offset, Span<byte> destination)
    {
        if (offset < 0 || offset >= _bytes.Length)
        {
            return 0;
        }

        int count = (int)Math.Min(destination.Length, _bytes.Length - offset);
        _bytes.Span.Slice((int)offset, count).CopyTo(destination);
        return count;
    }
}
