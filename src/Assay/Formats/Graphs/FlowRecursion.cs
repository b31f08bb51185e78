// Functions of a graph that come to themselves.
using Assay.Bytes;

namespace Assay.Formats.Graphs;

/// <summary>Finds a function that calls itself, directly, through others or in the body of a branch or loop: who puts functions in place of their calls does not come to an end.</summary>
internal static class FlowRecursion
{
    private const int CostOfNode = 20;

    /// <summary>The first such call: what is called, and where; null where there is none.</summary>
    public static FlowNode? Find(FlowGraph graph, ScanBudget budget)
    {
        Dictionary<FlowBody, bool> isDone = [];
        List<(FlowBody Body, IEnumerator<(FlowNode Node, FlowBody To)> Calls)> open = [];
        foreach (FlowBody start in graph.Functions.Values.Append(graph.Main))
        {
            Open(start);
            while (open.Count > 0)
            {
                (FlowBody body, IEnumerator<(FlowNode Node, FlowBody To)> calls) = open[^1];
                if (!calls.MoveNext())
                {
                    isDone[body] = true;
                    open.RemoveAt(open.Count - 1);
                }
                else if (!isDone.TryGetValue(calls.Current.To, out bool done))
                {
                    Open(calls.Current.To);
                }
                else if (!done)
                {
                    return calls.Current.Node;
                }
            }
        }

        return null;

        void Open(FlowBody body)
        {
            if (isDone.TryAdd(body, false))
            {
                open.Add((body, Calls(graph, body, budget).GetEnumerator()));
            }
        }
    }

    private static IEnumerable<(FlowNode Node, FlowBody To)> Calls(FlowGraph graph, FlowBody body, ScanBudget budget)
    {
        foreach (FlowNode node in body.Nodes)
        {
            budget.SpendWork(CostOfNode);
            if (node.Function is { } name && graph.Functions.TryGetValue(name, out FlowBody? called))
            {
                yield return (node, called);
            }

            foreach (FlowBody inner in node.Bodies)
            {
                yield return (node, inner);
            }
        }
    }
}
