// Bytes that are part of the program, read where they lie.
namespace Assay.Bytes;

/// <summary>A resource of the library as a source: the program's own pages are read, and nothing is copied that is not asked for.</summary>
internal sealed class EmbeddedSource(string name) : ByteSource
{
    private readonly Lock _lock = new();
    private readonly Stream _stream = EmbeddedTable.Open(name);

    /// <inheritdoc/>
    public override long Length => _stream.Length;

    /// <inheritdoc/>
    public override int ReadAt(long offset, Span<byte> destination)
    {
        if (offset < 0 || offset >= Length)
            return 0;

        lock (_lock)
        {
            _stream.Position = offset;
            return _stream.ReadAtLeast(destination, destination.Length, throwOnEndOfStream: false);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _stream.Dispose();

        base.Dispose(disposing);
    }
}
