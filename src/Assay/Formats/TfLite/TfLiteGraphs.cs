// Which subgraphs of a model call which.
namespace Assay.Formats.TfLite;

/// <summary>Which subgraphs call which. They must not call themselves: interpreters follow without counting.</summary>
internal sealed class TfLiteGraphs
{
    private readonly Dictionary<uint, HashSet<uint>> _calls = [];

    /// <summary>One subgraph calls another.</summary>
    public void Add(uint from, uint to)
    {
        if (!_calls.TryGetValue(from, out HashSet<uint>? called))
        {
            _calls[from] = called = [];
        }

        called.Add(to);
    }

    /// <summary>A subgraph that calls itself, directly or through others; null where none does. Callers whom nobody calls are taken away until none is left.</summary>
    public uint? FindCycle()
    {
        Dictionary<uint, int> callers = [];
        foreach (uint called in _calls.Values.SelectMany(c => c))
        {
            callers[called] = callers.GetValueOrDefault(called) + 1;
        }

        Stack<uint> free = new(_calls.Keys.Where(k => !callers.ContainsKey(k)));
        HashSet<uint> left = [.. _calls.Keys];
        while (free.TryPop(out uint one))
        {
            left.Remove(one);
            foreach (uint called in _calls.GetValueOrDefault(one) ?? [])
            {
                if (--callers[called] == 0)
                {
                    free.Push(called);
                }
            }
        }

        return left.Count > 0 ? left.Min() : null;
    }
}
