// Bytes that are part of the program, read where they lie.
namespace Assay.Bytes;

/// <summary>
/// A resource of the library, or bytes of the same form that were made in memory. Of a resource the program's own pages are read, and nothing is copied that is not asked for. It is no
/// source of bytes of an input, so that those who may look at none can have tables.
/// </summary>
internal sealed class EmbeddedBytes(Stream stream) : IDisposable
{
    private readonly Lock _lock = new();

    /// <summary>The resource of that name.</summary>
    public EmbeddedBytes(string name)
        : this(EmbeddedTable.Open(name))
    {
    }

    /// <summary>Bytes in memory.</summary>
    public EmbeddedBytes(byte[] bytes)
        : this(new MemoryStream(bytes, writable: false))
    {
    }

    /// <summary>How many there are.</summary>
    public long Length => stream.Length;

    /// <summary>Reads what is there from <paramref name="at"/> on, and returns how many bytes that are.</summary>
    public int Read(long at, Span<byte> destination)
    {
        if (at < 0 || at >= Length)
            return 0;

        lock (_lock)
        {
            stream.Position = at;
            return stream.ReadAtLeast(destination, destination.Length, throwOnEndOfStream: false);
        }
    }

    /// <summary>The same as an array of <paramref name="count"/> bytes.</summary>
    public byte[] Read(long at, int count)
    {
        byte[] bytes = new byte[count];
        Read(at, bytes);
        return bytes;
    }

    /// <inheritdoc/>
    public void Dispose() => stream.Dispose();
}
