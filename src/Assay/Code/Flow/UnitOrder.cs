// The order of units by who calls whom.
namespace Assay.Code.Flow;

/// <summary>
/// Orders units so that what is called comes before what calls it (Tarjan's strongly connected components, with a stack of its own). The walk goes from what is called
/// to its callers; components are found callers first, so the ranks count down.
/// </summary>
internal sealed class UnitOrder
{
    private readonly Dictionary<Unit, State> _states;
    private readonly Stack<State> _component = new();
    private int _found;
    private int _rank;

    private UnitOrder(int count) => _states = new Dictionary<Unit, State>(count);

    private sealed class State(Unit unit, int found)
    {
        private readonly Unit[] _callers = [.. unit.Dependents];
        private int _next;

        public Unit Unit { get; } = unit;

        public int Found { get; } = found;

        public int Lowest { get; set; } = found;

        public bool IsOpen { get; set; } = true;

        public Unit? NextCaller() => _next < _callers.Length ? _callers[_next++] : null;
    }

    /// <summary>Gives units their ranks, all above those that units get which are found later.</summary>
    public static void Rank(IReadOnlyCollection<Unit> units)
    {
        UnitOrder order = new(units.Count) { _rank = 1 << 30 };
        foreach (Unit unit in units)
        {
            if (!order._states.ContainsKey(unit))
                order.Walk(unit);
        }
    }

    private void Walk(Unit first)
    {
        Stack<State> path = new();
        Enter(first, path);
        while (path.TryPeek(out State? state))
        {
            if (state.NextCaller() is { } next)
            {
                if (!_states.TryGetValue(next, out State? caller))
                    Enter(next, path);
                else if (caller.IsOpen)
                    state.Lowest = Math.Min(state.Lowest, caller.Found);

                continue;
            }

            path.Pop();
            if (path.TryPeek(out State? before))
                before.Lowest = Math.Min(before.Lowest, state.Lowest);

            if (state.Lowest == state.Found)
                Close(state);
        }
    }

    private void Enter(Unit unit, Stack<State> path)
    {
        State state = new(unit, _found++);
        _states.Add(unit, state);
        _component.Push(state);
        path.Push(state);
    }

    // Within a component what was found last calls what was found before it.
    private void Close(State first)
    {
        State state;
        do
        {
            state = _component.Pop();
            state.IsOpen = false;
            state.Unit.Rank = _rank--;
        }
        while (state != first);
    }
}
