// Recognises model formats that are plain text or XML.
using Assay.Artifacts;

namespace Assay.Formats.Signatures;

/// <summary>Recognises model formats that are plain text or XML, by the first 4,096 bytes.</summary>
internal static class TextSignatures
{
    /// <summary>The magic number of a parameter file, as digits.</summary>
    public static ClaimStrength? Ncnn(ProbeView view) =>
        view.StartsWith("7767517\n"u8) || view.StartsWith("7767517\r\n"u8) ? ClaimStrength.Certain : null;
}
