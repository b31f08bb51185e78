// Says what the flow of values through a graph shows.
using Assay.Artifacts;

namespace Assay.Formats.Graphs;

/// <summary>Says what the flow of values through a graph shows.</summary>
internal static class FlowFindings
{
    /// <summary>Follows the graph, and tells each join that looks like a backdoor's by a code.</summary>
    public static void Tell(Func<FlowGraph> graph, string code, ReadContext context, Func<long, long>? at = null)
    {
        if (!context.Wants(ReadingParts.Facts))
        {
            return;
        }

        FlowGraph flow = graph();
        if (FlowRecursion.Find(flow, context.Budget) is { } call)
        {
            context.Anomaly("graph.recursion", at?.Invoke(call.Offset) ?? call.Offset, 0, $"{call.Operator} comes to itself again.");
        }

        foreach ((string name, long offset, string how) in new FlowMachine(flow, context.Budget).Run())
        {
            context.Anomaly(code, at?.Invoke(offset) ?? offset, 0, $"{name} {how}.");
        }
    }
}
