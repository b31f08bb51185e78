// Brings standard input into a bounded scratch space, because a scan reads at random.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Scanning;

namespace Assay.Cli.Files;

/// <summary>Brings standard input into a bounded scratch space.</summary>
internal static class StandardInput
{
    /// <summary>The limit's name.</summary>
    public const string LimitName = "stdin-bytes";

    /// <summary>How many bytes are taken unless <c>--limit stdin-bytes=N</c> says otherwise.</summary>
    public const long DefaultLimit = 8L << 30;

    /// <summary>
    /// The input <c>-</c>. More than <paramref name="limit"/> bytes make it unread: half a file would be judged as if it were
    /// broken. The caller disposes <paramref name="space"/> after the scan.
    /// </summary>
    public static ScanInput Spool(Stream input, ScratchSpace space, long limit, CancellationToken cancellation)
    {
        byte[] block = new byte[1 << 16];
        try
        {
            while (input.Read(block) is > 0 and int read)
            {
                cancellation.ThrowIfCancellationRequested();
                if (space.Length + read > limit)
                {
                    return Unread(UnreadCause.Limit, $"The limit {LimitName}={limit} is spent.");
                }

                space.Append(block.AsSpan(0, read));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Unread(UnreadCause.Unreadable, $"Standard input cannot be read: {e.Message}");
        }
        catch (ScanStopException e)
        {
            return Unread(UnreadCause.Unreadable, e.Message);
        }

        return new ScanInput { Path = "-", Open = () => space, Named = true };
    }

    private static ScanInput Unread(UnreadCause cause, string detail) =>
        new() { Path = "-", Unreadable = detail, Cause = cause, Named = true };
}
