// The union of two entries: what either of them says.
using Assay.Effects;

namespace Assay.Code.Entries;

/// <summary>The union of entries: of two versions of one name, or of two definitions of which either may hold.</summary>
internal static class EntryUnion
{
    /// <summary>What either of two entries says.</summary>
    public static EffectEntry Of(EffectEntry left, EffectEntry right) => left.Equals(right) ? left : new EffectEntry
    {
        Kind = left.Kind == right.Kind ? left.Kind : NameKind.Function,
        Origin = left.Origin,
        Call = Union(left.Call, right.Call),
        New = Union(left.New, right.New),
        Returns = left.Returns == right.Returns ? left.Returns : EffectReturn.Unknown,
        Imported = (ReferenceWeight)Math.Max((int)left.Imported, (int)right.Imported),
        MembersHarmless = left.MembersHarmless && right.MembersHarmless,
    };

    private static IReadOnlyList<Effect> Union(IReadOnlyList<Effect> left, IReadOnlyList<Effect> right) =>
        [.. left.Concat(right).DistinctBy(e => e.ToString(), StringComparer.Ordinal).OrderBy(e => (int)e.Kind).ThenBy(e => e.ToString(), StringComparer.Ordinal)];
}
