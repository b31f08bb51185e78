// By what a report names an effect pack.
namespace Assay.Effects.Packs;

/// <summary>By what a report names an effect pack.</summary>
/// <param name="Name">The name that it gives itself.</param>
/// <param name="Version">Its version.</param>
/// <param name="Digest">The SHA-256 of what it holds, in lower-case hex.</param>
public sealed record EffectPackIdentity(string Name, string Version, string Digest);
