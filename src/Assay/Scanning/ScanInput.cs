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

    /// <summary>The bundle that the file lies in, through which what it refers to is found; null where it stands alone.</summary>
    public BundlePlace? In { get; init; }

    /// <summary>
    /// What reports call the bundle of which this is a part and which is examined as a whole; null for a file that was asked for by itself, even where
    /// <see cref="In"/> says what lies around it.
    /// </summary>
    public string? Bundle { get; init; }

    /// <summary>The input for a file of <paramref name="bundle"/>. It is called by the bundle's path, a slash and its name.</summary>
    public static ScanInput Of(IBundle bundle, BundleEntry entry)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        ScanInput input = new() { Path = $"{bundle.Path}/{entry.Name}", In = new BundlePlace(bundle, entry.Name), Bundle = bundle.Path };
        return entry.Refusal == BundleRefusal.None
            ? input with { Open = () => OpenIn(bundle, entry.Name) }
            : input with { Unreadable = entry.Detail, Cause = CauseOf(entry.Refusal) };
    }

    private static ByteSource OpenIn(IBundle bundle, string name)
    {
        BundleOpening opening = bundle.TryOpen(name);
        return opening.Bytes ?? throw new ScanStopException(
            opening.Refusal == BundleRefusal.Limit ? StopReason.Limit : opening.Refusal == BundleRefusal.Missing ? StopReason.Changed : StopReason.InputOutput,
            opening.Detail);
    }

    private static UnreadCause CauseOf(BundleRefusal refusal) => refusal switch
    {
        BundleRefusal.Missing => UnreadCause.Missing,
        BundleRefusal.Limit => UnreadCause.Limit,
        _ => UnreadCause.Unreadable,
    };
}
