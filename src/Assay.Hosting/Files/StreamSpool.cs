// Brings a stream into a bounded scratch space, because a scan reads at random.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Scanning;

namespace Assay.Hosting.Files;

/// <summary>Brings a stream (standard input, an upload) into a bounded scratch space.</summary>
public static class StreamSpool
{
    /// <summary>
    /// The input called <paramref name="path"/> with what <paramref name="stream"/> gives. More than <paramref name="limit"/> bytes make it unread,
    /// and <paramref name="limitName"/> says which limit that was: half a file would be judged as if it were broken. The caller disposes
    /// <paramref name="space"/> after the scan.
    /// </summary>
    public static ScanInput Read(string path, Stream stream, ScratchSpace space, string limitName, long limit, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(space);
        byte[] block = new byte[1 << 16];
        try
        {
            while (Next(stream, block, cancellation) is > 0 and int read)
            {
                if (space.Length + read > limit)
                {
                    return Unread(path, UnreadCause.Limit, $"The limit {limitName}={limit} is spent.");
                }

                space.Append(block.AsSpan(0, read));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Unread(path, UnreadCause.Unreadable, $"It cannot be read: {FileFault.Of(e)}.");
        }
        catch (ScanStopException e)
        {
            return Unread(path, UnreadCause.Unreadable, e.Message);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return Unread(path, UnreadCause.Cancelled, "The scan was cancelled before all of it was there.");
        }

        return new ScanInput { Path = path, Open = () => space, Named = true };
    }

    /// <summary>Reads once. Who gives nothing for a long time does not keep the program from being cancelled; the read is then left to itself.</summary>
    private static int Next(Stream stream, byte[] block, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        ValueTask<int> read = stream.ReadAsync(block, cancellation);
        if (read.IsCompleted)
        {
            return read.GetAwaiter().GetResult();
        }

        Task<int> task = read.AsTask();
        ((Task)task).WaitAsync(cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();
        cancellation.ThrowIfCancellationRequested();
        return task.GetAwaiter().GetResult();
    }

    private static ScanInput Unread(string path, UnreadCause cause, string detail) =>
        new() { Path = path, Unreadable = detail, Cause = cause, Named = true };
}
