// Says what the flow of values through a graph shows.
using Assay.Artifacts;

namespace Assay.Formats.Graphs;

/// <summary>Says what the flow of values through a graph shows.</summary>
internal static class FlowFindings
{
    /// <summary>Follows the graph that <paramref name="fill"/> makes, and tells each join that looks like a backdoor's by a code.</summary>
    public static void Tell(Action<FlowGraph> fill, string code, ReadContext context, Func<long, long>? at = null)
    {
        if (!context.Wants(ReadingParts.Facts))
        {
            return;
        }

        FlowGraph graph = new(context.Budget);
        try
        {
            fill(graph);
            if (FlowRecursion.Find(graph, context.Budget) is { } call)
            {
                context.Anomaly("graph.recursion", at?.Invoke(call.Offset) ?? call.Offset, 0, $"{call.Operator} comes to itself again.");
            }

            FlowMachine machine = new(graph, context.Budget);
            foreach ((string name, long offset, string how) in machine.Run())
            {
                context.Anomaly(code, at?.Invoke(offset) ?? offset, 0, $"{name} {how}.");
            }

            if (machine.IsStopped)
            {
                context.Unread(UnreadCause.Limit, 0, 0, "What flows through the graph would take too many steps to follow.");
            }
        }
        finally
        {
            graph.Release();
        }
    }
}
