// What the user has decided: waivers and modules to allow.
namespace Assay.Policies;

/// <summary>What the user has decided. Nothing else lowers a severity.</summary>
public sealed record Policy
{
    /// <summary>The policy that decides nothing.</summary>
    public static Policy None { get; } = new();

    /// <summary>Findings accepted.</summary>
    public IReadOnlyList<Waiver> Waivers { get; init; } = [];

    /// <summary>Modules (and everything below them) whose callables the user vouches for.</summary>
    public IReadOnlyList<string> AllowedModules { get; init; } = [];
}
