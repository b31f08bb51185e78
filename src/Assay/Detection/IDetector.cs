// Turns facts into findings by rules.
using Assay.Artifacts;

namespace Assay.Detection;

/// <summary>Turns the facts of one input into findings. Knows facts, and no format.</summary>
public interface IDetector
{
    /// <summary>A stable name.</summary>
    string Id { get; }

    /// <summary>Adds the findings that <paramref name="facts"/> give rise to.</summary>
    void Detect(IReadOnlyList<Fact> facts, DetectionContext context, ICollection<Finding> findings);
}
