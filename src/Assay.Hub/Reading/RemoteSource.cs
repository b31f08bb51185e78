// A remote file as random access to its bytes.
using Assay.Bytes;
using Assay.Hub.Http;

namespace Assay.Hub.Reading;

/// <summary>
/// A remote file as random access: blocks that are not here are fetched, more of them each time while reads follow each other. Read by one thread at a time; several
/// sources over one content share what came.
/// </summary>
internal sealed class RemoteSource(RemoteContent content) : ByteSource
{
    private const int FirstWindow = (64 << 10) / FileBlocks.BlockSize;
    private const int LargestWindow = (4 << 20) / FileBlocks.BlockSize;
    private int _window = FirstWindow;
    private long _next = ReadPlan.Head / FileBlocks.BlockSize;

    /// <inheritdoc/>
    public override long Length => content.File.Size;

    /// <inheritdoc/>
    public override bool IsFar => !content.IsWhole;

    /// <inheritdoc/>
    public override int ReadAt(long offset, Span<byte> destination)
    {
        if (offset < 0 || offset >= Length || destination.IsEmpty)
        {
            return 0;
        }

        try
        {
            return content.Read(offset, destination, Window);
        }
        catch (RemoteException e)
        {
            throw RemoteContent.Stop(e, offset);
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            throw new ScanStopException(StopReason.Cancelled, "The scan was cancelled.", offset);
        }
    }

    /// <inheritdoc/>
    public override bool IsUnchanged() => content.Failure is not { Fault: RemoteFault.Changed or RemoteFault.WrongDigest };

    /// <summary>How many blocks are fetched from <paramref name="first"/> on.</summary>
    private int Window(long first)
    {
        _window = first == _next ? Math.Min(_window * 4, LargestWindow) : FirstWindow;
        _next = first + _window;
        return _window;
    }
}
