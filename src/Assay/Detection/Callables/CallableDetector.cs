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
            List<CallableFact> reached = [.. artifact.Where(f => f.Reached)];
            ArtifactJudge judge = new(reached, context);
            foreach (Finding finding in judge.Judge().Findings(builder).Concat(Unreached([.. artifact.Where(f => !f.Reached)], reached, context).Findings(builder)))
                findings.Add(finding);
        }
    }

    /// <summary>What lies behind every break is harmful by name or nothing: there is nobody whose arguments could be judged.</summary>
    private static JudgementLog Unreached(List<CallableFact> behind, List<CallableFact> reached, DetectionContext context)
    {
        JudgeScope scope = new(context);
        HashSet<(string, long)> known = [.. reached.SelectMany(f => f.Offsets.Append(f.Offset).Select(o => (f.Callee, o)))];
        HashSet<string> told = new(StringComparer.Ordinal);
        foreach (CallableFact fact in behind.OrderBy(f => f.Use is CallableUse.Imported))
        {
            string path = scope.Names.PathOf(fact);
            if (path.Length > 0 && !known.Contains((fact.Callee, fact.Offset)) && !scope.IsAllowed(path)
                && scope.Table.Find(path) is { Kind: CallableKind.Harmful } group && told.Add(path))
                scope.Log.Add(new(Judgements.Unreached, path, fact, group.Capability, "", group.Reason));
        }

        return scope.Log;
    }
}
