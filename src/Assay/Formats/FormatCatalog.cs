// All formats, in the order in which they are asked.
using Assay.Artifacts;
using Assay.Formats.Archives;

namespace Assay.Formats;

/// <summary>All formats. A test fails when a format is missing here.</summary>
public static class FormatCatalog
{
    /// <summary>The formats, in the order in which they are asked; every claim is read, so the order only sorts reports.</summary>
    public static IReadOnlyList<IFormat> All { get; } =
    [
        // Archives and compressed streams: they submit what they hold.
        new ZipFormat(),
        new TarFormat(),
        new SevenZipFormat(),
        new RarFormat(),
        .. CompressedFormat.All,
    ];
}
