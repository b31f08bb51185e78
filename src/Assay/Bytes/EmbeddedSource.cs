// Bytes that are part of the program, as a source.
namespace Assay.Bytes;

/// <summary>A resource of the library as a source (<see cref="EmbeddedBytes"/>).</summary>
internal sealed class EmbeddedSource(string name) : ByteSource
{
    private readonly EmbeddedBytes _bytes = new(name);

    /// <inheritdoc/>
    public override long Length => _bytes.Length;

    /// <inheritdoc/>
    public override int ReadAt(long offset, Span<byte> destination) => _bytes.Read(offset, destination);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _bytes.Dispose();

        base.Dispose(disposing);
    }
}
