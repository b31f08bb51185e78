// What a scan hands to the store for one input.
using Assay.Hosting.Folders;
using Assay.Scanning;

namespace Assay.Store.Scans;

/// <summary>Where the result of an input came from.</summary>
internal enum ResultOrigin
{
    /// <summary>It was read, and is not kept: it has no bytes of its own, or was cut short.</summary>
    NotKept,

    /// <summary>It was read.</summary>
    Read,

    /// <summary>The file is what it was.</summary>
    Unchanged,

    /// <summary>The bytes are known by their digest.</summary>
    Known,

    /// <summary>The reading was known, and judged by other rules.</summary>
    Judged,
}

/// <summary>What a scan hands to the store for one input, and what it found there.</summary>
internal sealed class Keeping(ScanInput input)
{
    /// <summary>The input.</summary>
    public ScanInput Input => input;

    /// <summary>Where the result came from.</summary>
    public ResultOrigin Origin { get; set; }

    /// <summary>The digest of the bytes.</summary>
    public byte[]? Digest { get; set; }

    /// <summary>How many bytes there are.</summary>
    public long Size { get; set; }

    /// <summary>The path of the file, links not followed, where it is one.</summary>
    public string? Real { get; set; }

    /// <summary>Where the file comes from, where that is known.</summary>
    public BundleOrigin? From { get; set; }

    /// <summary>What a server said of the content.</summary>
    public ListedContent? Listed { get; set; }

    /// <summary>The stamp that the file had while its digest was made.</summary>
    public FileStamp? Stamp { get; set; }

    /// <summary>When the digest was begun, in milliseconds since 1970.</summary>
    public long Made { get; set; }

    /// <summary>The known reading, or 0.</summary>
    public long Reading { get; set; }

    /// <summary>What the reading found beside the file.</summary>
    public byte[] Beside { get; set; } = [];

    /// <summary>The result with all facts, where it was read or judged anew.</summary>
    public TargetReport? Report { get; set; }

    /// <summary>The facts as the store keeps them, made on the thread that read them.</summary>
    public byte[]? Packed { get; set; }

    /// <summary>Whether the store should note that the file was seen.</summary>
    public bool IsToSee { get; set; }
}
