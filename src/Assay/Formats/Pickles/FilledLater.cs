// Uses of callables that got containers which the stream fills after they have got them.
using Assay.Artifacts;
using Assay.Pickle;

namespace Assay.Formats.Pickles;

/// <summary>
/// Keeps the uses that got containers, with what was in those then. No pickler fills a container that a call or an object has already; whoever calls later what
/// was made calls it with what is in it then, so such a use is judged a second time as it is in the end.
/// </summary>
internal sealed class FilledLater(PickleMachine machine, UseRoom room)
{
    private const int MostKept = 4096;
    private readonly List<(UseGroup Group, PickleValue Given, ValueShape Seen)> _kept = [];

    /// <summary>Notes a use that got <paramref name="given"/>, which looked like <paramref name="seen"/>.</summary>
    public void Note(UseGroup group, PickleValue given, ValueShape seen)
    {
        bool mayBeFilled = given.IsMutable;
        foreach (PickleValue item in machine.Items(given))
        {
            mayBeFilled |= item.IsMutable;
        }

        if (mayBeFilled && _kept.Count < MostKept)
        {
            _kept.Add((group, given, seen));
        }
    }

    /// <summary>The uses that got what looks different now, as they are in the end.</summary>
    public IEnumerable<CallableFact> Changed()
    {
        foreach ((UseGroup group, PickleValue given, ValueShape seen) in machine.HasLateFills ? _kept : [])
        {
            int budget = room.Values;
            ValueShape filled = machine.Shape(given, ref budget, room.Text);
            if (!SameUse.Same(filled, seen))
            {
                bool isCall = group.Fact.Use is CallableUse.Called or CallableUse.Constructed;
                yield return group.Fact with { Arguments = isCall && filled.Kind == ShapeKind.Tuple ? filled.Items : [filled] };
            }
        }
    }
}
