// What a function gives back, as entries say it.
using Assay.Code.Flow;
using Assay.Code.Scopes;
using Assay.Code.Values;
using Assay.Effects;

namespace Assay.Code.Entries;

/// <summary>Turns what a function may return into what entries can say of it.</summary>
internal static class Returns
{
    private static EffectReturn Data { get; } = new(ReturnKind.Data, EffectSource.Always, EffectSource.Always);

    /// <summary>What a unit returns.</summary>
    public static EffectReturn Of(Unit unit, int shift)
    {
        Value value = unit.Summary.Returns;
        Value objects = value.Where(a => !a.IsOrigin && a.Kind is not AtomKind.Text);
        if (value.IsNone || (objects.IsNone && !value.IsTainted))
            return Data;

        bool isWhole = value.Atoms.ToArray().Where(a => a.IsOrigin).All(a => a.Origin.Derived);
        if (objects.Atoms is [{ Kind: AtomKind.Instance } instance] && isWhole)
            return Instance(instance.Class.Path);

        if (objects.Atoms is [{ Kind: AtomKind.ForeignInstance } foreign] && isWhole)
            return Instance(foreign.Text);

        if (objects.IsNone && value.Atoms is [{ IsOrigin: true, Origin: { Kind: OriginKind.Parameter, Key: "", Items: false, Deep: false, Derived: false } origin }] && origin.Index >= shift)
            return new EffectReturn(ReturnKind.Argument, new EffectSource(SourceKind.Argument, (byte)Math.Min(255, origin.Index - shift), origin.Name), EffectSource.Always);

        return EffectReturn.Unknown;
    }

    private static EffectReturn Instance(string path) => new(ReturnKind.Instance, EffectSource.Always, EffectSource.Always, path);
}
