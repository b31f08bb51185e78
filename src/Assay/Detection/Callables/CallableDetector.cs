// Judges callables by what they are and by what a loader would do with them.
using Assay.Artifacts;

namespace Assay.Detection.Callables;

/// <summary>Judges the callables of each artifact: what is listed, what its arguments are, and how it is used.</summary>
internal static class CallableDetector
{
    /// <summary>The judgements about all callables among the facts, artifact by artifact.</summary>
    public static IEnumerable<CallableJudgement> Judge(IReadOnlyList<Fact> facts, CallableTable table, IReadOnlyList<string> allowedModules)
    {
        foreach (IGrouping<string, CallableFact> artifact in facts.OfType<CallableFact>().GroupBy(f => f.Path, StringComparer.Ordinal))
        {
            List<CallableFact> reached = [.. artifact.Where(f => f.Reached)];
            foreach (CallableJudgement judgement in new ArtifactJudge(reached, new JudgeScope(table, allowedModules)).Judge())
            {
                yield return judgement;
            }

            foreach (CallableJudgement judgement in Unreached([.. artifact.Where(f => !f.Reached)], reached, new JudgeScope(table, allowedModules)))
            {
                yield return judgement;
            }
        }
    }

    /// <summary>What lies behind every break is harmful by name or nothing: no loader gives it arguments that could be judged.</summary>
    private static IReadOnlyList<CallableJudgement> Unreached(List<CallableFact> behind, List<CallableFact> reached, JudgeScope scope)
    {
        HashSet<(string, long)> known = [.. reached.SelectMany(f => f.Offsets.Append(f.Offset).Select(o => (f.Callee, o)))];
        HashSet<string> told = new(StringComparer.Ordinal);
        foreach (CallableFact fact in behind.OrderBy(f => f.Use is CallableUse.Imported))
        {
            string path = scope.Names.PathOf(fact);
            if (path.Length > 0 && !known.Contains((fact.Callee, fact.Offset)) && !scope.IsAllowed(path)
                && scope.Table.Find(path) is { Kind: CallableKind.Harmful } group && told.Add(path))
            {
                scope.Say(new(Judgements.Unreached, path, fact, group.Capability, "", group.Reason));
            }
        }

        return scope.Said;
    }
}
