// What reading a file needs from its host.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats;

namespace Assay.Scanning;

/// <summary>What reading a file needs from its host.</summary>
public sealed record ReadingOptions
{
    /// <summary>The limits in force. Those that bound a scan's time and inflated bytes are the host's to widen.</summary>
    public ScanLimits Limits { get; init; } = new();

    /// <summary>Where unpacked bytes go that do not fit in memory.</summary>
    public Scratch Scratch { get; init; } = new MemoryScratch();

    /// <summary>The bundle that the file is in, and its name there: shards and companions are opened in it. Null where nothing lies beside it.</summary>
    public BundlePlace? In { get; init; }

    /// <summary>The clock against which the time limit counts.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The formats that are asked.</summary>
    internal IReadOnlyList<IFormat> Formats { get; init; } = FormatCatalog.All;
}
