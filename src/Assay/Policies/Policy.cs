// What the user has decided: waivers and modules to allow.
namespace Assay.Policies;

/// <summary>What the user has decided. Nothing else lowers a severity.</summary>
public sealed record Policy
{
    /// <summary>The policy that decides nothing.</summary>
    public static Policy None { get; } = new();

    /// <summary>What reports call it: the file that it was read from; empty where it is from none.</summary>
    public string Name { get; init; } = "";

    /// <summary>The SHA-256 of its text, in lower-case hex; empty where there is none.</summary>
    public string Digest { get; init; } = "";

    /// <summary>What is accepted.</summary>
    public IReadOnlyList<Waiver> Waivers { get; init; } = [];

    /// <summary>Modules (and everything below them) whose callables the user vouches for.</summary>
    public IReadOnlyList<string> AllowedModules { get; init; } = [];
}
