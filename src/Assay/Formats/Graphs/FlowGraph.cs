// A graph of any framework, as the analysis of flows takes it.
using Assay.Bytes;

namespace Assay.Formats.Graphs;

/// <summary>One node.</summary>
/// <param name="Operator">The operator, as the graph writes it.</param>
/// <param name="Kind">What it does to the flow.</param>
/// <param name="Inputs">The names of what it takes; an empty one is left out.</param>
/// <param name="Outputs">The names of what it gives.</param>
/// <param name="Offset">Where it stands.</param>
internal sealed record FlowNode(string Operator, FlowKind Kind, IReadOnlyList<string> Inputs, IReadOnlyList<string> Outputs, long Offset)
{
    /// <summary>The axes that it works on or the numbers that it was given, where they stand in the node.</summary>
    public IReadOnlyList<long>? Axes { get; init; }

    /// <summary>The one axis that it works on, where it stands in the node.</summary>
    public long? Axis { get; init; }

    /// <summary>Whether axes that are summed up stay with an extent of one.</summary>
    public bool KeepsAxes { get; init; } = true;

    /// <summary>Whether the second factor is transposed.</summary>
    public bool IsTransposed { get; init; }

    /// <summary>Whether a part is cut out by where it begins and how large it is, and not by where it ends.</summary>
    public bool IsSized { get; init; }

    /// <summary>The shapes that the graph says its outputs have; null where it does not.</summary>
    public IReadOnlyList<IReadOnlyList<long>?>? Shapes { get; init; }

    /// <summary>Whether it gives whole numbers.</summary>
    public bool GivesWhole { get; init; }

    /// <summary>The bodies that it runs: of a branch, the one for yes first.</summary>
    public IReadOnlyList<FlowBody> Bodies { get; init; } = [];

    /// <summary>The name of the function that it runs, or null.</summary>
    public string? Function { get; init; }

    /// <summary>How many inputs of a loop come before what its body takes and gives.</summary>
    public int Leading { get; init; }
}

/// <summary>A graph, or the body of a function, a branch or a loop.</summary>
internal sealed class FlowBody
{
    /// <summary>The names of what it takes.</summary>
    public List<string> Inputs { get; } = [];

    /// <summary>The names of what it gives.</summary>
    public List<string> Outputs { get; } = [];

    /// <summary>The nodes.</summary>
    public List<FlowNode> Nodes { get; } = [];

    /// <summary>Values that are known before anything runs: constants, and the inputs of the outermost graph.</summary>
    public Dictionary<string, FlowValue> Given { get; } = new(StringComparer.Ordinal);
}

/// <summary>A model: the outermost graph and the functions that nodes may run.</summary>
/// <param name="budget">The meter on which what is taken in is held; null where nothing is.</param>
internal sealed class FlowGraph(ScanBudget? budget = null)
{
    private const int BytesOfNode = 256;
    private const long MostOfNode = 1 << 16;
    private readonly HeldMemory _held = new(budget);

    /// <summary>A node, a function or a body of so many bytes is about to be taken in.</summary>
    public void Take(long size) => _held.Add(BytesOfNode + (2 * Math.Min(size, MostOfNode)));

    /// <summary>The graph is let go.</summary>
    public void Release() => _held.Start(null);

    /// <summary>The outermost graph.</summary>
    public FlowBody Main { get; } = new();

    /// <summary>The functions by their names.</summary>
    public Dictionary<string, FlowBody> Functions { get; } = new(StringComparer.Ordinal);
}
