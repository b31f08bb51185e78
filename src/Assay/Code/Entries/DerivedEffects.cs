// What an analysis found: entries by their dotted paths, each effect with its evidence.
using Assay.Effects;

namespace Assay.Code.Entries;

/// <summary>A step on the way to what a callable does: a place in the source, and what is called there.</summary>
/// <param name="File">The file.</param>
/// <param name="Line">The line, from 1.</param>
/// <param name="Call">What is called there.</param>
internal sealed record EvidenceStep(string File, int Line, string Call);

/// <summary>Why an entry has an effect: the path of calls to what has it.</summary>
/// <param name="Effect">The effect, as packs of rules write it.</param>
/// <param name="Path">The calls, from the callable itself to what acts.</param>
internal sealed record EffectEvidence(string Effect, IReadOnlyList<EvidenceStep> Path);

/// <summary>What was found of one name.</summary>
/// <param name="Path">The dotted path.</param>
/// <param name="Entry">What it does.</param>
/// <param name="Definition">The dotted path of what it stands for, where that is another one.</param>
/// <param name="File">Where it is defined.</param>
/// <param name="Line">The line of its definition.</param>
/// <param name="Evidence">Why it has its effects.</param>
internal sealed record DerivedEntry(string Path, EffectEntry Entry, string Definition, string File, int Line, IReadOnlyList<EffectEvidence> Evidence);

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
