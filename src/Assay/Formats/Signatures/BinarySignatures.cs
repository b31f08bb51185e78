// Signatures of binary formats: magic numbers.
using Assay.Artifacts;

namespace Assay.Formats.Signatures;

/// <summary>Signatures of binary model formats.</summary>
internal static class BinarySignatures
{
    /// <summary>The first bytes of a file.</summary>
    public static SignatureProbe Magic(ReadOnlySpan<byte> magic)
    {
        byte[] wanted = magic.ToArray();
        return view => view.StartsWith(wanted) ? ClaimStrength.Certain : null;
    }
}
