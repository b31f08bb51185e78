// What a format says of bytes that it takes for its own.
using System.Text.Json.Serialization;
using Assay.Bytes;

namespace Assay.Artifacts;

/// <summary>How sure a format is that the bytes are its own.</summary>
[JsonConverter(typeof(EnumNameConverter<ClaimStrength>))]
public enum ClaimStrength
{
    /// <summary>A loader would accept the bytes, and so might many other texts.</summary>
    Weak,

    /// <summary>The structure fits as far as the probe looked.</summary>
    Likely,

    /// <summary>A signature that nothing else has.</summary>
    Certain,
}

/// <summary>A format's claim to a range of an artifact.</summary>
/// <param name="Range">The range.</param>
/// <param name="Strength">How sure the format is.</param>
internal sealed record Claim(ByteRange Range, ClaimStrength Strength)
{
    /// <summary>
    /// What the probe parsed, for the format's own reader: nothing is parsed twice. Null where the probe parsed nothing, and where no probe
    /// was asked because <see cref="Artifact.ReadAs"/> names the format.
    /// </summary>
    public object? Parsed { get; init; }
}
