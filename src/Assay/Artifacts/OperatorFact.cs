// An operator of a graph.

namespace Assay.Artifacts;

/// <summary>A named value of an operator.</summary>
public sealed record OperatorAttribute(string Name, string Value);

/// <summary>An operator that a graph uses; uses with the same attributes are one fact with a count.</summary>
public sealed record OperatorFact : Fact
{
    /// <summary>The set of operators that defines it, such as <c>ai.onnx.ml</c>; empty for the format's own.</summary>
    public string Domain { get; init; } = "";

    /// <summary>The name.</summary>
    public required string Name { get; init; }

    /// <summary>How often the graph uses it so.</summary>
    public long Count { get; init; } = 1;

    /// <summary>The attributes that decide what it may touch or run; others are left out.</summary>
    public IReadOnlyList<OperatorAttribute> Attributes { get; init; } = [];

    internal override long MemorySize => BareSize + TextSize(Domain) + TextSize(Name) + Attributes.Sum(a => TextSize(a.Name) + TextSize(a.Value));
}
