// What an analysis found: entries by their dotted paths, each effect with its evidence.
using Assay.Effects;
using Assay.Effects.Packs;

namespace Assay.Code.Entries;

/// <summary>What was found of one name.</summary>
/// <param name="Path">The dotted path.</param>
/// <param name="Entry">What it does.</param>
/// <param name="Definition">The dotted path of what it stands for, where that is another one.</param>
/// <param name="File">Where it is defined.</param>
/// <param name="Line">The line of its definition.</param>
/// <param name="Evidence">On what its effects rest.</param>
internal sealed record DerivedEntry(string Path, EffectEntry Entry, string Definition, string File, int Line, IReadOnlyList<EffectEvidence> Evidence)
{
    /// <summary>What this or another definition of the name does.</summary>
    public DerivedEntry Or(DerivedEntry other) => this with
    {
        Entry = EntryUnion.Of(Entry, other.Entry),
        Evidence = [.. Evidence, .. other.Evidence.Where(e => !Evidence.Any(b => b.Route == e.Route && b.Effect == e.Effect))],
    };
}

/// <summary>What an analysis found, by dotted paths.</summary>
/// <param name="Entries">The names in order.</param>
/// <param name="Modules">How many modules were read, those that are only imported too.</param>
/// <param name="Units">How many bodies were analysed.</param>
/// <param name="Evaluations">How many times they were.</param>
internal sealed record DerivedEffects(IReadOnlyList<DerivedEntry> Entries, int Modules, int Units, long Evaluations)
{
    /// <summary>The entries as a table that a pack is written from.</summary>
    public EffectTable Table()
    {
        EffectTable table = new();
        foreach (DerivedEntry entry in Entries)
            table.Add("", entry.Path, entry.Entry);

        return table;
    }
}
