// The bytes of an input, and how far into them somebody has read.
using Assay.Bytes;

namespace Assay.Cli.Files;

/// <summary>Hands on every request and remembers the furthest byte that was asked for. <paramref name="closed"/> is told when it is done with.</summary>
internal sealed class WatchedSource(string path, ByteSource bytes, Action<WatchedSource> closed) : ByteSource
{
    private long _reached;

    /// <summary>The path of the input.</summary>
    public string Path => path;

    /// <summary>The offset behind the furthest byte that was read.</summary>
    public long Reached => Volatile.Read(ref _reached);

    /// <inheritdoc/>
    public override long Length => bytes.Length;

    /// <inheritdoc/>
    public override int ReadAt(long offset, Span<byte> destination)
    {
        int read = bytes.ReadAt(offset, destination);
        if (offset + read > Reached)
        {
            // Readers on two threads may set each other back for the moment of one read; this is for a display.
            Volatile.Write(ref _reached, offset + read);
        }

        return read;
    }

    /// <inheritdoc/>
    public override long NextData(long offset) => bytes.NextData(offset);

    /// <inheritdoc/>
    public override bool IsFar => bytes.IsFar;

    /// <inheritdoc/>
    public override bool IsUnchanged() => bytes.IsUnchanged();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        closed(this);
        bytes.Dispose();
        base.Dispose(disposing);
    }
}
