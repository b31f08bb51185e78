// What a detector works with.
namespace Assay.Detection;

/// <summary>What a detector works with besides the facts.</summary>
/// <param name="Rules">The rules in force.</param>
/// <param name="AllowedModules">Modules whose callables the user vouches for.</param>
public sealed record DetectionContext(RuleSet Rules, IReadOnlyList<string> AllowedModules);
