// Judges callables by what they are and by what a loader would do with them.
using Assay.Artifacts;

namespace Assay.Detection.Callables;

/// <summary>Judges the callables of each artifact: what is listed, what its arguments are, and how it is used.</summary>
internal sealed class CallableDetector : IDetector
{
    /// <inheritdoc/>
    public string Id => "callables";

    /// <inheritdoc/>
    public void Detect(IReadOnlyList<Fact> facts, DetectionContext context, ICollection<Finding> findings)
    {
        FindingBuilder builder = new(facts);
        foreach (IGrouping<string, CallableFact> artifact in facts.OfType<CallableFact>().GroupBy(f => f.Path, StringComparer.Ordinal))
        {
            ArtifactJudge judge = new([.. artifact], context);
            foreach (Finding finding in judge.Judge().Findings(builder))
                findings.Add(finding);
        }
    }
}
