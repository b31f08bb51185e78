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

        foreach ((string name, long offset, string how) in new FlowMachine(graph(), context.Budget).Run())
        {
            context.Anomaly(code, at?.Invoke(offset) ?? offset, 0, $"{name} {how}.");
        }
    }
}
