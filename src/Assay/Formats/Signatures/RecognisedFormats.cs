// The formats that are recognised and not read yet: one line each.
using Assay.Artifacts;

namespace Assay.Formats.Signatures;

/// <summary>The formats that are recognised and not read yet. A format leaves this table when it gets a reader.</summary>
internal static class RecognisedFormats
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<IFormat> All { get; } =
    [
        new RecognisedFormat("torch-mobile", "PyTorch Mobile (flatbuffer)", BinarySignatures.FlatBuffer("PTMF"u8), [".ptl"]),
    ];
}
