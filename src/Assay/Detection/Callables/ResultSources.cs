// Follows the result of a call back to what the call could have returned.
using Assay.Artifacts;

namespace Assay.Detection.Callables;

/// <summary>Follows results back: which callables a finder found, and whether carried functions are suspicious.</summary>
internal sealed class ResultSources(IEnumerable<CallableFact> facts, JudgeScope scope)
{
    private const int MaxTargets = 64;
    private readonly ILookup<string, CallableFact> _calls =
        facts.Where(f => f.Use is CallableUse.Called).ToLookup(f => f.Callee, StringComparer.Ordinal);

    private readonly Dictionary<string, HashSet<string>?> _targets = new(StringComparer.Ordinal);
    private string? _suspicious;

    /// <summary>
    /// What calling <paramref name="callee"/> could have returned. Which of several calls gave the result cannot be told, so all
    /// of them must fold; otherwise null.
    /// </summary>
    public HashSet<string>? Targets(string callee, CallableGroup group) =>
        _targets.TryGetValue(callee, out HashSet<string>? known) ? known : _targets[callee] = FindTargets(callee, group);

    /// <summary>The suspicious words of the carried code, or null. Which of the functions is called cannot be told; the worst one counts.</summary>
    public string? SuspiciousCode() => (_suspicious ??= FindSuspiciousCode()).Length > 0 ? _suspicious : null;

    private HashSet<string>? FindTargets(string callee, CallableGroup group)
    {
        HashSet<string> targets = new(StringComparer.Ordinal);
        foreach (CallableFact call in _calls[callee])
        {
            if (targets.Count == MaxTargets || call.ConstantsElided || scope.Names.Fold(group, call.Arguments) is not { } target
                || scope.WalkedStep(target, scope.Table.Find(target)) is not null)
                return null;

            targets.Add(target);
        }

        return targets;
    }

    private string FindSuspiciousCode()
    {
        foreach (CallableFact fact in _calls.SelectMany(c => c))
        {
            (string judgement, string words) = CarriedCode.Grade(fact.Arguments, scope.Table);
            if (judgement is Judgements.SuspiciousCode or Judgements.HarmfulCode)
                return words;
        }

        return "";
    }
}
