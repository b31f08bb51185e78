// What the user has decided: waivers and modules to allow.
using System.Security.Cryptography;
using System.Text;

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

    /// <summary>This policy together with a baseline: its waivers accept what was there when it was made.</summary>
    public Policy With(Policy baseline)
    {
        ArgumentNullException.ThrowIfNull(baseline);
        string both = Name.Length > 0 ? Digest + baseline.Digest : baseline.Digest;
        return this with
        {
            Name = Name.Length > 0 ? $"{Name}, {baseline.Name}" : baseline.Name,
            Digest = Name.Length > 0 ? Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(both))) : both,
            Waivers = [.. Waivers, .. baseline.Waivers.Select(w => w with { IsBaseline = true })],
        };
    }
}
