// Which unit is evaluated next: what is called before what calls it.
namespace Assay.Code.Flow;

/// <summary>
/// The units that wait for their evaluation. What is called comes before what calls it, so that a summary is mostly finished when it is used; those that call
/// each other stand together. The order is found again when much has happened since.
/// </summary>
internal sealed class Worklist
{
    private const int FewestSteps = 2000;
    private readonly PriorityQueue<Unit, int> _open = new();
    private int _steps;

    /// <summary>Adds a unit that is to be evaluated.</summary>
    public void Add(Unit unit)
    {
        if (unit.IsQueued || unit.IsGivenUp)
            return;

        unit.IsQueued = true;
        _open.Enqueue(unit, unit.Rank);
    }

    /// <summary>Takes the next unit; null where there is none.</summary>
    /// <param name="all">All units, for their order.</param>
    public Unit? TryTake(IReadOnlyCollection<Unit> all)
    {
        if (++_steps > FewestSteps && _steps > all.Count / 2)
            Sort(all);

        if (!_open.TryDequeue(out Unit? unit, out _))
            return null;

        unit.IsQueued = false;
        return unit;
    }

    private void Sort(IReadOnlyCollection<Unit> all)
    {
        _steps = 0;
        Unit[] open = [.. _open.UnorderedItems.Select(i => i.Element)];
        UnitOrder.Rank(all);
        _open.Clear();
        foreach (Unit unit in open)
            _open.Enqueue(unit, unit.Rank);
    }
}
