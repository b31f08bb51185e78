// A tensor that a file describes.

namespace Assay.Artifacts;

/// <summary>A tensor as its file describes it; <see cref="Fact.Offset"/> and <see cref="Fact.Length"/> are where the description stands.</summary>
public sealed record TensorFact : Fact
{
    /// <summary>The name, as written; empty where it has none.</summary>
    public required string Name { get; init; }

    /// <summary>The element type by the name that inspections print, such as <c>F32</c>; the file's own word where it is not known.</summary>
    public required string ElementType { get; init; }

    /// <summary>The extents, outermost first; empty for a scalar.</summary>
    public IReadOnlyList<long> Shape { get; init; } = [];

    /// <summary>The bytes that the elements take in the storage; -1 where that cannot be told.</summary>
    public long Bytes { get; init; } = -1;

    /// <summary>
    /// Where the elements lie: the path of the artifact that holds them as <see cref="Artifact.Path"/> prints it, or the name of the
    /// storage as written; empty where they lie in this artifact.
    /// </summary>
    public string Storage { get; init; } = "";

    internal override long MemorySize => BareSize + TextSize(Name) + TextSize(Storage) + (8L * Shape.Count);
}
