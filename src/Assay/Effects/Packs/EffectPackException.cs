// Says why an effect pack cannot be used.
namespace Assay.Effects.Packs;

/// <summary>An effect pack does not hold together, or no pack can be made of a table.</summary>
public sealed class EffectPackException : Exception
{
    /// <summary>Creates the exception.</summary>
    public EffectPackException(string message)
        : base(message)
    {
    }
}
