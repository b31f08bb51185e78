// The formats that are recognised and not read yet: one line each.
using Assay.Artifacts;

namespace Assay.Formats.Signatures;

/// <summary>The formats that are recognised and not read yet. A format leaves this table when it gets a reader.</summary>
internal static class RecognisedFormats
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<IFormat> All { get; } =
    [
        new RecognisedFormat("cntk-1", "CNTK 1", BinarySignatures.Magic("B\0C\0N\0\0\0"u8), []),
    ];
}
