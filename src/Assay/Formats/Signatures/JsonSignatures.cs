// Recognises JSON documents of model formats by their keys.
using Assay.Artifacts;
using Assay.Formats.Json;

namespace Assay.Formats.Signatures;

/// <summary>
/// Recognises JSON documents by the keys of their first two levels, as far as the first 64 KB show them. A document that breaks later
/// is judged by the keys before the break.
/// </summary>
internal static class JsonSignatures
{
    /// <summary>Nodes with operations and inputs.</summary>
    public static ClaimStrength? MxNetSymbol(ProbeView view) =>
        JsonKeys.Of(view) is { IsList: false } keys && keys.Outer("nodes") && keys.Inner("op") && keys.Inner("inputs") ? ClaimStrength.Likely : null;
}
