// What a scanner gives: one result for each input, and what all of them rest on.
using Assay.Bytes;
using Assay.Effects.Packs;
using Assay.Policies;

namespace Assay.Scanning;

/// <summary>The result of one input.</summary>
/// <param name="Path">The path of the input.</param>
/// <param name="Report">What was found, or null where no format claims the file, nothing promises a model, and it was not named.</param>
public readonly record struct ScanResult(string Path, TargetReport? Report)
{
    /// <summary>The result without the facts that it rests on, for those who keep many.</summary>
    public ScanResult WithoutFacts() => Report?.Read is null ? this : this with { Report = Report with { Read = null } };
}

/// <summary>What all results of a scan rest on.</summary>
public sealed record ScanHead
{
    /// <summary>The version of Assay.</summary>
    public required string Version { get; init; }

    /// <summary>The version of the rules.</summary>
    public required string RulesVersion { get; init; }

    /// <summary>The SHA-256 of the rules, in lower-case hex.</summary>
    public required string RulesDigest { get; init; }

    /// <summary>The effect packs of the host.</summary>
    public IReadOnlyList<EffectPackIdentity> EffectPacks { get; init; } = [];

    /// <summary>What the user has decided.</summary>
    public Policy Policy { get; init; } = Policy.None;

    /// <summary>The day of the judgement, which decides which waivers have ended.</summary>
    public DateOnly Day { get; init; } = DateOnly.MaxValue;

    /// <summary>The limits in force.</summary>
    public required ScanLimits Limits { get; init; }
}
