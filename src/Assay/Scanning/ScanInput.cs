// One input of a scan, as the host hands it in.
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Scanning;

/// <summary>One input of a scan: a path and a way to open its bytes, or the reason why it has none.</summary>
public sealed record ScanInput
{
    /// <summary>The path as given or walked; reports print it, nothing else depends on it.</summary>
    public required string Path { get; init; }

    /// <summary>
    /// Opens the bytes; the engine disposes them. May throw <see cref="ScanStopException"/>, <see cref="IOException"/> or
    /// <see cref="UnauthorizedAccessException"/>: the input is then reported as unread.
    /// </summary>
    public Func<ByteSource>? Open { get; init; }

    /// <summary>Why there is nothing to open (a FIFO, a missing path), or null.</summary>
    public string? Unreadable { get; init; }

    /// <summary>The cause that goes with <see cref="Unreadable"/>.</summary>
    public UnreadCause Cause { get; init; } = UnreadCause.Unreadable;

    /// <summary>Whether the user named this very path; such a file is never ignored.</summary>
    public bool Named { get; init; }
}
