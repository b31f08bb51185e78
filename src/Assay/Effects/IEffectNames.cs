// A store of names with what they do.
namespace Assay.Effects;

/// <summary>A store of names: rule packs that were read, or a pack of an analysis.</summary>
internal interface IEffectNames
{
    /// <summary>The entry of exactly this dotted path, or null.</summary>
    EffectEntry? Exact(string path);

    /// <summary>The patterns for names below a module or class, most specific first.</summary>
    IReadOnlyList<(string Pattern, EffectEntry Entry)> Below(string owner);

    /// <summary>Whether all harmless names of a top-level module are listed, so that one that is not listed must not be taken for harmless.</summary>
    bool IsListed(string module);
}
