// All that reading one input gave: what a judgement needs, and nothing else.
using System.Text.Json.Serialization;
using Assay.Bytes;

namespace Assay.Artifacts;

/// <summary>How many bytes of an input were parsed, stepped over as data, and not accounted for; they add up to its size.</summary>
[method: JsonConstructor]
public readonly record struct ByteCoverage(long Parsed, long Data, long Unknown);

/// <summary>
/// All that reading one input gave. It holds what a judgement needs, so an input can be judged again, by other rules or another policy, without its
/// bytes. It holds texts of the input as they are, secrets included.
/// </summary>
public sealed record FactSet
{
    /// <summary>The version of this form: a reader of another version does not take it.</summary>
    public const string CurrentSchema = "assay.facts/1";

    /// <summary>The name by which <see cref="Readers"/> says that the input was also loaded.</summary>
    public const string SandboxReader = "sandbox";

    /// <summary>The version of the form that the set was written in.</summary>
    public string Schema { get; init; } = CurrentSchema;

    /// <summary>What read the input, with the version of each: <c>assay</c>, and <see cref="SandboxReader"/> where the input was also loaded.</summary>
    public IReadOnlyDictionary<string, string> Readers { get; init; } = new Dictionary<string, string>();

    /// <summary>The input's path as given or walked.</summary>
    public required string Path { get; init; }

    /// <summary>What reports call the bundle of which the input is a part and which was examined as a whole; null where the input stands alone.</summary>
    public string? Bundle { get; init; }

    /// <summary>The size in bytes, or null when it could not be opened.</summary>
    public long? Size { get; init; }

    /// <summary>The SHA-256 of the input in lower-case hex, or null where it was not made.</summary>
    public string? Sha256 { get; init; }

    /// <summary>The limits that the reading kept.</summary>
    public ScanLimits Limits { get; init; } = new();

    /// <summary>Which bytes of the input were accounted for.</summary>
    public ByteCoverage Coverage { get; init; }

    /// <summary>Artifacts read: the input itself and everything in it.</summary>
    public int Artifacts { get; init; }

    /// <summary>The facts, in the order in which they were found.</summary>
    public IReadOnlyList<Fact> Facts { get; init; } = [];
}
