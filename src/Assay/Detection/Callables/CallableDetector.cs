// Judges callables by what the code behind them does and by what a loader would do with them.
using Assay.Artifacts;
using Assay.Detection.Effects;

namespace Assay.Detection.Callables;

/// <summary>Judges the callables of each artifact: what is known of them, what they get, and how they are used.</summary>
internal static class CallableDetector
{
    /// <summary>The judgements about all callables among the facts, artifact by artifact; those that came before <paramref name="stop"/>.</summary>
    public static IEnumerable<CallableJudgement> Judge(IReadOnlyList<Fact> facts, CallableTable table, IReadOnlyList<string> allowedModules, CancellationToken stop = default)
    {
        foreach (IGrouping<string, EntryFact> artifact in facts.OfType<EntryFact>().Where(f => f.Source is "pickle" or "configuration").GroupBy(f => f.Path, StringComparer.Ordinal))
        {
            EffectScope scope = new(table, allowedModules);
            EntryJudge.Judge([.. artifact], scope);
            foreach (CallableJudgement judgement in scope.Said)
            {
                yield return judgement;
            }
        }

        foreach (IGrouping<string, CallableFact> artifact in facts.OfType<CallableFact>().GroupBy(f => f.Path, StringComparer.Ordinal))
        {
            List<CallableFact> reached = [.. artifact.Where(f => f.Reached)];
            foreach (CallableJudgement judgement in new ArtifactEffects(reached, new EffectScope(table, allowedModules) { Stop = stop }).Judge())
            {
                yield return judgement;
            }

            foreach (CallableJudgement judgement in Unreached([.. artifact.Where(f => !f.Reached)], reached, new EffectScope(table, allowedModules) { Stop = stop }))
            {
                yield return judgement;
            }
        }
    }

    /// <summary>What lies behind every break is harmful by name or nothing: no loader gives it arguments that could be judged.</summary>
    private static IReadOnlyList<CallableJudgement> Unreached(List<CallableFact> behind, List<CallableFact> reached, EffectScope scope)
    {
        if (behind.Count == 0)
        {
            return [];
        }

        HashSet<(string, long)> known = [.. reached.SelectMany(f => f.Offsets.Append(f.Offset).Select(o => (f.Callee, o)))];
        HashSet<string> told = new(StringComparer.Ordinal);
        foreach (CallableFact fact in behind.OrderBy(f => f.Use is CallableUse.Imported).TakeWhile((_, i) => i < EffectScope.AlwaysJudged || !scope.Stop.IsCancellationRequested))
        {
            KnownPath name = scope.Names.Of(fact);
            if (name is { Path.Length: > 0, IsSink: true } && !known.Contains((fact.Callee, fact.Offset)) && told.Add(name.Path))
            {
                scope.Say(Judgements.Unreached, name.Path, fact, name.Capability, "", name.Entry!.Origin.Reason);
            }
        }

        return scope.Said;
    }
}
