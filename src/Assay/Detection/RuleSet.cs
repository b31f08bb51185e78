// The rules in force.
namespace Assay.Detection;

/// <summary>The rules in force, read from rule packs.</summary>
public sealed class RuleSet
{
    /// <summary>The version of the packs.</summary>
    public string Version { get; init; } = "0";

    /// <summary>The SHA-256 of the packs, in lower-case hex.</summary>
    public string Digest { get; init; } = "";

    /// <summary>All rules, ordered by id.</summary>
    public IReadOnlyList<Rule> Rules { get; init; } = [];
}
